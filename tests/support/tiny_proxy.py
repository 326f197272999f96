"""A proxy of the smallest kind: CONNECT and absolute-form requests, one thread a connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit

from support.raw_server import Link, Play, RawRequest, http_response


def forward() -> Play:
    """A play that passes everything on to where the request says."""

    def play(link: Link) -> None:
        request = link.read()
        if request is None:
            return
        if request.method == "CONNECT":
            host, _, port = request.target.rpartition(":")
            with socket.create_connection((host, int(port)), 5) as onward:
                link.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(link.socket, onward)
            return
        with socket.create_connection((_host(request)), 5) as onward:
            onward.sendall(request.raw + b"\r\nconnection: close\r\n\r\n" + request.body)
            _pump(onward, link.socket)

    return play


def refuse(status: int) -> Play:
    """A play that lets nobody through."""

    def play(link: Link) -> None:
        if link.read() is not None:
            link.send(http_response({"message": "no way"}, status=status, headers={"proxy-authenticate": "Basic"}))

    return play


def _host(request: RawRequest) -> tuple[str, int]:
    parts = urlsplit(request.target)
    assert parts.hostname, f"not in absolute form: {request.target}"
    return parts.hostname, parts.port or 80


def _join(one: socket.socket, other: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
