"""The border between policies and engines: send one request, decode one answer.

Everything that is a decision (paging, retries, limits, tokens, redirects, what an error status means) is made
above it, once; that is why two engines can't behave differently there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Self

from .errors import ConfigurationError, DecodeFailure
from .late import dataclass, field
from .projection import Columns, Projection
from .wording import brief

__all__ = [
    "ERROR_BODY_BYTES",
    "MAX_BODY",
    "PROTOCOL",
    "Backend",
    "Headers",
    "Request",
    "Response",
    "Timeout",
    "decodes",
]

PROTOCOL = 1
"""Version of this module's contract; an engine made for another one is refused when it is loaded."""

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
                    f"timeout: {name} must be a positive number of seconds or None, not {brief(value)}"
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


class Backend(ABC):
    """An engine. One object serves any number of clients, event loops and threads.

    A class attribute ``name`` says what it is called, ``protocol`` which :data:`PROTOCOL` it was made for.
    """

    name: str
    protocol: int

    @classmethod
    @abstractmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """An engine as a client makes it for itself; opens nothing.

        Args:
            verify: True for the system's certificate authorities, a path for those in that PEM file, False for none.

        Raises:
            ConfigurationError: the file is no PEM file.
        """

    @abstractmethod
    async def send(self, request: Request) -> Response:
        """Send ``request`` and decode the answer. Redirects are answers; nothing is sent a second time.

        Raises:
            NetworkError: there was no complete answer; its code says why.
            ConfigurationError: the request can't be sent as it is, or the backend is closed.
            InternalError: a bug in the engine.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Give up what is in flight and free connections. Later calls of :meth:`send` raise ConfigurationError."""

    @classmethod
    def version(cls) -> str:
        """Version of the engine, for people."""
        return "unknown"


def decodes(request: Request, status: int) -> bool:
    """Whether an engine is to decode the body of an answer with this ``status``."""
    return request.wants_columns and 200 <= status < 300 and status not in (204, 205)
