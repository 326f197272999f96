"""Many tokens, used as one.

Written by tools/write_sync.py from ratelimit/tokens.py: change that one, and run the script again.
"""
# mypy: disable-error-code="override"
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from datetime import datetime

from ..provider_type import ProviderType
from ..ratelimit.token_info import TokenInfo
from ..ratelimit.tokens import TokenManager as AsyncTokenManager
from .at_once import at_once

__all__ = ["TokenManager"]


class TokenManager(AsyncTokenManager):
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

    def get_next_available_token(self, provider: ProviderType | str) -> TokenInfo | None:
        """Return the token with most calls left; None if every token is exhausted or invalid.

        A token that the provider refuses again and again comes last, however many calls it has left.
        """
        return at_once(super().get_next_available_token(provider))

    def update_rate_limit(self, token: str, provider: ProviderType | str, remaining: int, reset_time: datetime) -> None:
        """Set how many calls are left for a token. Unknown tokens are ignored.

        Args:
            token: The secret.
            provider: The provider that issued it.
            remaining: Calls left until ``reset_time``.
            reset_time: Aware time at which the window ends.

        Raises:
            ConfigurationError: A negative count, or a time without a zone.
        """
        at_once(super().update_rate_limit(token, provider, remaining, reset_time))

    def mark_token_invalid(self, token: str, provider: ProviderType | str) -> None:
        """Stop using a token until it is added again. Unknown tokens are ignored."""
        at_once(super().mark_token_invalid(token, provider))
