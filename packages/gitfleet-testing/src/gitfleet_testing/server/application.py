"""The ASGI application: logs each request, waits for the delay and sends a response or applies a fault."""

from __future__ import annotations

import asyncio
import contextlib

from ..faults.effect import FaultContext
from ..faults.rules import FaultRules, RuleTarget
from ..http.connection import ClientConnection, Message, Receive, Send
from ..http.log import RequestLog
from ..http.messages import Request
from .site import Site

__all__ = ["Application"]


class Application:
    """The callable that uvicorn calls for each request.

    Args:
        site: creates the responses.
        log: the request log.
        rules: the fault rules.
        compress: whether bodies are compressed for clients that accept it.
        delay: seconds to wait before each response.
    """

    def __init__(self, site: Site, log: RequestLog, rules: FaultRules, *, compress: bool, delay: float) -> None:
        self.site = site
        self._log = log
        self._rules = rules
        self._compress = compress
        self._stopping = asyncio.Event()
        #: Seconds to wait before each response.
        self.delay = delay

    def stop_waiting(self) -> None:
        """End the delay of all requests. Called when the server stops."""
        self._stopping.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one request."""
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
            target = self.site.rule_target(request, logged)
            await self._respond(number, request, target, connection)
        except BaseException:
            # The status that uvicorn sends after an exception.
            self._log.close(number, 500)
            raise

    async def _respond(self, number: int, request: Request, target: RuleTarget, connection: ClientConnection) -> None:
        match = self._rules.match(target)
        if match is None:
            response = self.site.respond(request, target)
            self._log.close(number, response.status)
            await connection.send(response)
            return
        effect, handle_first = match
        context = FaultContext(
            connection,
            handle=lambda: self.site.respond(request, target),
            charge=lambda: self.site.charge(request),
            add_headers=lambda response: self.site.with_service_headers(request, response),
            log=lambda status: self._log.close(number, status, effect.name),
            handle_first=handle_first,
        )
        await effect.apply(context)


def _request(scope: Message, body: bytes) -> Request:
    address, port = scope["client"] or ("", 0)
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, headers, body, address, port)


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body, or None if the client closed the connection first."""
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
