"""What a forge was asked and what it changed, for tests to look at."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from .messages import Request

__all__ = ["LoggedRequest", "LoggedWrite", "RequestLog"]


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request as it came in.

    ``path`` is as it was sent, escapes and all; ``query`` is decoded (of a repeated parameter the last value,
    all of them are in ``target``); header names are in lower case; ``token`` is what the Authorization,
    PRIVATE-TOKEN or JOB-TOKEN header carried. ``status`` is None as long as nothing was answered, and for good
    where a fault gave no answer; ``finished`` is None until then. ``fault`` is the kind of fault that the request
    met ("fail", "drop", ...). Times are of time.monotonic().
    """

    method: str
    path: str
    query: dict[str, str]
    # Hidden, as they hold the token: a failing assertion prints this object.
    headers: dict[str, str] = field(repr=False)
    token: str | None = field(repr=False)
    status: int | None
    body: bytes
    client_port: int
    started: float
    target: str = field(repr=False)
    finished: float | None = field(default=None, repr=False)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedWrite:
    """A request that changed something. ``body`` is its JSON, None where it had none."""

    method: str
    path: str
    body: Any
    token: str | None = field(repr=False)


class RequestLog:
    """Written by the server, read by tests, in the order in which the requests came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, LoggedRequest] = {}
        self._writes: list[LoggedWrite] = []
        self._next = 0

    def open(self, request: Request) -> tuple[int, LoggedRequest]:
        """Note a request; returns the entry and the number under which close() finds it."""
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
            return self._next, entry

    def close(self, number: int, status: int | None, fault: str | None = None) -> None:
        """Note what was answered; nothing happens when the log was cleared since."""
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None:
                finished = time.monotonic()
                self._entries[number] = dataclasses.replace(entry, status=status, finished=finished, fault=fault)

    def add_write(self, request: Request) -> None:
        """Note that the request changed something."""
        body = json.loads(request.body) if request.body else None
        with self._lock:
            self._writes.append(LoggedWrite(request.method, request.path, body, request.any_token))

    def snapshot(self) -> list[LoggedRequest]:
        """All requests so far."""
        with self._lock:
            return list(self._entries.values())

    def writes(self) -> list[LoggedWrite]:
        """All changes so far."""
        with self._lock:
            return list(self._writes)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._writes.clear()
