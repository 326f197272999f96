"""Retries: whether a failed request is sent again, and after which time."""

from __future__ import annotations

from collections.abc import Callable

from ._internal.lazy_dataclass import dataclass, field
from ._internal.text import shorten_repr
from .errors import ConfigurationError, GitFleetError, NetworkError, ServerError

__all__ = ["NOT_READY", "QUERY_FAILED", "Failure", "Retry", "RetryPolicy", "never_retry"]

NOT_READY = "not_ready"
"""Error code of a response that the provider is still computing (202)."""
QUERY_FAILED = "query_failed"
"""Error code of a GraphQL response with status 200: the provider failed while it executed the query."""

_SAFE_METHODS = frozenset(("GET", "HEAD"))
_TRANSIENT_STATUSES = frozenset((500, 502, 503, 504))
_TRANSIENT_CODES = frozenset(
    ("connection_failed", "connection_lost", "not_processed", "timeout_connect", "timeout_read", "protocol_error")
)
_NEVER_PROCESSED = frozenset(("connection_failed", "not_processed", "timeout_connect"))
"""Codes of failures after which the server cannot have changed anything: it did not receive or process the request."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt: the argument of a retry policy."""

    method: str
    """HTTP method, in capitals."""
    url: str
    """URL of the request. Secrets in it are redacted."""
    attempt: int
    """How many times the request has been sent, from 1."""
    error: GitFleetError
    """The error of this attempt."""
    retry_after: float | None = None
    """Seconds that the server asks to wait (for ``not_ready`` by default 1, 2, 4, then 8). None if it does not ask."""
    reads: bool = False
    """Whether a POST changes nothing on the server, as a GraphQL query."""

    @property
    def may_have_acted(self) -> bool:
        """Whether the server may have executed a write, so that a retry could execute it twice."""
        return not self.reads and self.method not in _SAFE_METHODS and self.error.code not in _NEVER_PROCESSED


RetryPolicy = Callable[[Failure], float | None]
"""Function that returns the seconds until the next attempt, or None to raise the error. Not called for rate limits."""


def _uniform() -> float:
    # Imported here: the import takes 2 ms, and most programs never retry.
    from random import random

    return random()  # noqa: S311  not used for security


@dataclass(frozen=True, slots=True)
class Retry:
    """The default retry policy.

    It retries transient failures: broken connections, timeouts of connecting and reading, the statuses 500, 502, 503
    and 504, and GraphQL errors with the same meaning (code ``query_failed``). A write (POST, PATCH, PUT, DELETE, a
    GraphQL mutation) is retried only if the server certainly did not process it. The wait before attempt n+1 is random
    between 0 and ``base * 2**(n-1)`` seconds, at most ``longest`` ("full jitter": many clients do not retry at the same
    time), and at least as long as the server asks for.

    Raises:
        ConfigurationError: ``attempts`` is not an integer of at least 1, or ``base`` or ``longest`` is not a number of
            seconds.
    """

    attempts: int = 5
    """How many times a request is sent at most, from 1."""
    base: float = 0.5
    """Upper bound of the first wait, in seconds."""
    longest: float = 30.0
    """Upper bound of every wait, in seconds. If the server asks for a longer one, the error is raised."""
    random: Callable[[], float] = field(default=_uniform, repr=False)
    """Function that returns a random number from 0 to 1; tests can replace it."""

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
        """Return the seconds until the next attempt, or None to raise the error.

        Args:
            failure: The failed attempt.
        """
        if failure.attempt >= self.attempts or failure.may_have_acted or not _is_transient(failure.error):
            return None
        required = failure.retry_after or 0.0
        if required > self.longest:
            return None
        # The exponent is bounded so that a large number of attempts does not overflow.
        bound = min(self.longest, self.base * 2.0 ** min(failure.attempt - 1, 30))
        return max(required, bound * self.random())


def never_retry(_failure: Failure) -> float | None:
    """Return None: the policy that never retries."""
    return None


def _is_transient(error: GitFleetError) -> bool:
    if isinstance(error, NetworkError):
        return error.code in _TRANSIENT_CODES
    if error.code in (NOT_READY, QUERY_FAILED):
        return True
    return isinstance(error, ServerError) and error.status in _TRANSIENT_STATUSES
