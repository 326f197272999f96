"""Pauses after a rate limit, for every call that counts against the same limit."""

from __future__ import annotations

from ..errors import RateLimitError, SecondaryRateLimitError
from ..ratelimit.headers import LimitState
from ..ratelimit.pool import TokenLease
from .call import SessionConfig

__all__ = ["end_of_limit", "pause"]

_UNNAMED_PAUSE = 60.0
"""Seconds to pause when a limit names no time: what GitHub's documentation asks for."""
_SHORTEST_PAUSE = 1.0
"""Seconds to pause when a limit names a time that has passed."""


def pause(
    config: SessionConfig, lease: TokenLease, error: RateLimitError, limits: LimitState, endpoint: str | None
) -> str | None:
    """Pause the bucket of a limit. Return the budget that the server names, if it may differ from the path's.

    Args:
        config: The client's settings.
        lease: The lease of the request.
        error: The error that the response is.
        limits: The limits in its headers.
        endpoint: The endpoint that the request counts against as well, or None.
    """
    tokens, now = config.tokens, config.tokens.clock()
    # GitHub's secondary limits concern the principal. Elsewhere, a refusal while calls are left, or without limits in
    # its headers, is that of the endpoint.
    of_endpoint = endpoint is not None and limits.remaining != 0 and not config.profile.has_secondary_limits
    if of_endpoint:
        error.resource = endpoint
    if error.retry_after is not None and isinstance(error, SecondaryRateLimitError):
        tokens.block_until(lease, now + max(error.retry_after, _SHORTEST_PAUSE), endpoint=of_endpoint)
    elif error.reset_time is None or isinstance(error, SecondaryRateLimitError):
        tokens.block_until(lease, now + _UNNAMED_PAUSE, endpoint=of_endpoint)
    elif error.reset_time.timestamp() <= now:  # the clocks are not equal, or the server rounds
        tokens.block_until(lease, now + _SHORTEST_PAUSE, endpoint=of_endpoint)
    elif limits.remaining != 0:  # no header said that the bucket is empty
        tokens.block_until(lease, error.reset_time.timestamp(), endpoint=of_endpoint)
    else:
        return limits.resource
    return None


def end_of_limit(error: RateLimitError, now: float) -> float:
    """Return when a limit ends that belongs to no lease, in epoch seconds.

    Args:
        error: The error that the response is.
        now: The present time, in epoch seconds.
    """
    if error.retry_after is None and error.reset_time is None:
        return now + _UNNAMED_PAUSE
    end = now if error.reset_time is None else error.reset_time.timestamp()
    if error.retry_after is not None:
        end = now + error.retry_after
    return max(end, now + _SHORTEST_PAUSE)
