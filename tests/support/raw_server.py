"""A loopback server that sends exactly the bytes it is told to, and notes what it was sent."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came over the wire."""

    raw: bytes = field(repr=False)
    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""


class Link:
    """One connection that a client has made."""

    def __init__(self, server: RawServer, connection: socket.socket) -> None:
        self._server = server
        self.socket = connection
        self._buffer = b""

    def read(self) -> RawRequest | None:
        """The next request, or None when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            chunk = self.receive()
            if not chunk:
                return None
            self._buffer += chunk
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _version = lines[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            chunk = self.receive()
            if not chunk:
                return None
            rest += chunk
        self._buffer = rest[length:]
        request = RawRequest(head, method, target, headers, rest[:length])
        self._server.requests.append(request)
        return request

    def send(self, data: bytes) -> bool:
        """Send all of ``data``; False when the client has gone."""
        try:
            self.socket.sendall(data)
        except OSError:
            return False
        self._server.sent += len(data)
        return True

    def reset(self) -> None:
        """Break off without a farewell: the client's kernel hears RST."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def end_writing(self) -> None:
        """Say that nothing more is sent, over TLS too, and keep the connection open for reading."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: it has ended already
            if isinstance(self.socket, ssl.SSLSocket):
                self.socket.setblocking(False)
                with contextlib.suppress(ssl.SSLWantReadError):  # close_notify is sent; the client's is not awaited
                    self.socket.unwrap()
                self.socket.settimeout(_PATIENCE)
            socket.socket.shutdown(self.socket, socket.SHUT_WR)

    def wait_until_gone(self) -> None:
        """Send nothing more, but keep the connection for as long as the client does."""
        while self.receive():
            pass

    def receive(self) -> bytes:
        """The next bytes; none when the client has gone."""
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""


Play = Callable[[Link], None]


class RawServer:
    """Runs ``play`` for each connection, in a thread each. Use it in a with statement, once.

    Attributes:
        requests: what was asked, in order.
        connections: how many were accepted.
        sent: how many bytes clients have taken.
    """

    def __init__(self, play: Play, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._play = play
        self._tls = tls
        self._host = host
        self.requests: list[RawRequest] = []
        self.connections = 0
        self.sent = 0
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listening = socket.create_server((self._host, 0), family=family, backlog=64)
        self.port: int = self._listening.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        with contextlib.suppress(OSError):  # wakes accept()
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                # SSLSocket.shutdown() drops the TLS state, so that a thread that reads would receive ciphertext.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive(), "a play does not end"

    @property
    def authority(self) -> str:
        """``host:port``."""
        return f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}"

    @property
    def url(self) -> str:
        """Base URL of this server."""
        return f"{'https' if self._tls else 'http'}://{self.authority}"

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            connection.settimeout(_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.add(connection)
            self._play(Link(self, connection))
            _say_goodbye(connection)
        except OSError:  # the client's doing: a refused handshake, a reset
            pass
        finally:
            self._open -= {plain, connection}
            connection.close()
            plain.close()


def _say_goodbye(connection: socket.socket) -> None:
    """End a connection without a reset, which could overtake the response. Unread bytes would cause one."""
    if connection.fileno() >= 0:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1.0)
        while connection.recv(65536):
            pass


def http_response(
    body: bytes | str | object = b"",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    compress: bool = False,
    reason: str = "Said",
) -> bytes:
    """The bytes of a response with its Content-Length. A body that is neither bytes nor str is sent as JSON."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if compress:
        data = gzip.compress(data)
    fields = {"content-type": "application/json", **(headers or {})}
    if compress:
        fields["content-encoding"] = "gzip"
    if status not in (204, 304):
        fields.setdefault("content-length", str(len(data)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {reason}\r\n{lines}\r\n".encode("latin-1") + data


def always(*answers: bytes) -> Play:
    """A play that gives these responses one after another, and the last one for ever."""
    lock = threading.Lock()
    left = list(answers)

    def next_answer(_: RawRequest) -> bytes:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return route(next_answer)


def route(choose: Callable[[RawRequest], bytes]) -> Play:
    """A play that answers each request by what it asks."""

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            if not link.send(choose(request)) or request.headers.get("connection") == "close":
                return

    return play


def once(*parts: bytes | float, end: str = "close") -> Play:
    """A play for one request: sends bytes, pauses for seconds, then ends with ``close``, ``reset`` or ``stall``."""

    def play(link: Link) -> None:
        if link.read() is None:
            return
        for part in parts:
            if isinstance(part, float):
                time.sleep(part)
            elif not link.send(part):
                return
        if end == "reset":
            link.reset()
        elif end == "stall":
            link.wait_until_gone()

    return play
