"""The body of an answer: decompressed, and never more of it than allowed.

httpx would do it too, but it takes gzip that is cut off for complete, drops all members after the first, knows
encodings nobody asked for, and unpacks 64 MB at a time before anybody can count.
"""

from __future__ import annotations

import sys
import zlib
from typing import Protocol

import httpx

from gitfleet_api.backend import Request
from gitfleet_api.errors import GitFleetError, transport_error

__all__ = ["read_body"]

_GZIP = 31  # zlib's word for a gzip header and a window of any size


async def read_body(answer: httpx.Response, request: Request) -> bytes:
    """The decompressed body of ``answer``.

    Raises:
        ProtocolError: ``body_too_large``, or ``protocol_error`` for what can't be decompressed.
    """
    try:
        # There already when a transport made it up or an event hook has read it.
        if len(answer.content) > request.max_body:
            raise _too_large(request)
    except httpx.ResponseNotRead:
        pass
    else:
        return answer.content
    if request.method == "HEAD" or answer.status_code in (204, 304):
        # Nothing comes, but only a connection that was read to the end serves another request.
        async for _ in answer.aiter_raw():
            pass
        return b""
    decoder = _decoder(answer, request)
    try:
        chunks = [decoder.add(chunk) async for chunk in answer.aiter_raw()]
        decoder.finish()
    except zlib.error as error:
        raise _error("protocol_error", f"the body can't be decompressed: {error}", request) from None
    return b"".join(chunks)


class _Decoder(Protocol):
    def add(self, chunk: bytes) -> bytes: ...
    def finish(self) -> None: ...


def _decoder(answer: httpx.Response, request: Request) -> _Decoder:
    encoding = ", ".join(_encodings(answer))
    if encoding in ("gzip", "x-gzip"):
        return _Gunzip(request)
    if encoding:
        message = f"the body has the content-encoding {encoding!r}, which was not asked for"
        raise _error("protocol_error", message, request)
    announced = answer.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > request.max_body:
        raise _too_large(request)
    return _Plain(request)


def _encodings(answer: httpx.Response) -> list[str]:
    # httpx joins several lines with commas. Empty elements count for nothing (RFC 9110, 5.6.1), as does "identity".
    names = (name.strip(" \t").lower() for name in answer.headers.get("content-encoding", "").split(","))
    return [name for name in names if name not in ("", "identity")]


class _Plain:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._size = 0

    def add(self, chunk: bytes) -> bytes:
        self._size += len(chunk)
        if self._size > self._request.max_body:
            raise _too_large(self._request)
        return chunk

    def finish(self) -> None:
        pass


class _Gunzip:
    """Any number of members, one behind another (RFC 1952)."""

    def __init__(self, request: Request) -> None:
        self._plain = _Plain(request)
        self._left = request.max_body
        self._member = zlib.decompressobj(_GZIP)
        self._is_within = False

    def add(self, chunk: bytes) -> bytes:
        pieces = []
        while chunk:
            # One byte more than allowed is enough to tell, and all that is ever unpacked of a bomb.
            piece = self._plain.add(self._member.decompress(chunk, min(self._left + 1, sys.maxsize)))
            self._left -= len(piece)
            pieces.append(piece)
            chunk = self._member.unused_data
            self._is_within = not self._member.eof
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
        return b"".join(pieces)

    def finish(self) -> None:
        if self._is_within:
            raise zlib.error("it is cut off")


def _too_large(request: Request) -> GitFleetError:
    return _error("body_too_large", f"the body is larger than the limit of {request.max_body} bytes", request)


def _error(code: str, message: str, request: Request) -> GitFleetError:
    return transport_error(code, message, method=request.method, url=request.url)
