"""An answer as it comes in.

Nearly all heads are ordinary and have a Content-Length: a regular expression tells, and the rest is counting. For all
else there is h11, which takes 6 times as long: it judges heads that are not ordinary and reads chunks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gitfleet_api.backend import Headers, Request

from .bodies import Body
from .broken import ExchangeError

__all__ = ["Answer"]

_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [\t -~\x80-\xff]*)?\r\n"
    rb"(?:[A-Za-z0-9!#$%&'*+.^_`|~-]+:[\t -~\x80-\xff]*\r\n)*"
)
_MOST = 64 * 1024
_MANY_DIGITS = 15


class Answer:
    """Takes what a connection receives until the answer is whole.

    Attributes:
        status: HTTP status.
        headers: of the answer.
        keeps_connection: whether another request can follow on the connection.
    """

    __slots__ = ("_body", "_feed", "_left", "_request", "headers", "keeps_connection", "status")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._feed: Callable[[bytes], bool] = self._begin
        self._body: Body | None = None
        self._left = 0
        self.status = 0
        self.headers = Headers()
        self.keeps_connection = False

    def feed(self, data: bytes) -> bool:
        """Take what was received, ``b""`` for the end of the connection; True when the answer is whole.

        Raises:
            ExchangeError: it is no answer, or will not be whole.
            ProtocolError: the body can't be unpacked, or is too large.
        """
        return self._feed(data)

    def body(self) -> bytes:
        """The body, decompressed."""
        return b"" if self._body is None else self._body.whole()

    def start(self, status: int, headers: Headers) -> Body | None:
        """Note the head; gives what takes the body, None where there can't be one."""
        self.status, self.headers = status, headers
        if self._has_body(status):
            self._body = Body(headers, self._request)
        return self._body

    def _has_body(self, status: int) -> bool:
        return self._request.method != "HEAD" and status not in (204, 304)

    def _begin(self, data: bytes) -> bool:
        end = data.find(b"\r\n\r\n") + 2
        found = _HEAD.fullmatch(data, 0, end) if 2 <= end <= _MOST else None
        if found is None:
            return self._go_carefully(data)
        headers = Headers(_fields(data[found.end(1) : end]))
        status = int(found[1])
        length = _length(headers, has_body=self._has_body(status))
        if length is None:
            return self._go_carefully(data)
        self.keeps_connection = not any("close" in line.lower() for line in headers.get_all("connection"))
        self._left = length if self.start(status, headers) is not None else 0
        self._feed = self._count
        return self._count(data[end + 2 :]) if len(data) > end + 2 or not self._left else False

    def _count(self, data: bytes) -> bool:
        if not data and self._left:
            raise ExchangeError("connection_lost", f"the server left, {self._left} bytes before the end of the body")
        if len(data) > self._left:
            # Nobody asked for more: it may not be taken for the next answer.
            data = data[: self._left]
            self.keeps_connection = False
        self._left -= len(data)
        if data and self._body is not None:
            self._body.add(data)
        return not self._left

    def _go_carefully(self, data: bytes) -> bool:
        from .careful import Careful

        self._feed = Careful(self, self._request.method).feed
        return self._feed(data)


def _fields(head: bytes) -> list[tuple[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:-1])
    return [(name.lower(), value.strip(" \t")) for name, _, value in pairs]


def _length(headers: Headers, *, has_body: bool) -> int | None:
    """How long the body is, or would be; None where that is not plainly said."""
    if headers.get("transfer-encoding") is not None:
        return None
    said = headers.get_all("content-length")
    if not said and not has_body:
        return 0
    if len(said) != 1:
        return None
    return int(said[0]) if said[0].isascii() and said[0].isdigit() and len(said[0]) <= _MANY_DIGITS else None
