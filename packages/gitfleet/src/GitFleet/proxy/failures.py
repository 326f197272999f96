"""The response to a client whose call failed: that of the server, or one of the proxy."""

from __future__ import annotations

import math
from typing import NamedTuple

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    GitFleetError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
)

from .exchange import Exchange, UploadSent

__all__ = ["Problem", "problem_of"]


class Problem(NamedTuple):
    """A response of the proxy itself."""

    status: int
    """HTTP status."""
    message: str
    """What happened, without tokens."""
    retry_after: int | None = None
    """Seconds after which the request may succeed. None if unknown."""


def problem_of(error: GitFleetError, exchange: Exchange) -> Problem | None:
    """Return the response of the proxy to a failed call. None if the client gets the last response of the server.

    Args:
        error: The error of the call.
        exchange: The exchange.
    """
    if isinstance(error, RateLimitError):
        wait = error.retry_after
        return Problem(429, error.message, None if wait is None else max(1, math.ceil(wait)))
    last = exchange.last
    if isinstance(error, AuthError) or (last is not None and last.status == 401):
        # A 401 would mean to the client that the secret of the proxy is wrong.
        return Problem(502, f"the tokens of the proxy were refused: {error.message}")
    if last is not None and isinstance(error, ProviderError | UploadSent):
        return None
    return Problem(_status(error), error.message)


def _status(error: GitFleetError) -> int:
    if isinstance(error, ConfigurationError):
        return 503 if error.code == "closed" else 400
    return 504 if isinstance(error, RequestTimeoutError) else 502
