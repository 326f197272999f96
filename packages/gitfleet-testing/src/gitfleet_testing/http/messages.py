"""What comes in and what goes out, independent of the server that carries it."""

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

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


def check_header(name: object, value: object) -> tuple[str, str]:
    """Return both, the value without spaces around it; ValueError when HTTP does not allow them."""
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"not the name of a header: {name!r}")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"not the value of a header, {name}: {value!r}")
    return name, value.strip()


def dump(value: object) -> bytes:
    """JSON without spaces, in UTF-8 as GitHub sends it; escaped only when UTF-8 can't hold the text."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


class Body:
    """Bytes of an answer; their digest and their compressed form are made once, when first asked for."""

    __slots__ = ("_compressed", "_digest", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._digest: bytes | None = None
        self._compressed: bytes | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes."""
        if self._digest is None:
            self._digest = hashlib.sha256(self.data).digest()
        return self._digest

    @property
    def compressed(self) -> bytes:
        """The bytes in gzip."""
        if self._compressed is None:
            self._compressed = gzip.compress(self.data, compresslevel=6, mtime=0)
        return self._compressed


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers of its own and a body (None: none at all, not even an empty one)."""

    status: int
    body: Body | None = None
    headers: Headers = ()


def json_response(value: Any, status: int = 200, headers: Headers = ()) -> Response:
    """An answer whose body is this JSON value."""
    return Response(status, Body(dump(value)), headers)


@dataclass(frozen=True, slots=True)
class Request:
    """A request. ``path`` and ``query`` as they were sent, still escaped; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    address: str
    port: int

    @property
    def parameters(self) -> dict[str, str]:
        """The query, decoded; of a repeated parameter the last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def token(self) -> str | None:
        """What the Authorization header carries, or None when there is no such header: what GitHub looks at."""
        value = self.headers.get("authorization")
        if value is None:
            return None
        scheme, _, secret = value.partition(" ")
        return secret.strip() if scheme.lower() in ("bearer", "token") else value

    @property
    def any_token(self) -> str | None:
        """The token, whichever header carries it; GitLab has two of its own."""
        found = (self.headers.get(name) for name in ("private-token", "job-token"))
        return next((token for token in found if token is not None), self.token)


def segments(path: str) -> list[str]:
    """The decoded parts of a path: an escaped slash stays within its part."""
    return [unquote(part) for part in path.removeprefix("/").split("/")]
