"""Many tokens, used as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from .._internal.clock import steady_time
from .._internal.text import shorten_repr
from ..auth.source import TokenSource
from ..budgets.base import Budgets
from ..errors import ConfigurationError
from ..http.credentials import check_token
from ..http.urls import BaseUrl
from ..provider_type import ProviderType
from ..validation import parse_provider
from .pool import TokenPool
from .token_info import TokenInfo, TokenStatus

__all__ = ["TokenInfo", "TokenManager", "TokenStatus", "pool_of"]


class TokenManager:
    """A pool of tokens that clients share, in any number of threads and event loops.

    Each call uses the token with most calls left, minus the calls in flight. Tokens of one user share one budget. All
    pages of a listing are requested with tokens that see the same. Name a provider by :class:`ProviderType` or by its
    lower-case name.

    Args:
        clock: Returns epoch seconds; tests pass their own.
        budgets: Where this process and others agree who may send how many calls, like ``SQLiteBudgets``. None if no
            other process uses the tokens.

    Raises:
        ConfigurationError: ``budgets`` is no :class:`Budgets`.
    """

    def __init__(self, *, clock: Callable[[], float] = steady_time, budgets: Budgets | None = None) -> None:
        if budgets is not None and not isinstance(budgets, Budgets):
            raise ConfigurationError(f"budgets must be Budgets, like SQLiteBudgets, not {type(budgets).__name__}")
        self._pool = TokenPool(clock, budgets)

    def __repr__(self) -> str:
        counts = ", ".join(f"{member}: {count}" for member, count in self._pool.counts().items())
        return f"<TokenManager {counts or 'empty'}>"

    def __reduce__(self) -> str:
        raise TypeError("a TokenManager holds secrets and can't be pickled; create a new one where it is needed")

    def add_token(
        self,
        token: str,
        provider: ProviderType | str,
        username: str | None = None,
        *,
        origin: str | None = None,
        visibility: str | None = None,
    ) -> None:
        """Add a token to the pool. A known token keeps its budget and is used again if it was refused.

        Args:
            token: The secret.
            provider: The provider that issued it.
            username: Login of its owner. Tokens of one user share one budget.
            origin: The only server it may be sent to, like ``https://github.example.com``; None for the server of
                every client that uses this pool. A client binds the token that it was created with to its own server.
            visibility: Any name. Tokens with the same name see the same, so that they can share the pages of a
                listing, and a 404 for one of them is a 404 for all. None if they may see different things.

        Raises:
            ConfigurationError: An unknown provider, a value that cannot be a token, or an origin that is no URL.
        """
        member = parse_provider(provider)
        for what, value in (("username must be a login", username), ("visibility must be a name", visibility)):
            if value is not None and (not isinstance(value, str) or not value):
                raise ConfigurationError(f"{what} or None, not {shorten_repr(value)}")
        token = check_token(token)
        if origin is not None:
            origin = _origin(origin)
        self._pool.add(token, member, username, origin, visibility)

    def add_source(self, source: TokenSource, *, origin: str | None = None) -> None:
        """Add a source of tokens to the pool, like a ``GitHubApp``. Its tokens are obtained when a call needs one.

        Args:
            source: The source.
            origin: The only server that its tokens may be sent to; None for the one of the source, or else for the
                server of every client that uses this pool.

        Raises:
            ConfigurationError: It is no source, or the origin is no URL or not that of the source.
        """
        if not isinstance(source, TokenSource):
            raise ConfigurationError(f"source must be a TokenSource, not {type(source).__name__}")
        if origin is not None:
            origin = _origin(origin)
            if source.origin not in (None, origin):
                raise ConfigurationError(f"the tokens of {source.name} are for {source.origin}, not {origin}")
        self._pool.add_source(source, origin)

    async def get_next_available_token(self, provider: ProviderType | str) -> TokenInfo | None:
        """Return the token with most calls left; None if every token is exhausted or invalid.

        A token that the provider refuses again and again comes last, however many calls it has left.
        """
        now = self._pool.clock()
        available = [item for item in self.get_all_tokens(provider) if item.status.is_available]
        return max(available, key=lambda item: (not item.health.is_avoided(now), _calls_left(item)), default=None)

    async def update_rate_limit(
        self, token: str, provider: ProviderType | str, remaining: int, reset_time: datetime
    ) -> None:
        """Set how many calls are left for a token. Unknown tokens are ignored.

        Args:
            token: The secret.
            provider: The provider that issued it.
            remaining: Calls left until ``reset_time``.
            reset_time: Aware time at which the window ends.

        Raises:
            ConfigurationError: A negative count, or a time without a zone.
        """
        if isinstance(remaining, bool) or not isinstance(remaining, int) or remaining < 0:
            raise ConfigurationError(f"remaining must be an integer of at least 0, not {shorten_repr(remaining)}")
        if not isinstance(reset_time, datetime) or reset_time.utcoffset() is None:
            raise ConfigurationError(
                f"reset_time must be a datetime with a zone, like datetime.now(timezone.utc), "
                f"not {shorten_repr(reset_time)}"
            )
        known = self._pool.get(token, parse_provider(provider))
        if known is not None:
            self._pool.set_budget(known, remaining, reset_time.astimezone(UTC).timestamp())

    async def mark_token_invalid(self, token: str, provider: ProviderType | str) -> None:
        """Stop using a token until it is added again. Unknown tokens are ignored."""
        known = self._pool.get(token, parse_provider(provider))
        if known is not None:
            self._pool.invalidate(known)

    def get_all_tokens(self, provider: ProviderType | str) -> list[TokenInfo]:
        """Return every token of ``provider``, in the order in which they were added."""
        return self._pool.all_tokens(parse_provider(provider))

    def count_available_tokens(self, provider: ProviderType | str) -> int:
        """Return how many tokens may still succeed."""
        return sum(item.status.is_available for item in self.get_all_tokens(provider))


def pool_of(manager: TokenManager) -> TokenPool:
    """Return the pool behind a manager. Private to the library: sessions lease tokens from it."""
    return manager._pool  # noqa: SLF001  the one door to it


def _origin(url: object) -> str:
    try:
        return BaseUrl.parse(url).origin
    except ConfigurationError as error:
        raise ConfigurationError(str(error).replace("base_url", "origin")) from None


def _calls_left(item: TokenInfo) -> float:
    left = item.status.remaining_calls
    return float("inf") if left is None else float(left)
