"""LoopbackServer: receives one redirect of a browser on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

__all__ = ["LoopbackServer", "Verdict"]

Verdict = Literal["accepted", "rejected", "unrelated"]
"""What a redirect is: the one that was expected, one that must not be used, or a request for something else."""

_HOST = "127.0.0.1"
_LARGEST = 16384
"""Bytes of a request's head at most."""
_PATIENCE = 10.0
"""Seconds for which a browser may send nothing."""
_PAGES = {
    "accepted": ("200 OK", "The sign-in is complete. You may close this window."),
    "rejected": ("400 Bad Request", "This sign-in was not started by the program that waits. Nothing was changed."),
    "unrelated": ("404 Not Found", "There is nothing here."),
}


class LoopbackServer:
    """A server on 127.0.0.1 that waits for one redirect.

    Args:
        judge: Called with the query of each request for ``/``.
        port: Port; 0 for any that is free.

    Attributes:
        port: The port.
    """

    def __init__(self, judge: Callable[[Mapping[str, str]], Verdict], port: int = 0) -> None:
        self.port = port
        self._judge = judge
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: The port is in use.
        """
        self._server = await asyncio.start_server(self._serve, _HOST, self.port, limit=_LARGEST)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Close the server and its connections."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_page(self._verdict(head)))
                await writer.drain()
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _verdict(self, head: bytes) -> Verdict:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(words) != 3 or words[0] != "GET":
            return "unrelated"
        target = urlsplit(words[1])
        query = dict(parse_qsl(target.query, keep_blank_values=True, max_num_fields=20))
        return self._judge(query) if target.path == "/" and query else "unrelated"


def _page(verdict: Verdict) -> bytes:
    status, text = _PAGES[verdict]
    body = f"<!doctype html><html lang=en><meta charset=utf-8><title>GitFleet</title><p>{text}</p></html>".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
