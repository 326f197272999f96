"""Faults that replace or damage the response."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar, Literal

from ..http.messages import Body, Headers, Response, check_header, dump, json_response
from .effect import Effect, FaultContext

__all__ = ["Content", "Corrupt", "Fail", "Garbage", "RetryAfter", "SecondaryLimit"]

Content = bytes | str | Mapping[str, object] | Sequence[object]
RetryAfter = float | datetime | Literal["date"] | None

#: Responses with these statuses do not count against the rate limit, as on the service.
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
    """A chosen response instead of the service's own.

    Attributes:
        status: from 200 to 599.
        headers: additional headers.
        body: bytes and text are sent unchanged, a dict or list as JSON.

    Raises:
        ValueError: the status or a header is invalid, or the status allows no body.
        TypeError: the body has another type.
    """

    name: ClassVar[str] = "fail"
    status: int = 502
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    body: Content = b""
    _response: Response = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError(f"status must be from 200 to 599: {self.status}")
        pairs = self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        headers = tuple(check_header(*pair) for pair in pairs)
        lengths = [name for name, _ in headers if name.lower() in ("content-length", "transfer-encoding")]
        if lengths:
            raise ValueError(f"{lengths[0]} is set by the server; use truncate or reset for a body that is too short")
        content = self._content()
        if content and self.status in _WITHOUT_BODY:
            raise ValueError(f"a response with status {self.status} has no body")
        body = None if self.status in _WITHOUT_BODY else Body(content)
        object.__setattr__(self, "_response", Response(self.status, body, (*self._content_type(headers), *headers)))

    def _content(self) -> bytes:
        match self.body:
            case bytes():
                return self.body
            case str():
                return self.body.encode()
            case Mapping() | list():
                return dump(self.body)
        raise TypeError(f"body must be bytes, text, or a dict or list to be sent as JSON: {self.body!r}")

    def _content_type(self, headers: Headers) -> Headers:
        if isinstance(self.body, bytes) or any(name.lower() == "content-type" for name, _ in headers):
            return ()
        media_type = "text/plain" if isinstance(self.body, str) else "application/json"
        return (("Content-Type", f"{media_type}; charset=utf-8"),)

    async def apply(self, context: FaultContext) -> None:
        """Send the chosen response."""
        context.skip_response(counted=self.status not in _FREE)
        await context.send(self._response)


@dataclass(frozen=True)
class SecondaryLimit(Effect):
    """GitHub's secondary rate limit: too many requests at once, although calls are left.

    Attributes:
        status: 403 or 429.
        retry_after: value of the Retry-After header: seconds (rounded up), an aware datetime (sent as an HTTP date), or
            "date" (an HTTP date one second ahead). None: no such header.
        message: whether the message of the body names the secondary limit.

    Raises:
        ValueError: an attribute has an invalid value.
    """

    name: ClassVar[str] = "secondary_limit"
    status: int = 403
    retry_after: RetryAfter = None
    message: bool = True

    def __post_init__(self) -> None:
        if self.status not in (403, 429):
            raise ValueError(f"status of a secondary limit must be 403 or 429, not {self.status}")
        after = self.retry_after
        if isinstance(after, str) and after != "date":
            raise ValueError(f"retry_after must be seconds, a datetime, 'date' or None: {after!r}")
        if isinstance(after, datetime) and after.tzinfo is None:
            raise ValueError("retry_after must be a datetime with a time zone")
        if isinstance(after, int | float) and not 0 <= after < 1e9:
            raise ValueError(f"retry_after must be 0 or more seconds: {after}")

    async def apply(self, context: FaultContext) -> None:
        """Send the response. It does not count against the rate limit."""
        context.skip_response(counted=False)
        after = self._retry_after()
        headers: Headers = () if after is None else (("Retry-After", after),)
        plain = "Forbidden" if self.status == 403 else "Too Many Requests"
        body = {
            "documentation_url": _SECONDARY_DOCS if self.message else _DOCS,
            "message": _SECONDARY if self.message else plain,
        }
        await context.send(context.add_headers(json_response(body, self.status, headers)))

    def _retry_after(self) -> str | None:
        after = self.retry_after
        if after == "date":
            # Rounded up, because an HTTP date has no fractions of a second.
            after = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
        if isinstance(after, datetime):
            return format_datetime(after.astimezone(UTC), usegmt=True)
        return None if after is None else str(math.ceil(float(after)))


@dataclass(frozen=True)
class Garbage(Effect):
    """Bytes that are not HTTP, then the connection closes.

    Attributes:
        data: the bytes, at least one.

    Raises:
        ValueError: ``data`` is empty or not bytes.
    """

    name: ClassVar[str] = "garbage"
    data: bytes = field(default=b"\x16\x03\x01\x00not HTTP\x00\xff\r\n\r\n", repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.data, bytes) or not self.data:
            raise ValueError("data must be bytes, at least one")

    async def apply(self, context: FaultContext) -> None:
        """Send the bytes and close the connection."""
        context.skip_response()
        context.log(None)
        await context.connection.send_raw(self.data)
        await context.connection.close()


@dataclass(frozen=True)
class Corrupt(Effect):
    """The service's response with its JSON cut in the middle. As an HTTP message it is complete."""

    name: ClassVar[str] = "corrupt"

    async def apply(self, context: FaultContext) -> None:
        """Send the damaged response."""
        response = context.handle()
        if response.body is None:
            return await context.send(response)
        data = response.body.data
        # Cut between characters: only the JSON is invalid, not the UTF-8.
        half = data[: len(data) // 2].decode("utf-8", "ignore").encode()
        return await context.send(Response(response.status, Body(half), response.headers))
