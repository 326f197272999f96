"""Answers that are not the server's, or not as it gave them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar, Literal

from ..http.messages import Body, Headers, Response, check_header, dump, json_response
from .effect import Effect, FaultContext

__all__ = ["Content", "Corrupt", "Fail", "Garbage", "RetryAfter", "SecondaryLimit"]

Content = bytes | str | Mapping[str, object] | list[object]
RetryAfter = float | datetime | Literal["date"] | None

#: Requests that end so do not count against the quota, as on the service.
_FREE = (304, 401, 429)
_WITHOUT_BODY = (204, 205, 304)
_DOCS = "https://docs.github.com/rest"
_SECONDARY_DOCS = f"{_DOCS}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out "
    "to GitHub Support for help, please include the request ID."
)


@dataclass(frozen=True)
class Fail(Effect):
    """An answer of one's own. ``body``: bytes and text are sent as they are, the rest as JSON."""

    name: ClassVar[str] = "fail"
    status: int = 502
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    body: Content = b""
    _response: Response = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError(f"status must be from 200 to 599: {self.status}")
        given = self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        headers = tuple(check_header(*pair) for pair in given)
        lengths = [name for name, _ in headers if name.lower() in ("content-length", "transfer-encoding")]
        if lengths:
            raise ValueError(f"{lengths[0]} is the server's; truncate and reset make bodies shorter than promised")
        content = self._content()
        if content and self.status in _WITHOUT_BODY:
            raise ValueError(f"an answer {self.status} has no body")
        body = None if self.status in _WITHOUT_BODY else Body(content)
        object.__setattr__(self, "_response", Response(self.status, body, (*self._kind(headers), *headers)))

    def _content(self) -> bytes:
        match self.body:
            case bytes():
                return self.body
            case str():
                return self.body.encode()
            case Mapping() | list():
                return dump(self.body)
        raise TypeError(f"body must be bytes, text, or a dict or list to be sent as JSON: {self.body!r}")

    def _kind(self, headers: Headers) -> Headers:
        if isinstance(self.body, bytes) or any(name.lower() == "content-type" for name, _ in headers):
            return ()
        kind = "text/plain" if isinstance(self.body, str) else "application/json"
        return (("Content-Type", f"{kind}; charset=utf-8"),)

    async def play(self, context: FaultContext) -> None:
        """Send the answer."""
        context.replace(counted=self.status not in _FREE)
        await context.send(self._response)


@dataclass(frozen=True)
class SecondaryLimit(Effect):
    """GitHub's answer to too much at once: calls are left, but not now.

    Args:
        status: 403 or 429.
        retry_after: what the Retry-After header says: seconds (rounded up), a datetime (sent as a date), "date" (a
            date one second ahead); None: no such header.
        message: whether the body says what it is.
    """

    name: ClassVar[str] = "secondary_limit"
    status: int = 403
    retry_after: RetryAfter = None
    message: bool = True

    def __post_init__(self) -> None:
        if self.status not in (403, 429):
            raise ValueError(f"a secondary limit answers 403 or 429, not {self.status}")
        after = self.retry_after
        if isinstance(after, str) and after != "date":
            raise ValueError(f"retry_after must be seconds, a datetime, 'date' or None: {after!r}")
        if isinstance(after, datetime) and after.tzinfo is None:
            raise ValueError("retry_after must be a datetime with a time zone")
        if isinstance(after, int | float) and not 0 <= after < 1e9:
            raise ValueError(f"retry_after must be 0 or more seconds: {after}")

    async def play(self, context: FaultContext) -> None:
        """Send the answer; it does not count against the quota."""
        context.replace(counted=False)
        after = self._retry_after()
        headers: Headers = () if after is None else (("Retry-After", after),)
        usual = "Forbidden" if self.status == 403 else "Too Many Requests"
        body = {
            "documentation_url": _SECONDARY_DOCS if self.message else _DOCS,
            "message": _SECONDARY if self.message else usual,
        }
        await context.send(context.add_headers(json_response(body, self.status, headers)))

    def _retry_after(self) -> str | None:
        after = self.retry_after
        if after == "date":
            # Rounded up: such a date has no fractions of a second.
            after = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        if isinstance(after, datetime):
            return format_datetime(after.astimezone(UTC), usegmt=True)
        return None if after is None else str(math.ceil(float(after)))


@dataclass(frozen=True)
class Garbage(Effect):
    """Bytes that are not HTTP, then the connection is closed."""

    name: ClassVar[str] = "garbage"
    data: bytes = field(default=b"\x16\x03\x01\x00not HTTP\x00\xff\r\n\r\n", repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes) or not self.data:
            raise ValueError("data must be bytes, at least one")

    async def play(self, context: FaultContext) -> None:
        """Send the bytes."""
        context.replace()
        context.note(None)
        await context.connection.raw(self.data)
        await context.connection.close()


@dataclass(frozen=True)
class Corrupt(Effect):
    """The server's answer with its JSON cut in the middle: fine as HTTP, its length right."""

    name: ClassVar[str] = "corrupt"

    async def play(self, context: FaultContext) -> None:
        """Send the answer."""
        response = context.act()
        if response.body is None:
            return await context.send(response)
        data = response.body.data
        # Cut between characters: it is the JSON that is broken, not the text.
        half = data[: len(data) // 2].decode("utf-8", "ignore").encode()
        return await context.send(Response(response.status, Body(half), response.headers))
