"""Requests and responses as they are passed to and from an engine."""

from __future__ import annotations

from collections.abc import Iterable

from .._internal.lazy_dataclass import dataclass, field
from .._internal.text import shorten_repr
from ..errors import ConfigurationError, DecodeFailure
from .projection import Columns, Projection

__all__ = ["ERROR_BODY_BYTES", "MAX_BODY", "Headers", "Request", "Response", "Timeout"]

MAX_BODY = 128 * 1024 * 1024
"""Default maximum size of a response body, in bytes after decompression."""

ERROR_BODY_BYTES = 512
"""Number of bytes that an engine keeps of a body that can't be decoded, for the error message."""

_LONGEST = 1e9
"""Longest timeout in seconds (31 years). Larger values could overflow clocks."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Timeouts in seconds; None waits without a limit.

    Attributes:
        connect: time to establish a connection, including DNS and TLS.
        read: longest time without received data, before or during a response.
        total: time of a whole call, including redirects, retries and waits for a slot of ``max_concurrency``.
    """

    connect: float | None = 10.0
    read: float | None = 30.0
    total: float | None = 300.0

    def __post_init__(self) -> None:
        for name in ("connect", "read", "total"):
            value = getattr(self, name)
            if value is not None and not _is_time(value):
                raise ConfigurationError(
                    f"timeout: {name} must be a positive number of seconds or None, not {shorten_repr(value)}"
                )

    @classmethod
    def of(cls, value: Timeout | float | None) -> Timeout:
        """Return a Timeout; a number sets all three values, None disables all three."""
        if isinstance(value, Timeout):
            return value
        return cls(connect=value, read=value, total=value)


def _is_time(value: object) -> bool:
    # The comparison is false for NaN.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST


_DEFAULT_TIMEOUT = Timeout()


class Headers:
    """Response headers in their order. Names are lower-case, and a name may occur several times.

    Args:
        items: pairs of name and value.

    Attributes:
        clock_offset: seconds by which the server's clock is ahead. Set above the engines; the times in headers are
            read with it.
    """

    __slots__ = ("_first", "_pairs", "clock_offset")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self.clock_offset: float = 0.0
        self._pairs = list(items)
        self._first: dict[str, str] | None = None

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """All headers as pairs. Built lazily, because most callers need only one or two."""
        return tuple((name, value) for name, value in self._pairs)

    def get(self, name: str) -> str | None:
        """Return the first value of a header, or None.

        Args:
            name: lower-case name.
        """
        if self._first is None:
            self._first = dict(reversed(self._pairs))
        return self._first.get(name)

    def get_all(self, name: str) -> list[str]:
        """Return all values of a header in order.

        Args:
            name: lower-case name.
        """
        return [value for key, value in self._pairs if key == name]

    def __repr__(self) -> str:
        return f"Headers({list(self.items)!r})"


# Request and Response are not frozen: a frozen dataclass sets each field through object.__setattr__, 1.3 µs for eight.
@dataclass(slots=True, eq=False)
class Request:
    """A complete HTTP request. An engine neither modifies it nor adds anything that changes its meaning.

    Attributes:
        method: HTTP method, upper-case.
        url: absolute URL, percent-encoded.
        headers: pairs of name and value. They may contain a token and are not shown in ``repr``.
        body: bytes to send, or None.
        timeout: the engine enforces ``connect`` and ``read``; ``total`` is enforced above it.
        projection: the columns to decode from a 2xx response; None returns the body.
        proxy: URL of the proxy, or None. Engines ignore the proxy variables of the environment.
        max_body: maximum size of the response body in bytes after decompression; a larger one is ``body_too_large``.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: Timeout = _DEFAULT_TIMEOUT
    projection: Projection | None = None
    proxy: str | None = field(default=None, repr=False)
    max_body: int = MAX_BODY

    @property
    def wants_columns(self) -> bool:
        """Whether a successful response is decoded into columns."""
        return self.projection is not None and self.method != "HEAD"


@dataclass(slots=True, eq=False)
class Response:
    """An HTTP response with any status.

    Attributes:
        status: HTTP status.
        headers: the headers.
        body: the decompressed body; its first 512 bytes if it could not be decoded; empty if there are columns.
        columns: the columns of the projection, for a 2xx response with a body (not 204 or 205) that could be decoded.
        failure: the reason why the body could not be decoded, or None.
    """

    status: int
    headers: Headers
    body: bytes = b""
    columns: Columns | None = None
    failure: DecodeFailure | None = None
