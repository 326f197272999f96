"""The log of received requests and of changes, for assertions in tests."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from .messages import Request

__all__ = ["LoggedRequest", "LoggedWrite", "RequestLog"]


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A received request and the response to it."""

    method: str
    """The HTTP method."""
    path: str
    """The path as sent, with escapes."""
    query: dict[str, str]
    """The decoded query. Of a repeated parameter it has the last value; ``target`` has all of them."""
    # Not in the repr, because it contains the token: a failing assertion prints this object.
    headers: dict[str, str] = field(repr=False)
    """Values by name in lower case."""
    token: str | None = field(repr=False)
    """The token in the Authorization, PRIVATE-TOKEN or JOB-TOKEN header. None without such a header."""
    status: int | None
    """Status of the response. None until it is sent, and for a fault without a response."""
    body: bytes
    """The body of the request."""
    client_port: int
    """The port of the client: two requests with one port used the same connection."""
    started: float
    """Time of arrival (``time.monotonic()``, seconds)."""
    target: str = field(repr=False)
    """Path and query as sent."""
    finished: float | None = field(default=None, repr=False)
    """Time at which the status was recorded (``time.monotonic()``, seconds). None until then."""
    fault: str | None = None
    """Kind of the fault that applied: "fail", "drop" and so on. None without a fault."""


@dataclass(frozen=True, slots=True)
class LoggedWrite:
    """A request that changed data."""

    method: str
    """The HTTP method."""
    path: str
    """The path as sent, with escapes."""
    body: Any
    """The parsed JSON of the body. None without a body."""
    token: str | None = field(repr=False)
    """The token of the request. None without a token."""


class RequestLog:
    """The log, in the order of arrival. Written by the server, read by tests; thread-safe.

    Args:
        size: number of requests to keep; the oldest are removed. None: no limit.

    Raises:
        ValueError: ``size`` is negative.
    """

    def __init__(self, size: int | None = None) -> None:
        if size is not None and size < 0:
            raise ValueError(f"log_size must not be negative: {size}")
        self._lock = threading.Lock()
        self._size = size
        self._entries: OrderedDict[int, LoggedRequest] = OrderedDict()
        self._writes: list[LoggedWrite] = []
        self._next = 0

    def open(self, request: Request) -> tuple[int, LoggedRequest]:
        """Add a request. Returns its number, which ``close`` takes, and the entry."""
        entry = LoggedRequest(
            method=request.method,
            path=request.path,
            query=request.parameters,
            headers=dict(request.headers),
            token=request.any_token,
            status=None,
            body=request.body,
            client_port=request.port,
            started=time.monotonic(),
            target=request.path + (f"?{request.query}" if request.query else ""),
        )
        with self._lock:
            self._next += 1
            self._entries[self._next] = entry
            if self._size is not None and len(self._entries) > self._size:
                self._entries.popitem(last=False)
            return self._next, entry

    def close(self, number: int, status: int | None, fault: str | None = None) -> None:
        """Record the status of the response. Does nothing if the request was removed from the log."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                finished = time.monotonic()
                self._entries[number] = dataclasses.replace(entry, status=status, finished=finished, fault=fault)

    def add_write(self, request: Request) -> None:
        """Record that the request changed data."""
        body = json.loads(request.body) if request.body else None
        with self._lock:
            self._writes.append(LoggedWrite(request.method, request.path, body, request.any_token))

    def snapshot(self) -> list[LoggedRequest]:
        """Return all requests so far."""
        with self._lock:
            return list(self._entries.values())

    def writes(self) -> list[LoggedWrite]:
        """Return all changes so far."""
        with self._lock:
            return list(self._writes)

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
            self._writes.clear()
