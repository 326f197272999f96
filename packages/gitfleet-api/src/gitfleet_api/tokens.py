"""Many tokens, used as one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .auth import check_token
from .models import ProviderType

__all__ = ["TokenInfo", "TokenManager", "TokenStatus"]


@dataclass(slots=True)
class TokenStatus:
    """What is known of a token.

    Attributes:
        is_valid: False after the provider refused it (401).
        remaining_calls: calls left in the current window, or None before the first answer.
        reset_time: epoch seconds at which the window ends, or None.
    """

    is_valid: bool = True
    remaining_calls: int | None = None
    reset_time: int | None = None

    def is_rate_limited(self, now: float | None = None) -> bool:
        """Whether no call is left before :attr:`reset_time`."""
        if self.remaining_calls is None or self.remaining_calls > 0:
            return False
        return self.reset_time is None or self.reset_time > (time.time() if now is None else now)

    def is_available(self, now: float | None = None) -> bool:
        """Whether a call with this token may succeed."""
        return self.is_valid and not self.is_rate_limited(now)


@dataclass(slots=True)
class TokenInfo:
    """A token, whose it is and what is known of it. ``repr`` and pickles leave the token out."""

    token: str = field(repr=False)
    provider: ProviderType
    username: str | None = None
    status: TokenStatus = field(default_factory=TokenStatus)

    def __getstate__(self) -> tuple[str, ProviderType, str | None, TokenStatus]:
        return ("", self.provider, self.username, self.status)

    def __setstate__(self, state: tuple[str, ProviderType, str | None, TokenStatus]) -> None:
        self.token, self.provider, self.username, self.status = state


class TokenManager:
    """A pool of tokens that clients share.

    A client takes the token with most calls left. Providers are named by :class:`ProviderType` or by their
    lower-case name.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._tokens: dict[ProviderType, dict[str, TokenInfo]] = {member: {} for member in ProviderType}

    def __repr__(self) -> str:
        counts = ", ".join(f"{member}: {len(pool)}" for member, pool in self._tokens.items() if pool)
        return f"<TokenManager {counts or 'empty'}>"

    def __reduce__(self) -> str:
        raise TypeError("a TokenManager holds secrets and can't be pickled; make a new one from where they are kept")

    def add_token(self, token: str, provider: ProviderType | str, username: str | None = None) -> None:
        """Put a token into the pool; one that is there already stays as it is, but may get a ``username``.

        Raises:
            ConfigurationError: an unknown provider, or something that can't be a token.
        """
        pool = self._tokens[ProviderType.of(provider)]
        known = pool.setdefault(check_token(token), TokenInfo(token, ProviderType.of(provider)))
        known.username = username or known.username

    async def get_next_available_token(self, provider: ProviderType | str) -> TokenInfo | None:
        """The token with most calls left, or None when every one is exhausted or invalid."""
        return self.best(provider)

    async def update_rate_limit(
        self, token: str, provider: ProviderType | str, remaining: int, reset_time: int
    ) -> None:
        """Note what is left of a token until ``reset_time`` (epoch seconds). Unknown tokens are ignored."""
        self.note_limit(token, provider, remaining, reset_time)

    async def mark_token_invalid(self, token: str, provider: ProviderType | str) -> None:
        """Never use this token again. Unknown tokens are ignored."""
        self.note_invalid(token, provider)

    def get_all_tokens(self, provider: ProviderType | str) -> list[TokenInfo]:
        """Every token of ``provider``, in the order they were added."""
        return list(self._tokens[ProviderType.of(provider)].values())

    def count_available_tokens(self, provider: ProviderType | str) -> int:
        """How many tokens may still succeed."""
        now = self._clock()
        return sum(item.status.is_available(now) for item in self.get_all_tokens(provider))

    def best(self, provider: ProviderType | str) -> TokenInfo | None:
        """As :meth:`get_next_available_token`, for code that is not async."""
        now = self._clock()
        available = [item for item in self.get_all_tokens(provider) if item.status.is_available(now)]
        return max(available, key=lambda item: _calls_left(item.status, now), default=None)

    def next_reset(self, provider: ProviderType | str) -> datetime | None:
        """When the first of the exhausted tokens can be used again, or None if nobody said."""
        times = [
            item.status.reset_time
            for item in self.get_all_tokens(provider)
            if item.status.is_valid and item.status.reset_time is not None
        ]
        return datetime.fromtimestamp(min(times), UTC) if times else None

    def note_limit(self, token: str, provider: ProviderType | str, remaining: int, reset_time: int) -> None:
        """As :meth:`update_rate_limit`, for code that is not async."""
        known = self._tokens[ProviderType.of(provider)].get(token)
        if known is not None:
            known.status.remaining_calls = remaining
            known.status.reset_time = reset_time

    def note_invalid(self, token: str, provider: ProviderType | str) -> None:
        """As :meth:`mark_token_invalid`, for code that is not async."""
        known = self._tokens[ProviderType.of(provider)].get(token)
        if known is not None:
            known.status.is_valid = False


def _calls_left(status: TokenStatus, now: float) -> float:
    unknown = status.remaining_calls is None or (status.reset_time is not None and status.reset_time <= now)
    return float("inf") if unknown else float(status.remaining_calls or 0)
