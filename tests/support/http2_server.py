"""A play of RawServer that speaks HTTP/2, and the TLS settings that offer it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("h2", reason="needs h2 to speak HTTP/2")

import h2.config
import h2.connection
import h2.events
import h2.settings

from support.raw_server import Link, Play

__all__ = ["Exchange", "Reply", "http2_play", "offering_http2"]


class Exchange:
    """One request that an HTTP/2 client sent, complete with its body.

    Attributes:
        connection: h2's server side, to respond with.
        link: the connection below it, to send raw bytes.
        stream: number of the stream.
        headers: names and values, with those that start with a colon.
        body: of the request.
    """

    def __init__(self, connection: h2.connection.H2Connection, link: Link, stream: int, headers: Any) -> None:
        self.connection, self.link, self.stream = connection, link, stream
        self.headers = {name.decode(): value.decode() for name, value in headers}
        self.body = b""

    def respond(self, body: bytes = b"", *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Send a complete response."""
        self.head(status, headers, end=not body)
        if body:
            self.connection.send_data(self.stream, body, end_stream=True)
        self.flush()

    def head(self, status: int = 200, headers: tuple[tuple[str, str], ...] = (), *, end: bool = False) -> None:
        """Send the head of a response."""
        fields = [(":status", str(status)), ("content-type", "application/json"), *headers]
        self.connection.send_headers(self.stream, fields, end_stream=end)
        self.flush()

    def flush(self) -> None:
        """Send what h2 has written."""
        self.link.send(self.connection.data_to_send())


Reply = Callable[[Exchange], None]


def http2_play(reply: Reply, *, max_streams: int | None = None, in_order: bool = False) -> Play:
    """A play that calls ``reply`` for each request; a reply that ends the connection raises ConnectionError.

    ``in_order`` replies in the order of the streams, not in that of the ends of their bodies.
    """

    def play(link: Link) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding=None))
        if max_streams is not None:
            values = {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: max_streams}
            connection.local_settings = h2.settings.Settings(client=False, initial_values=values)
        connection.initiate_connection()
        link.send(connection.data_to_send())
        exchanges: dict[int, Exchange] = {}
        ended: set[int] = set()
        while data := link.receive():
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    exchanges[event.stream_id] = Exchange(connection, link, event.stream_id, event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    exchanges[event.stream_id].body += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    link.send(connection.data_to_send())
                    ended.add(event.stream_id)
                    while ended and (stream := min(exchanges if in_order else ended)) in ended:
                        ended.remove(stream)
                        reply(exchanges.pop(stream))
            link.send(connection.data_to_send())

    return play


def offering_http2(context: ssl.SSLContext) -> ssl.SSLContext:
    """``context``, which lets clients choose HTTP/2."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
