"""Answers that are not ordinary, read by h11."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11

from gitfleet_api.backend import Headers

from .broken import ExchangeError

if TYPE_CHECKING:
    from .answer import Answer
    from .bodies import Body

__all__ = ["Careful"]

_MOST = 100 * 1024


class Careful:
    """Takes what is received for ``answer``."""

    def __init__(self, answer: Answer, method: str) -> None:
        self._answer = answer
        self._body: Body | None = None
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST)
        # It must know what was asked: the answer to a HEAD has no body.
        self._parser.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        self._parser.send(h11.EndOfMessage())

    def feed(self, data: bytes) -> bool:
        """As :meth:`Answer.feed`."""
        if not data and self._parser.their_state is h11.SEND_RESPONSE:
            raise ExchangeError("connection_lost", "the server left without a complete head of an answer")
        try:
            self._parser.receive_data(data)
            while (event := self._parser.next_event()) is not h11.NEED_DATA:
                if self._take(event):
                    return True
        except h11.RemoteProtocolError as error:
            # There is one class for a peer that breaks off and one that speaks no HTTP.
            code = "protocol_error" if data else "connection_lost"
            raise ExchangeError(code, str(error)) from None
        return False

    def _take(self, event: object) -> bool:
        """Whether it was the last one."""
        if isinstance(event, h11.Response):
            pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
            self._body = self._answer.start(event.status_code, Headers(pairs))
        elif isinstance(event, h11.Data):
            if self._body is not None:
                self._body.add(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            left, _ = self._parser.trailing_data
            self._answer.keeps_connection = self._parser.their_state is h11.DONE and not left
            return True
        return False
