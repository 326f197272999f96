"""Whether a request that failed is sent again, and when."""

from __future__ import annotations

from collections.abc import Callable

from ._internal.lazy_dataclass import dataclass, field
from ._internal.text import shorten_repr
from .errors import ConfigurationError, GitFleetError, NetworkError, ServerError

__all__ = ["NOT_READY", "Failure", "Retry", "RetryPolicy", "never_retry"]

NOT_READY = "not_ready"
"""Code of the error about an answer that the provider is still making."""

_SAFE_METHODS = frozenset(("GET", "HEAD"))
_PASSING_STATUSES = frozenset((500, 502, 503, 504))
_PASSING_CODES = frozenset(
    ("connection_failed", "connection_lost", "timeout_connect", "timeout_read", "protocol_error")
)
_NEVER_SENT = frozenset(("connection_failed", "timeout_connect"))
"""Failures that prove that the server did nothing: there was no connection to send the request on."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a retry policy decides on.

    Attributes:
        method: of the request.
        url: of the request.
        attempt: how often it was sent so far, from 1.
        error: what went wrong.
        retry_after: seconds that the server asked to wait, or None; for an answer that is not ready and names no time
            what is fitting: 1, 2, 4 and then 8.
        reads: whether it changes nothing although it is a POST, as a GraphQL query.
    """

    method: str
    url: str
    attempt: int
    error: GitFleetError
    retry_after: float | None = None
    reads: bool = False

    @property
    def may_have_acted(self) -> bool:
        """Whether the server may have done what it was asked for, so that asking again would do it twice."""
        return not self.reads and self.method not in _SAFE_METHODS and self.error.code not in _NEVER_SENT


RetryPolicy = Callable[[Failure], float | None]
"""Seconds after which to send the request again, or None to give up. Rate limits are not asked about here."""


def _uniform() -> float:
    # Imported late: it takes 2 ms, and most programs never retry.
    from random import random

    return random()  # noqa: S311  nothing is kept secret by it


@dataclass(frozen=True, slots=True)
class Retry:
    """The ordinary policy: what may pass is tried again, a write only when the failure proves that nothing was done.

    The wait before attempt n+1 is random between nothing and ``base * 2**(n-1)`` seconds, at most ``longest`` (full
    jitter, so that many clients do not come back at once), but not shorter than the server asks for.

    Attributes:
        attempts: how often a request is sent at most.
        base: seconds.
        longest: seconds; a server that asks for a longer wait is not asked again.
        random: gives numbers from 0 to 1.
    """

    attempts: int = 5
    base: float = 0.5
    longest: float = 30.0
    random: Callable[[], float] = field(default=_uniform, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise ConfigurationError(
                f"retry: attempts must be an integer of at least 1, not {shorten_repr(self.attempts)}"
            )
        for name in ("base", "longest"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ConfigurationError(f"retry: {name} must be a number of seconds, not {shorten_repr(value)}")

    def __call__(self, failure: Failure) -> float | None:
        """Seconds to wait, or None to give up."""
        if failure.attempt >= self.attempts or failure.may_have_acted or not _may_pass(failure.error):
            return None
        asked = failure.retry_after or 0.0
        if asked > self.longest:
            return None
        # The exponent is bounded so that a large number of attempts does not overflow.
        bound = min(self.longest, self.base * 2.0 ** min(failure.attempt - 1, 30))
        return max(asked, bound * self.random())


def never_retry(_failure: Failure) -> float | None:
    """The policy of sending everything once."""
    return None


def _may_pass(error: GitFleetError) -> bool:
    if isinstance(error, NetworkError):
        return error.code in _PASSING_CODES
    return error.code == NOT_READY or (isinstance(error, ServerError) and error.status in _PASSING_STATUSES)
