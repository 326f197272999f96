"""HTTP messages on the border: a complete request, a response, and their parts."""

from __future__ import annotations

from collections.abc import Iterable

from .._internal.lazy_dataclass import dataclass, field
from .._internal.text import shorten_repr
from ..errors import ConfigurationError, DecodeFailure
from .projection import Columns, Projection

__all__ = ["ERROR_BODY_BYTES", "MAX_BODY", "Headers", "Request", "Response", "Timeout"]

MAX_BODY = 128 * 1024 * 1024
"""Bytes of an answer that are allowed unless a client says otherwise."""

ERROR_BODY_BYTES = 512
"""How much of a body that can't be decoded an engine keeps for the error message."""

_LONGEST = 1e9
"""Seconds, 31 years: what waits longer waits for ever, and clocks overflow sooner or later."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Seconds after which to give up; None waits for ever.

    Attributes:
        connect: to make a connection, TLS included.
        read: longest silence while waiting for the answer or in the middle of it.
        total: a whole call with all it takes: redirects, and the wait for a free place among ``max_concurrency``.
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
        """A number bounds all three; None bounds none."""
        if isinstance(value, Timeout):
            return value
        return cls(connect=value, read=value, total=value)


def _is_time(value: object) -> bool:
    # Comparing refuses NaN as well.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST


_ORDINARY = Timeout()


class Headers:
    """HTTP headers in the order they came; names are lower-case, repeated ones kept."""

    __slots__ = ("_first", "_pairs")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = list(items)
        self._first: dict[str, str] | None = None

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        """All of them; made when asked for, as an engine may give lists, and hardly anybody looks at every header."""
        return tuple((name, value) for name, value in self._pairs)

    def get(self, name: str) -> str | None:
        """The first value of ``name`` (lower-case), or None."""
        if self._first is None:
            self._first = dict(reversed(self._pairs))
        return self._first.get(name)

    def get_all(self, name: str) -> list[str]:
        """All values of ``name`` (lower-case), in order."""
        return [value for key, value in self._pairs if key == name]

    def __repr__(self) -> str:
        return f"Headers({list(self.items)!r})"


# Not frozen, as Response: a frozen dataclass sets each field through object.__setattr__, 1.3 µs for eight.
@dataclass(slots=True, eq=False)
class Request:
    """One HTTP request, complete: an engine adds nothing that changes its meaning, and does not change it.

    Attributes:
        method: upper-case.
        url: absolute, percent-encoded.
        headers: names and values; may hold a token, so they are not shown in ``repr``.
        body: bytes to send, or None.
        timeout: ``connect`` and ``read`` are the engine's to keep, ``total`` is kept above it.
        projection: what to decode of a 2xx answer; None gives the body as it came.
        proxy: URL of the proxy to go through, or None for none. Engines don't look at the environment.
        max_body: bytes, after decompression, above which an answer is refused with ``body_too_large``.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: Timeout = _ORDINARY
    projection: Projection | None = None
    proxy: str | None = field(default=None, repr=False)
    max_body: int = MAX_BODY

    @property
    def wants_columns(self) -> bool:
        """Whether a successful answer to this can be decoded into columns."""
        return self.projection is not None and self.method != "HEAD"


@dataclass(slots=True, eq=False)
class Response:
    """One answer, whatever its status.

    Attributes:
        status: HTTP status.
        headers: names lower-case.
        body: the decompressed body; of one that can't be decoded its first 512 bytes; empty when there are columns.
        columns: what the projection asked for: only for a 2xx answer with a body (not 204, 205) that could be decoded.
        failure: why it could not be decoded, or None.
    """

    status: int
    headers: Headers
    body: bytes = b""
    columns: Columns | None = None
    failure: DecodeFailure | None = None
