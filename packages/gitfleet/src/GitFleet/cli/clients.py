"""The clients of a command: one per provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from gitfleet_api import Backend, Cache, Event, GitProviderClient, ProviderType, RedisCache, SQLiteCache, Timeout
from gitfleet_api.auth import TokenSource
from gitfleet_api.backend.discovery import find_backend
from gitfleet_api.client.options import ClientOptions
from gitfleet_api.gaps import OnIncomplete

from .credentials import FoundTokens, find_tokens, sources_to_omit
from .page_counting import PageCountingBackend
from .settings import Settings, base_urls
from .shared_budgets import shared_budgets

__all__ = ["Clients"]

_REDIS = ("redis://", "rediss://", "unix://")

_ON_INCOMPLETE: dict[str, OnIncomplete] = {"fail": "raise", "warn": "warn", "ignore": "ignore"}


class Clients:
    """Creates one client per provider. All clients share one engine, and therefore its connections.

    Args:
        settings: the shared options.
        providers: the providers that the command uses.
        on_event: called with each event of the clients.
        on_page_count: called with the page count of each listing; None if it is not needed.
        shares: whether rate limits are shared with other processes of this user without --budgets as well.
        by_reference: whether other processes build equal clients: tokens are then known by the place where they are.
        engine: the engine to use. None for the one of the options.
        timeout: limits to use. None for those of the options.

    Raises:
        CommandError: an argument is wrong.
        ConfigurationError: the library refuses an argument.
    """

    def __init__(
        self,
        settings: Settings,
        providers: Iterable[ProviderType],
        on_event: Callable[[Event], None] | None = None,
        on_page_count: Callable[[int], None] | None = None,
        engine: Backend | None = None,
        timeout: Timeout | None = None,
        *,
        shares: bool = False,
        by_reference: bool = False,
    ) -> None:
        wanted = list(dict.fromkeys(providers))
        self.urls: Mapping[ProviderType, str | None] = base_urls(settings.base_url, wanted)
        self.tokens: FoundTokens = find_tokens(
            wanted,
            settings.token_file,
            self.urls,
            sources_to_omit(settings.without),
            (settings.app_id, settings.app_key),
            budgets=shared_budgets(settings.budgets, by_default=shares),
            by_reference=by_reference,
        )
        self._settings = settings
        self._on_event = on_event
        if timeout is None:
            timeout = Timeout() if settings.timeout is None else Timeout.of(settings.timeout)
        self._timeout = timeout
        engine = engine or find_backend(settings.engine).create()
        self.cache: Cache | None = _open_cache(settings.cache)
        self.backend: Backend = engine if on_page_count is None else PageCountingBackend(engine, on_page_count)
        self._clients = {provider: self.create_client(provider) for provider in wanted}

    def create_client(self, provider: ProviderType, *, token: str | TokenSource | None = None) -> GitProviderClient:
        """Create a client that uses all tokens, or only ``token``."""
        from gitfleet_api.providers import GitHubClient, GitLabClient

        options: ClientOptions = {
            "backend": self.backend,
            "timeout": self._timeout,
            "max_concurrency": self._settings.concurrency,
            "max_rate_limit_wait": self._settings.max_wait,
            "cache": self.cache,
            "on_incomplete": _ON_INCOMPLETE[self._settings.on_incomplete],
            "on_event": self._on_event,
            "allow_http": self._settings.allow_http,
        }
        pool = self.tokens.pool if token is None else None
        if provider is ProviderType.GITHUB:
            return GitHubClient(token, self.urls[provider], pool, **options)
        kind: Literal["private", "job"] = "job" if self.tokens.has_job_token else "private"
        return GitLabClient(token, self.urls[provider], pool, token_type=kind, **options)

    def __getitem__(self, provider: ProviderType) -> GitProviderClient:
        return self._clients[provider]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.backend.aclose()
        if self.cache is not None:
            await self.cache.aclose()


def _open_cache(path: str | None) -> Cache | None:
    """Return the cache of --cache: a server, a file, or ``responses.sqlite`` in a folder."""
    if path is None:
        return None
    if path.startswith(_REDIS):
        return RedisCache(path)
    return SQLiteCache(Path(path) / "responses.sqlite" if Path(path).is_dir() else path)
