"""What provider clients call: one object, or the pages of a listing, through all policies."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from ..backend.base import Backend
from ..backend.error_codes import error_for_code
from ..backend.messages import Response
from ..decoding.rows import RowDecoder
from ..errors import ConfigurationError, DecodeError, DecodeFailure
from ..http.links import page_links
from ..http.redaction import redact, redact_failure, redact_response
from ..ratelimit.tokens import TokenInfo
from .call import Call, SessionConfig
from .execution import CallExecution
from .paging import Page, RepeatedPage, drop_repeats, iter_pages
from .security import known_secrets, redact_url, resolve_link
from .status import decode_error, one_line, provider_error

__all__ = ["Session"]

T = TypeVar("T")

_LONGEST_MESSAGE = 500


class Session:
    """Sends a provider's requests through an engine, and gives back successes only."""

    def __init__(self, parts: SessionConfig) -> None:
        self._parts = parts
        self._closed = False

    @property
    def backend(self) -> Backend:
        """The engine under this session."""
        return self._parts.backend

    def close(self) -> None:
        """Refuse further requests. The engine is not closed: others may share it."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one", code="closed")

    def url(self, path: str) -> str:
        """The absolute URL of an endpoint."""
        return self._parts.base_url.text + path

    async def send(self, call: Call) -> Response:
        """The answer to a call.

        Raises:
            GitFleetError: anything but a 2xx answer that could be decoded.
        """
        self._check_open()
        total, here = self._parts.timeout.total, self._parts.loops.get()
        try:
            with here.deadlines.start(total) as deadline:
                return await CallExecution(self._parts, call, here.places, deadline, self._check_open).response()
        except TimeoutError:
            message = f"no complete answer within {total} s (timeout.total)"
            raise error_for_code(
                "timeout_total", message, method=call.method, url=redact_url(self._parts, call.url)
            ) from None

    async def get_one(
        self,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...] = (),
        *,
        token: TokenInfo | None = None,
        free: bool = False,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> T:
        """The object that a GET answers with."""
        projection = decoder.projection(at, many=False)
        response = await self.send(Call("GET", url, projection, headers, token=token, free=free))
        rows = self._build(decoder, response, url)
        if not rows:
            failure = DecodeFailure("decode_json", f"an answer with status {response.status} has no body")
            raise decode_error(failure, response, self._parts.profile, method="GET", url=url)
        return rows[0]

    async def get_pages(
        self,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...] = (),
        *,
        ahead: int,
        token: TokenInfo | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> AsyncGenerator[list[T], None]:
        """The objects of every page, from ``url`` on; up to ``ahead`` pages are fetched before they are asked for."""
        fetch = partial(self._page, first=url, decoder=decoder, at=at, token=token, headers=headers)
        try:
            async with (
                aclosing(iter_pages(fetch, url, ahead)) as pages,
                aclosing(drop_repeats(pages, decoder.identity)) as lists,
            ):
                async for rows in lists:
                    yield rows
        except RepeatedPage as repeated:
            place = redact_url(self._parts, repeated.url)
            message = f"GET {place}: this page was given before; the listing would never end"
            raise provider_error("repeated_page", message, self._parts.profile, url=place) from None

    async def _page(
        self,
        url: str,
        *,
        first: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...],
        token: TokenInfo | None,
        headers: tuple[tuple[str, str], ...],
    ) -> Page[T]:
        call = Call("GET", url, decoder.projection(at, many=True), headers, token=token, linked=url != first)
        response = await self.send(call)
        resolved = {
            name: resolve_link(self._parts, link, seen_at=url, status=response.status)
            for name, link in page_links(response.headers, url).items()
        }
        return Page(url, self._build(decoder, response, url), resolved.get("next"), resolved.get("last"))

    def _build(self, decoder: RowDecoder[T], response: Response, url: str) -> list[T]:
        """The objects of an answer; none when it has no body, as an empty repository's list of contributors."""
        if response.columns is None:
            return []
        try:
            return decoder.build(response.columns)
        except DecodeFailure as failure:
            raise self.undecodable(failure, response, method="GET", url=url) from None

    def without_secrets(self, text: str) -> str:
        """Text of a server as it may be printed."""
        return redact(text, known_secrets(self._parts))

    def undecodable(self, failure: DecodeFailure, response: Response, *, method: str, url: str) -> DecodeError:
        """The error for a success that can't be read as what was promised; it shows no token that was sent back."""
        secrets = known_secrets(self._parts)
        redact_failure(failure, secrets)
        # Cut only now: a part of a token is not recognised.
        failure.message = one_line(failure.message)[:_LONGEST_MESSAGE]
        for secret in secrets:
            response = redact_response(response, secret)
        return decode_error(failure, response, self._parts.profile, method=method, url=redact_url(self._parts, url))
