"""One request with everything that has to be decided about it: the policies above an engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeVar

from .answers import decode_error, error_of, provider_error
from .backend import Backend, Request, Response, Timeout
from .errors import AuthError, ConfigurationError, DecodeFailure, RateLimitError, transport_error
from .limits import read_limits
from .pagination import link_relations
from .per_loop import PerLoop
from .profile import ProviderProfile
from .projection import Projection
from .rows import RowReader
from .tokens import TokenInfo, TokenManager
from .urls import BaseUrl

__all__ = ["Session", "SessionSettings"]

T = TypeVar("T")

_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 307, 308)


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What a client was told about how to send its requests."""

    base_url: BaseUrl
    timeout: Timeout
    max_concurrency: int
    max_body: int
    proxy: str | None
    user_agent: str


class Session:
    """Sends a provider's requests through an engine, and gives back successes only."""

    def __init__(
        self, profile: ProviderProfile, settings: SessionSettings, backend: Backend, tokens: TokenManager
    ) -> None:
        self._profile = profile
        self._settings = settings
        self._backend = backend
        self._tokens = tokens
        self._headers = (*profile.headers, ("user-agent", settings.user_agent))
        self._places = PerLoop(lambda: asyncio.Semaphore(settings.max_concurrency))
        self._closed = False

    @property
    def backend(self) -> Backend:
        """The engine under this session."""
        return self._backend

    def close(self) -> None:
        """Refuse further requests. The engine is not closed: others may share it."""
        self._closed = True

    def url(self, path: str) -> str:
        """The absolute URL of an endpoint."""
        return f"{self._settings.base_url}{path}"

    async def get(
        self, url: str, projection: Projection | None = None, *, token: TokenInfo | None = None, free: bool = False
    ) -> Response:
        """The answer to a GET.

        Args:
            url: absolute, of this session's provider.
            projection: what to decode.
            token: the one to use; None takes the one with most calls left.
            free: the call costs nothing, so it is made although no calls are left.

        Raises:
            GitFleetError: anything but a 2xx answer that could be decoded.
        """
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one", code="closed")
        total = self._settings.timeout.total
        try:
            async with asyncio.timeout(total), self._places.get():
                return await self._follow("GET", url, projection, token, free=free)
        except TimeoutError:
            message = f"no complete answer within {total} s (timeout.total)"
            raise transport_error("timeout_total", message, method="GET", url=url) from None

    async def get_one(
        self,
        url: str,
        reader: RowReader[T],
        at: tuple[str, ...] = (),
        *,
        token: TokenInfo | None = None,
        free: bool = False,
    ) -> T:
        """The object that a GET answers with."""
        response = await self.get(url, reader.projection(at, many=False), token=token, free=free)
        rows = self._build(reader, response, url)
        if not rows:
            failure = DecodeFailure("decode_json", f"an answer with status {response.status} has no body")
            raise decode_error(failure, response, self._profile, method="GET", url=url)
        return rows[0]

    async def get_pages(
        self, url: str, reader: RowReader[T], at: tuple[str, ...] = (), *, token: TokenInfo | None = None
    ) -> AsyncIterator[list[T]]:
        """The objects of every page, from ``url`` on along the ``next`` links."""
        seen: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in seen:
                message = f"GET {following}: this page was given before; its links lead in a circle"
                raise provider_error("repeated_page", message, self._profile, url=following)
            seen.add(following)
            response = await self.get(following, reader.projection(at, many=True), token=token)
            yield self._build(reader, response, following)
            link = link_relations(response.headers).get("next")
            following = None if link is None else self._inside(link, seen_at=following, status=response.status)

    def _build(self, reader: RowReader[T], response: Response, url: str) -> list[T]:
        """The objects of an answer; none when it has no body, as an empty repository's list of contributors."""
        if response.columns is None:
            return []
        try:
            return reader.build(response.columns)
        except DecodeFailure as failure:
            raise decode_error(failure, response, self._profile, method="GET", url=url) from None

    async def _follow(
        self, method: str, url: str, projection: Projection | None, token: TokenInfo | None, *, free: bool
    ) -> Response:
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._send(method, url, projection, token, free=free)
            if 200 <= response.status < 300:
                if response.failure is not None:
                    raise decode_error(response.failure, response, self._profile, method=method, url=url)
                return response
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                raise error_of(response, self._profile, method=method, url=url)
            url = self._inside(location, seen_at=url, status=response.status)
        message = f"{method} {url}: more than {_MAX_REDIRECTS} redirects"
        raise provider_error("too_many_redirects", message, self._profile, status=response.status, url=url)

    async def _send(
        self, method: str, url: str, projection: Projection | None, token: TokenInfo | None, *, free: bool
    ) -> Response:
        token = token or self._choose_token(url, free=free)
        headers = self._headers
        if token is not None:
            headers = (*headers, self._profile.token_header(token.token))
        settings = self._settings
        request = Request(
            method,
            url,
            headers,
            timeout=settings.timeout,
            projection=projection,
            proxy=settings.proxy,
            max_body=settings.max_body,
        )
        response = await self._backend.send(request)
        if token is not None:
            self._learn(token, response)
        return response

    def _choose_token(self, url: str, *, free: bool) -> TokenInfo | None:
        provider = self._profile.type
        best = self._tokens.best(provider)
        known = self._tokens.get_all_tokens(provider)
        if best is not None or not known:
            return best
        valid = [item for item in known if item.status.is_valid]
        if not valid:
            message = f"{self._profile.name} has refused every token (401); give one that works"
            raise AuthError(message, provider, status=401, url=url)
        if free:
            return valid[0]
        reset = self._tokens.next_reset(provider)
        message = f"no calls left on {self._profile.name} with any token" + (f" until {reset}" if reset else "")
        raise RateLimitError(message, provider, url=url, reset_time=reset, resource="core")

    def _learn(self, token: TokenInfo, response: Response) -> None:
        provider = self._profile.type
        if response.status == 401:
            self._tokens.note_invalid(token.token, provider)
        state = read_limits(response.headers, self._profile)
        # Other budgets (search, graphql) are counted apart, and say nothing of this one.
        if state.remaining is not None and state.reset_time is not None and state.resource in (None, "core"):
            self._tokens.note_limit(token.token, provider, state.remaining, int(state.reset_time.timestamp()))

    def _inside(self, link: str, *, seen_at: str, status: int) -> str:
        absolute = self._settings.base_url.resolve(link, seen_at=seen_at)
        if absolute is None:
            message = f"GET {seen_at}: it points to {link}, which is not under {self._settings.base_url}; not followed"
            raise provider_error("foreign_link", message, self._profile, status=status, url=seen_at)
        return absolute
