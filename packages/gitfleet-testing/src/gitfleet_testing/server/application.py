"""The ASGI application: notes each request, waits if told to, and answers as the site does or as a fault has it."""

from __future__ import annotations

import asyncio
import contextlib

from ..faults.effect import FaultContext
from ..faults.rules import FaultRules, RuleInput
from ..http.connection import ClientConnection, Message, Receive, Send
from ..http.log import RequestLog
from ..http.messages import Request
from .site import Site

__all__ = ["Application"]


class Application:
    """What uvicorn calls for each request."""

    def __init__(self, site: Site, log: RequestLog, rules: FaultRules, *, compress: bool, delay: float) -> None:
        self.site = site
        self._log = log
        self._rules = rules
        self._compress = compress
        self._stopping = asyncio.Event()
        #: Seconds that each answer is held back.
        self.delay = delay

    def stop_waiting(self) -> None:
        """Let all answers go that are held back; called when the server stops."""
        self._stopping.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        if body is None:
            return
        request = _request(scope, body)
        number, logged = self._log.open(request)
        if self.delay > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self.delay)
        connection = ClientConnection(scope, receive, send, self._stopping, compress=self._compress)
        try:
            asked = self.site.asked(request, logged)
            await self._respond(number, request, asked, connection)
        except BaseException:
            # What the server sends when answering fails.
            self._log.close(number, 500)
            raise

    async def _respond(self, number: int, request: Request, asked: RuleInput, connection: ClientConnection) -> None:
        met = self._rules.meet(asked)
        if met is None:
            response = self.site.respond(request, asked)
            self._log.close(number, response.status)
            await connection.send(response)
            return
        effect, acts_first = met
        context = FaultContext(
            connection,
            act=lambda: self.site.respond(request, asked),
            charge=lambda: self.site.charge(request),
            add_headers=lambda response: self.site.with_service_headers(request, response),
            note=lambda status: self._log.close(number, status, effect.name),
            acts_first=acts_first,
        )
        await effect.play(context)


def _request(scope: Message, body: bytes) -> Request:
    address, port = scope["client"] or ("", 0)
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, headers, body, address, port)


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
