"""An ordinary request as the bytes that are sent.

Whatever is not plainly ordinary (a name in other letters, user information, a header that may not be one) is left to
httpx, which knows what to make of it or how to refuse it. That is decided by two regular expressions, so that nothing
is parsed twice: httpx takes 100 µs to come to the same bytes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitfleet_api.backend import Request

__all__ = ["Message", "Origin", "message_of"]


class Origin(NamedTuple):
    """Where a connection leads."""

    scheme: str
    host: str
    port: int


class Message(NamedTuple):
    """What to send, and where to."""

    origin: Origin
    content: bytes


_PORTS = {"http": 80, "https": 443}
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_WITH_LENGTH = ("POST", "PUT", "PATCH")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN = "[A-Za-z0-9_~!$&()*+,;=:@/.-]|%[0-9A-Fa-f]{2}"
# Nothing in it that could be written in another way: lower-case names, addresses of four numbers, no dots to resolve,
# and only characters that need no escape.
_URL = re.compile(
    r"(https?)://"
    rf"((?:[a-z0-9_-]+\.)*[a-z][a-z0-9_-]*|(?:{_OCTET}\.){{3}}{_OCTET})"
    r"(?::([1-9][0-9]{0,4}))?"
    rf"((?![^?]*/\.\.?(?:[/?]|$))/(?:{_PLAIN})*(?:\?(?:{_PLAIN}|[?])*)?)"
)
_FIELDS = re.compile(r"(?:[A-Za-z0-9!#$%&'*+.^_`|~-]+: [!-~](?:[ -~]*[!-~])?\r\n)+")
_ORDINARY = (("accept-encoding", "gzip"), ("connection", "keep-alive"))
_LAST_PORT = 65535
_LONGEST = 60_000


def message_of(request: Request) -> Message | None:
    """What to send for ``request``, or None when it is not ordinary."""
    url = _URL.fullmatch(request.url)
    if url is None or request.method not in _METHODS or len(request.url) > _LONGEST:
        return None
    scheme, host, port_text, target = url.groups()
    port = int(port_text or _PORTS[scheme])
    fields = _fields(request, host if port == _PORTS[scheme] else f"{host}:{port}")
    if port > _LAST_PORT or "xn--" in host or fields is None:
        return None
    head = f"{request.method} {target} HTTP/1.1\r\n{fields}\r\n".encode("ascii")
    return Message(Origin(scheme, host, port), head + request.body if request.body else head)


def _fields(request: Request, host: str) -> str | None:
    given = {name.lower() for name, _ in request.headers}
    length = str(len(request.body or b""))
    if "transfer-encoding" in given or ("content-length" in given and _lengths(request) != {length}):
        return None
    lines = [] if "host" in given else [f"host: {host}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in _ORDINARY if name not in given]
    lines += [f"{name}: {value}\r\n" for name, value in request.headers]
    if "content-length" not in given and (request.body or request.method in _WITH_LENGTH):
        lines.append(f"content-length: {length}\r\n")
    text = "".join(lines)
    # The count finds a line end within a value, which would look like one field more.
    return text if _FIELDS.fullmatch(text) and text.count("\n") == len(lines) else None


def _lengths(request: Request) -> set[str]:
    return {value for name, value in request.headers if name.lower() == "content-length"}
