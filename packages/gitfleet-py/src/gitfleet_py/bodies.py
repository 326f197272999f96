"""The body of an answer: decompressed, and never more of it than allowed.

httpx would do it too, but it takes gzip that is cut off for complete, drops all members after the first, knows
encodings nobody asked for, and unpacks 64 MB at a time before anybody can count.
"""

from __future__ import annotations

import sys

from gitfleet_api.backend import Headers, Request, error_for_code
from gitfleet_api.errors import GitFleetError

__all__ = ["Body", "too_large"]

_GZIP = 31  # zlib's word for a gzip header and a window of any size


class Body:
    """Takes a body piece by piece as it was sent, and keeps it unpacked.

    Raises, whatever is called:
        ProtocolError: ``body_too_large``, or ``protocol_error`` for what can't be decompressed.
    """

    __slots__ = ("_gzip", "_left", "_pieces", "_request")

    def __init__(self, headers: Headers, request: Request) -> None:
        self._request = request
        self._left = request.max_body
        self._pieces: list[bytes] = []
        self._gzip = _gzip(headers, request)
        announced = headers.get("content-length") or ""
        if self._gzip is None and announced.isdecimal() and int(announced) > request.max_body:
            raise too_large(request)

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        if self._gzip is not None:
            self._gzip.unpack(piece, self)
        else:
            self.keep(piece)

    def keep(self, piece: bytes) -> None:
        """Take the next piece of what was unpacked."""
        self._left -= len(piece)
        if self._left < 0:
            raise too_large(self._request)
        self._pieces.append(piece)

    @property
    def room(self) -> int:
        """How many bytes more are allowed."""
        return self._left

    def whole(self) -> bytes:
        """The body; to be called when all of it was added."""
        if self._gzip is not None:
            self._gzip.finish()
        return b"".join(self._pieces)


def _gzip(headers: Headers, request: Request) -> _Gunzip | None:
    # Several lines count as one. Empty elements count for nothing (RFC 9110, 5.6.1), as does "identity".
    lines = headers.get_all("content-encoding")
    names = [name.strip(" \t").lower() for line in lines for name in line.split(",")]
    encoding = ", ".join(name for name in names if name not in ("", "identity"))
    if encoding in ("gzip", "x-gzip"):
        return _Gunzip(request)
    if encoding:
        message = f"the body has the content-encoding {encoding!r}, which was not asked for"
        raise _error("protocol_error", message, request)
    return None


class _Gunzip:
    """Any number of members, one behind another (RFC 1952)."""

    def __init__(self, request: Request) -> None:
        import zlib

        self._zlib = zlib
        self._request = request
        self._member = zlib.decompressobj(_GZIP)
        self._is_within = False

    def unpack(self, piece: bytes, body: Body) -> None:
        while piece:
            # One byte more than allowed is enough to tell, and all that is ever unpacked of a bomb.
            try:
                body.keep(self._member.decompress(piece, min(body.room + 1, sys.maxsize)))
            except self._zlib.error as error:
                raise self._broken(str(error)) from None
            piece = self._member.unused_data
            self._is_within = not self._member.eof
            if self._member.eof:
                self._member = self._zlib.decompressobj(_GZIP)

    def finish(self) -> None:
        if self._is_within:
            raise self._broken("it is cut off")

    def _broken(self, why: str) -> GitFleetError:
        return _error("protocol_error", f"the body can't be decompressed: {why}", self._request)


def too_large(request: Request) -> GitFleetError:
    """The error for a body that is larger than ``request`` allows."""
    return _error("body_too_large", f"the body is larger than the limit of {request.max_body} bytes", request)


def _error(code: str, message: str, request: Request) -> GitFleetError:
    return error_for_code(code, message, method=request.method, url=request.url)
