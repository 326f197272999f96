"""Requests and responses, independent of the server."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

__all__ = ["Body", "Headers", "Request", "Response", "check_header", "dump", "json_response", "segments"]

Headers = tuple[tuple[str, str], ...]

_LONG = 16 * 1024
#: A page of a hundred repositories shrinks to a sixteenth. Level 6 halves that and takes 2.5 times as long.
_LEVEL = 2
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
# json.dumps constructs an encoder for each call with options.
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def check_header(name: object, value: object) -> tuple[str, str]:
    """Check the name and the value of a header.

    Returns:
        Both, the value without spaces around it.

    Raises:
        ValueError: HTTP does not allow the name or the value.
    """
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"invalid header name: {name!r}")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"invalid value of header {name}: {value!r}")
    return name, value.strip()


def dump(value: object) -> bytes:
    """Return JSON without spaces. It is UTF-8 like GitHub's, and ASCII with escapes if UTF-8 cannot encode the text."""
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


class Body:
    """The bytes of a response. The digest and the compressed form are computed lazily and once.

    A long body that was compressed is stored in this form only: a full page takes a tenth of the memory.
    """

    __slots__ = ("_compressed", "_data", "_digest", "length")

    def __init__(self, data: bytes) -> None:
        self.length: int = len(data)
        self._data: bytes | None = data
        self._digest: bytes | None = None
        self._compressed: bytes | None = None

    @property
    def data(self) -> bytes:
        """The bytes."""
        return self._data if self._data is not None else gzip.decompress(self._compressed or b"")

    @property
    def size(self) -> int:
        """The number of stored bytes."""
        return len(self._data or b"") + len(self._compressed or b"")

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes."""
        if self._digest is None:
            self._digest = hashlib.sha256(self.data).digest()
        return self._digest

    @property
    def compressed(self) -> bytes:
        """The bytes in gzip format."""
        if self._compressed is None:
            self._digest = self.digest
            self._compressed = gzip.compress(self.data, compresslevel=_LEVEL, mtime=0)
            if self.length > _LONG:
                self._data = None
        return self._compressed


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Attributes:
        status: the HTTP status.
        body: the body. None: no body and no Content-Length.
        headers: pairs of name and value.
    """

    status: int
    body: Body | None = None
    headers: Headers = ()


def json_response(value: Any, status: int = 200, headers: Headers = ()) -> Response:
    """Return a response with a JSON body."""
    return Response(status, Body(dump(value)), headers)


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Attributes:
        method: the HTTP method.
        path: the path as sent, with escapes.
        query: the query as sent, with escapes.
        headers: values by name in lower case.
        body: the body.
        address: IP address of the client.
        port: port of the client.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    address: str
    port: int

    @property
    def parameters(self) -> dict[str, str]:
        """The decoded query. Of a repeated parameter the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def token(self) -> str | None:
        """The token in the Authorization header, the only header that GitHub reads. None if there is no such header."""
        value = self.headers.get("authorization")
        if value is None:
            return None
        scheme, _, secret = value.partition(" ")
        return secret.strip() if scheme.lower() in ("bearer", "token") else value

    @property
    def any_token(self) -> str | None:
        """The token in any header: GitLab has two headers in addition to Authorization."""
        found = (self.headers.get(name) for name in ("private-token", "job-token"))
        return next((token for token in found if token is not None), self.token)


def segments(path: str) -> list[str]:
    """Return the decoded parts of a path. An escaped slash does not separate parts."""
    return [unquote(part) for part in path.removeprefix("/").split("/")]
