"""A recorded exchange: read, checked, and brought into the form in which it is compared and sent."""

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

#: What stands before the resource in the addresses of GitLab, GitHub Enterprise, Gitea and Bitbucket.
_ROOT = re.compile(r"/api/v[1-9](?=/|$)|/2\.0(?=/|$)|/rest/api/[1-9][.0-9]*(?=/|$)")
#: Hop-by-hop, or about an encoding and a length that are made anew; Alt-Svc would lead clients away.
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
    """One recorded request and its answer.

    ``path`` is that of the resource, without ``root`` ("/api/v4" and the like), escaped in one way only;
    ``query`` is decoded and sorted.
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
        """Method, path and query, for messages."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}" + (f"?{query}" if query else "")


#: A file, an exchange (as parsed JSON, or as load() returned it), or a list of these.
Source = str | os.PathLike[str] | Exchange | Mapping[str, Any] | Sequence["Source"]


def load(source: Source) -> list[Exchange]:
    """Read exchanges from a file, from parsed JSON, or from a list of both.

    Raises:
        ValueError: something in it is not an exchange; the message says where and why.
        OSError: a file can't be read.
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
    """Path and query of the first recorded request: what to ask a replay for, below its base URL."""
    exchanges = load(source)
    if not exchanges:
        raise ValueError("no exchange in it")
    return exchanges[0].path, dict(exchanges[0].query)


def split_target(path: str, query: str) -> tuple[str, str, Query]:
    """API root, resource path and query, in the form in which an Exchange holds them."""
    found = _ROOT.match(path)
    root = found.group() if found else ""
    # Escaped once and in one way: %2f and %2F are the same, an escaped slash and a plain one aren't.
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
        raise ValueError(f"{url}: a status must be from 200 to 599, not {status!r}")
    parts = urlsplit(url)
    root, path, query = split_target(parts.path or "/", parts.query)
    kept = _headers(url, headers)
    content = _content(body, status, kept)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Exchange(str(method).upper(), origin, root, path, query, status, kept, content)


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
    """The bytes to send: text as it is, all else as JSON; None where there is no body."""
    if status in (204, 304):
        return None
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    if body is None:
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        # Recorders write null for "nothing there" too: it is JSON only where JSON was promised.
        return b"null" if status < 300 and "json" in kind else b""
    return dump(body)
