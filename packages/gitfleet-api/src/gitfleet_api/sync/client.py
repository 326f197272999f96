"""The interface of every provider's client.

Written by tools/write_sync.py from client/base.py: change that one, and run the script again.
"""
# ruff: noqa: B008, SLF001
# mypy: disable-error-code="type-abstract"

from __future__ import annotations

import os
from types import TracebackType
from typing import ClassVar, Literal, Self

from .._internal.clock import Clock
from .._version import VERSION
from ..backend.base import Backend
from ..backend.messages import MAX_BODY, Timeout
from ..cache import Cache
from ..client.base import GitProviderClient as AsyncGitProviderClient
from ..events import OnEvent
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

    Nothing is opened before the first request. ``with`` (or :meth:`close`) frees connections at once; a
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
            It runs in the thread that serves all sync clients, and can call none of them itself.
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
        token: str | None = None,
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
        """Root of the API, without a trailing slash."""
        return self._async.base_url

    @property
    def backend(self) -> Backend:
        """The engine this client uses, for its whole life."""
        return self._async.backend

    @property
    def _use_rust(self) -> bool:
        """Whether the native engine is at work; to change it, make a new client."""
        return self._async._use_rust

    def __repr__(self) -> str:
        if not hasattr(self, "_async"):
            return f"<sync {type(self).__name__} that was not made>"
        return f"<sync {repr(self._async).removeprefix('<')}"

    @classmethod
    def supports(cls, what: str) -> bool:
        """Whether this provider has a call: ``supports("contributors")``, or by the method's whole name.

        What it lacks raises :class:`UnsupportedError` before anything is sent; ``limitations`` says what is missing
        in what it has.

        Raises:
            ConfigurationError: no provider has such a call; the message lists those there are.
        """
        return cls._asynchronous.supports(what)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free what this client has opened. A backend that was given to it stays open for others."""
        self._async.session.close()
        if is_running():
            run(self._async.aclose())
