"""The base class of every client.

Written by tools/write_sync.py from client/base.py: change that one, and run the script again.
"""
# ruff: noqa: B008, SLF001
# mypy: disable-error-code="type-abstract"
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

import os
from types import TracebackType
from typing import ClassVar, Literal, Self

from .._internal.clock import Clock
from .._version import VERSION
from ..auth.source import TokenSource
from ..backend.base import Backend
from ..backend.messages import MAX_BODY, Timeout
from ..cache import Cache
from ..client.base import GitProviderClient as AsyncGitProviderClient
from ..events import OnEvent
from ..gaps import OnIncomplete
from ..profile import ProviderProfile
from ..ratelimit.tokens import TokenManager
from ..retry import Retry, RetryPolicy
from .background import close_when_dropped, is_running, run
from .batch import BatchRequests
from .endpoints import RestRequests
from .provider import Provider

__all__ = ["GitProviderClient"]


class GitProviderClient(RestRequests, BatchRequests, Provider):
    """A client of one Git hosting provider.

    Creating a client opens no connection. ``with`` (or :meth:`close`) closes its connections at the end. A
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
            It runs in the thread that serves all sync clients, so it must not call one of them.
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

    _async: AsyncGitProviderClient
    _asynchronous: ClassVar[type[AsyncGitProviderClient]] = AsyncGitProviderClient

    @property
    def profile(self) -> ProviderProfile:
        """How the client talks to the provider."""
        return self._async.profile

    def _begin(self) -> None:
        if self._async._owns_backend:
            close_when_dropped(self._async, self._async.backend)

    def __init__(
        self,
        token: str | TokenSource | None = None,
        base_url: str | None = None,
        token_manager: TokenManager | None = None,
        use_python_impl: bool = False,
        *,
        backend: Literal["native", "python"] | Backend | None = None,
        timeout: Timeout | float | None = Timeout(),
        retry: RetryPolicy | None = Retry(),
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
        self._async = self._asynchronous(
            token,
            base_url,
            token_manager,
            use_python_impl,
            backend=backend,
            timeout=timeout,
            retry=retry,
            max_concurrency=max_concurrency,
            max_rate_limit_wait=max_rate_limit_wait,
            cache=cache,
            include_raw=include_raw,
            on_incomplete=on_incomplete,
            proxy=proxy,
            verify=verify,
            user_agent=user_agent,
            on_event=on_event,
            allow_http=allow_http,
            max_body=max_body,
            clock=clock,
        )
        self._begin()

    @property
    def base_url(self) -> str:
        """Base URL of the API, without a trailing slash."""
        return self._async.base_url

    @property
    def backend(self) -> Backend:
        """The engine of this client. It never changes."""
        return self._async.backend

    @property
    def _use_rust(self) -> bool:
        """Whether this client uses the native engine."""
        return self._async._use_rust

    def __repr__(self) -> str:
        if not hasattr(self, "_async"):
            return f"<sync {type(self).__name__} without a constructor call>"
        return f"<sync {repr(self._async).removeprefix('<')}"

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
        return cls._asynchronous.supports(what)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of this client. A backend object that was passed to it stays open for others."""
        self._async.session.close()
        if is_running():
            run(self._async.aclose())
