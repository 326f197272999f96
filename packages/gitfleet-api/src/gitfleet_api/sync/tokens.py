"""Many tokens, used as one.

Written by tools/write_sync.py from ratelimit/tokens.py: change that one, and run the script again.
"""
# mypy: disable-error-code="override"

from __future__ import annotations

from ..provider_type import ProviderType
from ..ratelimit.tokens import TokenInfo
from ..ratelimit.tokens import TokenManager as AsyncTokenManager
from .at_once import at_once

__all__ = ["TokenManager"]


class TokenManager(AsyncTokenManager):
    """A pool of tokens that clients share, in any number of threads and event loops.

    A call is given the token with most calls left, counting those under way. Providers are named by
    :class:`ProviderType` or by their lower-case name.

    Args:
        clock: seconds since the epoch; tests give their own.
    """

    def get_next_available_token(self, provider: ProviderType | str) -> TokenInfo | None:
        """The token with most calls left, or None when every one is exhausted or invalid."""
        return at_once(super().get_next_available_token(provider))

    def update_rate_limit(self, token: str, provider: ProviderType | str, remaining: int, reset_time: int) -> None:
        """Set what is left of a token until ``reset_time`` (epoch seconds). Unknown tokens are ignored.

        Raises:
            ConfigurationError: numbers that make no sense.
        """
        at_once(super().update_rate_limit(token, provider, remaining, reset_time))

    def mark_token_invalid(self, token: str, provider: ProviderType | str) -> None:
        """Never use this token again. Unknown tokens are ignored."""
        at_once(super().mark_token_invalid(token, provider))
