"""The body of a response: decompressed, and never larger than allowed.

The decoders of httpx accept truncated gzip, drop all members after the first, accept encodings that were not requested,
and decompress up to 64 MB before the size can be checked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from gitfleet_api.backend import Headers, Request, transport_error
from gitfleet_api.errors import GitFleetError

__all__ = ["Body", "Streamed", "too_large"]

_GZIP = 31  # for zlib: a gzip header and a window of any size
_STEP = 1024 * 1024
_FREE = 8 * 1024 * 1024
_MAX_RATIO = 256
_MANY = 1024


class Streamed(NamedTuple):
    """A response before its body was read."""

    status: int
    """HTTP status."""
    headers: Headers
    """The headers as they were sent: a length or an encoding in them is that of the transfer."""
    parts: AsyncIterator[bytes]
    """The decompressed body, part by part."""


class Body:
    """Collects the parts of a body and decompresses them.

    Every method raises:
        ProtocolError: ``body_too_large``, or ``protocol_error`` if the body can't be decompressed.
    """

    __slots__ = ("_gzip", "_joined", "_left", "_parts", "_request")

    def __init__(self, headers: Headers, request: Request) -> None:
        self._request = request
        self._left = request.max_body
        self._parts: list[bytes] = []
        self._joined: list[bytes] = []
        self._gzip = _gzip(headers, request)
        announced = headers.get("content-length") or ""
        if self._gzip is None and announced.isdecimal() and int(announced) > request.max_body:
            raise too_large(request)

    def add(self, part: bytes) -> None:
        """Add the next part as it was sent."""
        if self._gzip is not None:
            self._gzip.unpack(part, self)
        else:
            self.keep(part)

    def keep(self, part: bytes) -> None:
        """Add the next decompressed part."""
        self._left -= len(part)
        if self._left < 0:
            raise too_large(self._request)
        self._parts.append(part)
        if len(self._parts) == _MANY:  # a part of one byte takes 40 bytes
            self._joined.append(b"".join(self._parts))
            self._parts.clear()

    @property
    def is_compressed(self) -> bool:
        """Whether parts are decompressed."""
        return self._gzip is not None

    def take(self, part: bytes) -> bytes:
        """Add the next part as it was sent, and return what it was decompressed to, which is not kept."""
        self.add(part)
        found = b"".join(self._joined + self._parts)
        self._joined.clear()
        self._parts.clear()
        return found

    @property
    def size(self) -> int:
        """The number of bytes so far."""
        return self._request.max_body - self._left

    def whole(self) -> bytes:
        """Return the body. To be called after the last part."""
        if self._gzip is not None:
            self._gzip.finish()
        return b"".join(self._joined + self._parts)


def _gzip(headers: Headers, request: Request) -> _Gunzip | None:
    # Several lines are one list. Empty elements and "identity" are ignored (RFC 9110, 5.6.1).
    lines = headers.get_all("content-encoding")
    names = [name.strip(" \t").lower() for line in lines for name in line.split(",")]
    encoding = ", ".join(name for name in names if name not in ("", "identity"))
    if encoding in ("gzip", "x-gzip"):
        return _Gunzip(request)
    if encoding:
        raise transport_error("encoding", request, detail=encoding)
    return None


class _Gunzip:
    """Decompresses any number of gzip members (RFC 1952)."""

    def __init__(self, request: Request) -> None:
        import zlib

        self._zlib = zlib
        self._request = request
        self._member = zlib.decompressobj(_GZIP)
        self._in_member = False
        self._received = 0

    def unpack(self, part: bytes, body: Body) -> None:
        self._received += len(part)
        is_full = False  # then there may be more output of input that was consumed
        while part or is_full:
            try:
                data = self._member.decompress(part, _STEP)
            except self._zlib.error as error:
                raise transport_error("undecodable", self._request) from error
            body.keep(data)
            if body.size > _FREE + _MAX_RATIO * self._received:
                raise transport_error("inflated", self._request)
            self._in_member = not self._member.eof
            is_full = self._in_member and len(data) == _STEP
            part = self._member.unconsumed_tail if self._in_member else self._member.unused_data
            if self._member.eof:
                self._member = self._zlib.decompressobj(_GZIP)

    def finish(self) -> None:
        if self._in_member:
            raise transport_error("undecodable", self._request) from EOFError("it is truncated")


def too_large(request: Request) -> GitFleetError:
    """Return the error for a body that is larger than ``request`` allows."""
    return transport_error("body_too_large", request)
