"""The base class of every client."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Literal, Self, TypeVar

from .._internal.clock import Clock, SystemClock
from .._internal.loop_local import LoopLocal
from .._internal.redacted import RedactedStr
from .._version import VERSION
from ..auth.source import TokenSource
from ..backend.base import Backend
from ..backend.messages import MAX_BODY, Timeout
from ..cache import Cache
from ..errors import ConfigurationError
from ..events import OnEvent
from ..gaps import OnIncomplete
from ..graphql.batch import BatchRequests
from ..http.credentials import check_token, is_safe_for_tokens, reject_plain_http
from ..http.proxies import proxy_for
from ..http.urls import BaseUrl
from ..profile import ProviderProfile
from ..ratelimit.pool import TokenPool
from ..ratelimit.tokens import TokenManager, pool_of
from ..retry import Retry, RetryPolicy, never_retry
from ..session.call import LoopState, SessionConfig
from ..session.session import Session
from ..validation import callable_or_none, header_text, on_incomplete_or_error, positive, seconds
from .capabilities import has_call
from .endpoints import RestRequests
from .engine import cache_or_none, choose_engine
from .options import ClientOptions
from .provider import Provider

__all__ = ["GitProviderClient"]

T = TypeVar("T")


class GitProviderClient(RestRequests, BatchRequests, Provider):
    """A client of one Git hosting provider.

    Creating a client opens no connection. ``async with`` (or :meth:`aclose`) closes its connections at the end. A
    client that is only dropped closes them when it is garbage-collected.

    Args:
        token: Access token, or a :class:`TokenSource` like a ``GitHubApp``. None for public data only.
        base_url: Base URL of the API of a self-hosted server. None for the provider's public server.
        token_manager: Pool of tokens to choose from. ``token`` is added to it.
        use_python_impl: Use the pure Python engine even if the native engine is installed.
        backend: ``native``, ``python``, or a :class:`Backend` object that several clients may share. None for the
            engine that the environment variable GITFLEET_BACKEND names, or else the first that is installed and loads.
        timeout: A :class:`Timeout`, or a number of seconds for all three of its limits. None for no limit.
        max_concurrency: Maximum number of requests in flight.
        include_raw: Keep the provider's JSON object in ``raw_data`` of every returned model. Nested models have none;
            their data is part of the outer object.
        on_incomplete: What happens if rows of a listing are missing at its end: ``raise`` an
            :class:`IncompleteListingError` with the rows that arrived, ``warn`` by an event, or ``ignore``.
        retry: What to do after failures that may be temporary: a :class:`Retry`, any function from :class:`Failure` to
            seconds or None, or None to send every request once.
        max_rate_limit_wait: Maximum total seconds that one call waits for rate limits. A longer wait raises
            :class:`RateLimitError` at once. These seconds do not count against ``timeout.total``.
        cache: Store of responses for conditional requests, which cost no call if nothing changed: a
            :class:`MemoryCache`, a :class:`SQLiteCache` or a :class:`RedisCache`. Several clients may share it. The
            client does not close it.
        on_event: Function called with each :data:`Event`: requests, retries, waits, switches of tokens, cache hits.
        clock: Clock to use in place of the machine's, for tests.
        proxy: URL of a proxy. None for the one that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY select. False for
            no proxy.
        verify: True to trust the certificate authorities that SSL_CERT_FILE and SSL_CERT_DIR name, or else those of the
            system. The path of a PEM file or of a folder of PEM files to trust only the certificates in it. False to
            trust any certificate.
        user_agent: Value of the ``User-Agent`` header.
        allow_http: Allow tokens to be sent over plain http to other machines.
        max_body: Maximum size of a response body in bytes, after decompression.

    Raises:
        ConfigurationError: An invalid argument.
        BackendUnavailableError: The requested engine cannot be loaded, or none is installed.
    """

    def __init__(
        self,
        token: str | TokenSource | None = None,
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
        on_incomplete: OnIncomplete = "raise",
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
        kind, pool = self.profile.type, _pool(token_manager, clock)
        source = _source(token, self.profile, root.origin)
        token = None if token is None or source is not None else check_token(token)
        used_proxy = proxy_for(root, proxy)
        tokens_allowed = allow_http or is_safe_for_tokens(root, used_proxy)
        has_tokens = token or source or pool.tokens_for(kind, root.origin) or pool.sources_for(kind, root.origin)
        if has_tokens and not tokens_allowed:
            reject_plain_http(root)
        uses_tls = root.is_https or (used_proxy or "").startswith("https:")
        engine, self._owns_backend = choose_engine(backend, verify, use_python_impl=use_python_impl, uses_tls=uses_tls)
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
            on_incomplete=on_incomplete_or_error(on_incomplete),
            on_event=callable_or_none("on_event", on_event),
            clock=SystemClock() if clock is None else clock,
            loops=LoopLocal(partial(LoopState, max_concurrency)),
            server_clock=pool.server_clock(root.origin),
        )
        # Last, so that a client with invalid arguments leaves nothing in a shared pool.
        if token is not None:
            config.own_token = pool.add(token, kind, None, root.origin)
        if source is not None:
            pool.add_source(source, root.origin)
        self._base_url = root
        self._given: ClientOptions = {  # what a recipe of this client needs to know
            "backend": "python" if use_python_impl else backend,
            "timeout": config.timeout,
            "retry": retry,
            "max_concurrency": max_concurrency,
            "max_rate_limit_wait": max_rate_limit_wait,
            "cache": cache,
            "include_raw": include_raw,
            "on_incomplete": on_incomplete,
            "proxy": None if proxy is None else RedactedStr(proxy),
            "verify": verify,
            "user_agent": user_agent,
            "allow_http": allow_http,
            "max_body": max_body,
            "clock": clock,
        }
        self._session = Session(config)

    _own_options: Mapping[str, object] = {}
    """The keyword options, with their values, that a subclass adds to those of this class."""

    @property
    def base_url(self) -> str:
        """Base URL of the API, without a trailing slash."""
        return str(self._base_url)

    @property
    def backend(self) -> Backend:
        """The engine of this client. It never changes."""
        return self._session.backend

    @property
    def session(self) -> Session:
        """The session of this client, for authors of providers: it sends requests and decodes responses."""
        return self._session

    @property
    def _use_rust(self) -> bool:
        """Whether this client uses the native engine."""
        return self.backend.name == "native"

    def __repr__(self) -> str:
        if not hasattr(self, "_session"):  # its arguments were refused
            return f"<{type(self).__name__} that was not created>"
        return f"<{type(self).__name__} {self._base_url} backend={self.backend.name}>"

    def __reduce__(self) -> str:
        raise TypeError(
            f"a {type(self).__name__} holds connections and can't be pickled; create one where it is needed"
        )

    @classmethod
    def supports(cls, what: str) -> bool:
        """Return whether this provider has a call, like ``supports("contributors")``.

        A call that it lacks raises :class:`UnsupportedError` before anything is sent. ``limitations`` describes what
        is missing or different in the calls that it has.

        Args:
            what: Name of the method, with or without ``fetch_`` or ``get_``.

        Raises:
            ConfigurationError: No provider has such a call. The message lists the known ones.
        """
        return has_call(cls, what)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of this client. A backend object that was passed to it stays open for others."""
        self._session.close()
        if self._owns_backend:
            await self._session.wait_for_exchanges()
            await self.backend.aclose()


def _check_profile(client: type[GitProviderClient]) -> None:
    if not hasattr(client, "profile"):
        raise TypeError(f"{client.__name__} names no provider: create a GitHubClient or a GitLabClient")


def _source(token: object, profile: ProviderProfile, origin: str) -> TokenSource | None:
    if not isinstance(token, TokenSource):
        return None
    if token.provider is not profile.type:
        raise ConfigurationError(f"{token.name} gives tokens for {token.provider}, not for {profile.name}")
    if token.origin not in (None, origin):
        text = f"the tokens of {token.name} are for {token.origin}; base_url is on {origin}"
        raise ConfigurationError(f"{text}; give the same server to both")
    return token


def _pool(given: TokenManager | None, clock: Clock | None) -> TokenPool:
    if given is None:
        return TokenPool() if clock is None else TokenPool(clock.time)
    if not isinstance(given, TokenManager):
        raise ConfigurationError(f"token_manager must be a TokenManager, not {type(given).__name__}")
    return pool_of(given)
