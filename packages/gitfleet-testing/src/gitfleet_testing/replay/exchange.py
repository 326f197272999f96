"""Recorded exchanges: read, checked and normalized."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ..http.messages import Headers, check_header, dump

__all__ = ["Exchange", "Query", "Source", "first_target", "load", "split_target"]

Query = tuple[tuple[str, str], ...]

#: The root of the API in URLs of GitLab, GitHub Enterprise Server, Gitea and Bitbucket.
_ROOT = re.compile(r"/api/v[1-9](?=/|$)|/2\.0(?=/|$)|/rest/api/[1-9][.0-9]*(?=/|$)")
#: Headers of the connection, headers that are set again, and Alt-Svc, which would send clients to another server.
_DROPPED = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
        "alt-svc",
    ]
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A recorded request and its response.

    Attributes:
        method: the HTTP method, in upper case.
        origin: scheme, host and port of the recorded service.
        root: the root of the API in the URL ("/api/v4" and the like), or empty.
        path: the path without the root, with normalized escapes.
        query: the decoded query, sorted.
        status: the status of the response.
        headers: the headers of the response, without those of the connection.
        body: the body of the response. None: no body.
    """

    method: str
    origin: str
    root: str
    path: str
    query: Query
    status: int
    headers: Headers = field(repr=False)
    body: bytes | None = field(repr=False)

    def target(self) -> str:
        """Return method, path and query, for messages."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}" + (f"?{query}" if query else "")


#: A file, an exchange (as parsed JSON or from ``load``), or a list of these.
Source = str | os.PathLike[str] | Exchange | Mapping[str, Any] | Sequence["Source"]


def load(source: Source) -> list[Exchange]:
    """Read exchanges from a file, from parsed JSON, or from a list of these.

    Args:
        source: a path, an exchange, or a list of sources.

    Returns:
        The exchanges, in their order.

    Raises:
        ValueError: something is not an exchange. The message contains its position and the reason.
        OSError: a file cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        try:
            return load(json.loads(path.read_bytes()))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    if isinstance(source, Exchange):
        return [source]
    if isinstance(source, Mapping):
        return [_exchange(source)]
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return [exchange for item in source for exchange in load(item)]
    raise ValueError(f"not a recorded exchange: {type(source).__name__}")


def first_target(source: Source) -> tuple[str, dict[str, str]]:
    """Return path and query of the first recorded request, to request it below the base URL of a replay.

    Args:
        source: a path, an exchange, or a list of sources.

    Returns:
        The path, and the decoded query.

    Raises:
        ValueError: the source contains no exchange, or something else.
        OSError: a file cannot be read.
    """
    exchanges = load(source)
    if not exchanges:
        raise ValueError("the source contains no exchange")
    return exchanges[0].path, dict(exchanges[0].query)


def split_target(path: str, query: str) -> tuple[str, str, Query]:
    """Return the root of the API, the path and the query, normalized as in an Exchange."""
    found = _ROOT.match(path)
    root = found.group() if found else ""
    # Normalize escapes: %2f and %2F are equal, an escaped slash and a plain one are not.
    parts = (quote(unquote(part), safe="") for part in path[len(root) :].split("/"))
    return root, "/".join(parts) or "/", tuple(sorted(parse_qsl(query, keep_blank_values=True)))


def _exchange(data: Mapping[str, Any]) -> Exchange:
    try:
        request, response = data["request"], data["response"]
        method, url, status = request["method"], request["url"], response["status"]
        headers, body = list(response["headers"]), response["body"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a recorded exchange: {type(error).__name__} {error}") from error
    if not isinstance(url, str) or not urlsplit(url).netloc:
        raise ValueError(f"not a recorded exchange: request.url is {url!r}")
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"{url}: status must be from 200 to 599, not {status!r}")
    parts = urlsplit(url)
    root, path, query = split_target(parts.path or "/", parts.query)
    checked = _headers(url, headers)
    content = _content(body, status, checked)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Exchange(str(method).upper(), origin, root, path, query, status, checked, content)


def _headers(url: str, pairs: Sequence[Sequence[str]]) -> Headers:
    kept = []
    for pair in pairs:
        try:
            name, value = check_header(*pair)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{url}: bad header {pair!r}: {error}") from error
        if name.lower() not in _DROPPED:
            kept.append((name, value))
    return tuple(kept)


def _content(body: object, status: int, headers: Headers) -> bytes | None:
    """Return the bytes to send: text unchanged, everything else as JSON. None if the status allows no body."""
    if status in (204, 304):
        return None
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    if body is None:
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        # Recorders also write null for a missing body. It is JSON only if the content type is JSON.
        return b"null" if status < 300 and "json" in kind else b""
    return dump(body)
