"""The ASGI application: notes each request, waits if told to, and sends what GitHub or a replay answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .github.service import GitHubService
from .log import RequestLog
from .messages import Answer, Request, json_answer
from .replay import Namespace

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

REPLAY = "/replay/"
#: Below this, compressing costs more than it saves.
_COMPRESS_FROM = 1024


class Application:
    """What uvicorn calls for each request."""

    def __init__(self, github: GitHubService, log: RequestLog, *, prefix: str, compress: bool, delay: float) -> None:
        self._github = github
        self._log = log
        self._prefix = prefix
        self._compress = compress
        self._stopping = asyncio.Event()
        #: Seconds that each answer is held back.
        self.delay = delay
        #: Replays by their number in the address. Other threads add some: replaced whole, never changed.
        self.replays: dict[str, Namespace] = {}

    def stop_waiting(self) -> None:
        """Let all answers go that are held back; called when the server stops."""
        self._stopping.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            return
        request = _request(scope, body)
        number = self._log.open(request)
        if self.delay > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self.delay)
        status = 500  # what the server sends when answering fails
        try:
            answer = self._answer(request)
            status = answer.status
        finally:
            self._log.close(number, status)
        await self._send(request, answer, send)

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith(REPLAY):
            key, slash, rest = request.path.removeprefix(REPLAY).partition("/")
            replay = self.replays.get(key)
            if replay is None:
                return json_answer({"message": f"No replay {key!r} here"}, 404)
            return replay.answer(request, slash + rest)
        if not request.path.startswith(self._prefix + "/"):
            return json_answer({"message": f"The API is at {self._prefix}"}, 404)
        return self._github.answer(_below(request, self._prefix))

    async def _send(self, request: Request, answer: Answer, send: Send) -> None:
        headers = [(name.lower().encode("latin-1"), _bytes(value)) for name, value in answer.headers]
        data = b""
        if answer.body is not None:
            data = answer.body.data
            if self._compress and len(data) > _COMPRESS_FROM and _takes_gzip(request):
                data = answer.body.compressed
                headers.append((b"content-encoding", b"gzip"))
            headers.append((b"content-length", b"%d" % len(data)))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else data})


def _request(scope: Message, body: bytes) -> Request:
    address, port = scope["client"] or ("", 0)
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, headers, body, address, port)


def _below(request: Request, prefix: str) -> Request:
    """The same request, seen from the root of the API."""
    path = request.path.removeprefix(prefix)
    return Request(request.method, path, request.query, request.headers, request.body, request.address, request.port)


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None when the client went away before it was sent."""
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def _takes_gzip(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.strip().lower().partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
