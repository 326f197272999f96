"""The interface of every provider's client."""

from __future__ import annotations

import os
from functools import partial
from types import TracebackType
from typing import Literal, Self, TypeVar

from .._internal.clock import Clock, SystemClock
from .._internal.loop_local import LoopLocal
from .._version import VERSION
from ..backend.base import Backend
from ..backend.messages import MAX_BODY, Timeout
from ..cache import Cache
from ..errors import ConfigurationError
from ..events import OnEvent
from ..graphql.batch import BatchRequests
from ..http.credentials import check_token, is_safe_for_tokens, reject_plain_http
from ..http.proxies import proxy_for
from ..http.urls import BaseUrl
from ..ratelimit.pool import TokenPool
from ..ratelimit.tokens import TokenManager, pool_of
from ..retry import Retry, RetryPolicy, never_retry
from ..session.call import LoopState, SessionConfig
from ..session.session import Session
from ..validation import callable_or_none, header_text, positive, seconds
from .capabilities import has_call
from .endpoints import RestRequests
from .engine import cache_or_none, choose_engine
from .provider import Provider

__all__ = ["GitProviderClient"]

T = TypeVar("T")


class GitProviderClient(RestRequests, BatchRequests, Provider):
    """A client of one Git hosting provider.

    Nothing is opened before the first request. ``async with`` (or :meth:`aclose`) frees connections at once; a
    client that is simply dropped frees them in its own time.

    Args:
        token: personal access token or the like; None for what everybody may see.
        base_url: root of the API of a self-managed instance; None for the public one.
        token_manager: a pool of tokens to choose from; ``token`` is added to it.
        use_python_impl: use the pure Python engine although the native one is there.
        backend: ``native``, ``python``, or a configured :class:`Backend` that several clients share; None takes the
            one named by the environment variable GITFLEET_BACKEND, or else the first that is installed and loads.
        timeout: a :class:`Timeout`, or a number of seconds that bounds connecting, silence and the whole call.
        max_concurrency: how many requests of this client may be under way at once.
        include_raw: keep the provider's own object in ``raw_data`` of every model that comes back. Models nested in
            it have none of their own: what they were made from is in there.
        retry: what to do about failures that may pass: a :class:`Retry`, any function from :class:`Failure` to seconds
            or None, or None to send everything once.
        max_rate_limit_wait: seconds that one call may wait for rate limits in all; what would take longer is a
            :class:`RateLimitError` at once. Not counted in ``timeout.total``.
        cache: where to keep answers for conditional requests, which cost no calls when nothing has changed: a
            :class:`MemoryCache` or :class:`SQLiteCache`. Clients may share one; it is not closed with the client.
        on_event: called with each :data:`Event`: requests, retries, waits, switches of tokens, cache hits.
        clock: another time than the machine's, for tests.
        proxy: URL of a proxy; None looks at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; False uses none.
        verify: True trusts the system's certificate authorities (and SSL_CERT_FILE); the path of a PEM file
            trusts those in it and no others; False trusts anybody.
        user_agent: how to introduce oneself.
        allow_http: send tokens over plain http to other machines too.
        max_body: bytes, after decompression, above which an answer is refused.

    Raises:
        ConfigurationError: an argument that can't work.
        BackendUnavailableError: the engine asked for can't be had, or there is none.
    """

    def __init__(
        self,
        token: str | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        backend: Literal["native", "python"] | Backend | None = None,
        timeout: Timeout | float | None = Timeout(),  # noqa: B008  immutable
        retry: RetryPolicy | None = Retry(),  # noqa: B008  immutable
        max_concurrency: int = 16,
        max_rate_limit_wait: float = 120.0,
        cache: Cache | None = None,
        include_raw: bool = False,
        proxy: str | Literal[False] | None = None,
        verify: bool | str | os.PathLike[str] = True,
        user_agent: str = f"gitfleet/{VERSION}",
        on_event: OnEvent | None = None,
        allow_http: bool = False,
        max_body: int = MAX_BODY,
        clock: Clock | None = None,
    ) -> None:
        _check_profile(type(self))
        root = BaseUrl.parse(self.profile.base_url if base_url is None else base_url)
        pool = _pool(token_manager, clock)
        if token is not None:
            token = check_token(token)
        used_proxy = proxy_for(root, proxy)
        tokens_allowed = allow_http or is_safe_for_tokens(root, used_proxy)
        if not tokens_allowed and (token is not None or pool.tokens_for(self.profile.type, root.origin)):
            reject_plain_http(root)
        engine, self._owns_backend = choose_engine(backend, verify, use_python_impl=use_python_impl)
        agent = ("user-agent", header_text("user_agent", user_agent))
        config = SessionConfig(
            profile=self.profile,
            base_url=root,
            backend=engine,
            tokens=pool,
            tokens_allowed=tokens_allowed,
            timeout=Timeout.of(timeout),
            max_body=positive("max_body", max_body),
            proxy=used_proxy,
            headers=(*self.profile.headers, agent),
            retry=callable_or_none("retry", retry) or never_retry,
            max_rate_limit_wait=seconds("max_rate_limit_wait", max_rate_limit_wait),
            max_concurrency=positive("max_concurrency", max_concurrency),
            rate_limit_policy=self.profile.rate_limit_policy if str(root) == self.profile.base_url else None,
            cache=cache_or_none(cache),
            include_raw=include_raw,
            on_event=callable_or_none("on_event", on_event),
            clock=SystemClock() if clock is None else clock,
            loops=LoopLocal(partial(LoopState, max_concurrency)),
        )
        # Last, so that nothing is left in a shared pool by a client that was refused.
        if token is not None:
            pool.add(token, self.profile.type, None, root.origin)
        self._base_url = root
        self._session = Session(config)

    @property
    def base_url(self) -> str:
        """Root of the API, without a trailing slash."""
        return str(self._base_url)

    @property
    def backend(self) -> Backend:
        """The engine this client uses, for its whole life."""
        return self._session.backend

    @property
    def session(self) -> Session:
        """The session of this client, for authors of providers: it sends requests and decodes responses."""
        return self._session

    @property
    def _use_rust(self) -> bool:
        """Whether the native engine is at work; to change it, make a new client."""
        return self.backend.name == "native"

    def __repr__(self) -> str:
        if not hasattr(self, "_session"):  # its arguments were refused
            return f"<{type(self).__name__} that was not made>"
        return f"<{type(self).__name__} {self._base_url} backend={self.backend.name}>"

    @classmethod
    def supports(cls, what: str) -> bool:
        """Whether this provider has a call: ``supports("contributors")``, or by the method's whole name.

        What it lacks raises :class:`UnsupportedError` before anything is sent; ``limitations`` says what is missing
        in what it has.

        Raises:
            ConfigurationError: no provider has such a call; the message lists those there are.
        """
        return has_call(cls, what)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Free what this client has opened. A backend that was given to it stays open for others."""
        self._session.close()
        if self._owns_backend:
            await self.backend.aclose()


def _check_profile(client: type[GitProviderClient]) -> None:
    if not hasattr(client, "profile"):
        raise TypeError(f"{client.__name__} names no provider: create a GitHubClient or a GitLabClient")


def _pool(given: TokenManager | None, clock: Clock | None) -> TokenPool:
    if given is None:
        return TokenPool() if clock is None else TokenPool(clock.time)
    if not isinstance(given, TokenManager):
        raise ConfigurationError(f"token_manager must be a TokenManager, not {type(given).__name__}")
    return pool_of(given)
