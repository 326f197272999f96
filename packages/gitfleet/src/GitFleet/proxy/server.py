"""The server of the proxy: addresses, TLS, and a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import re
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from gitfleet_api import ConfigurationError
from gitfleet_api.http.urls import is_loopback

from .handler import ProxyHandler

__all__ = ["Address", "ProxyServer", "parse_address", "serve_until"]

_ADDRESS = re.compile(r"(?:([A-Za-z0-9.-]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})")
_UNIX = "unix:"
_LAST_PORT = 65535
_GRACE = 10.0
"""Seconds for which a stopped proxy waits for running requests."""
_SILENT = logging.getLogger("gitfleet.proxy.aiohttp")
_SILENT.disabled = True
"""aiohttp would log each line that it cannot parse, which may contain the secret. The handler reports errors itself."""
_KEEP_ALIVE = 75.0
_LONGEST_LINE = 8190
_LONGEST_HEADER = 16 * 1024


class Address(NamedTuple):
    """Where the proxy listens."""

    host: str
    """Name or address; empty for a Unix socket."""
    port: int
    """TCP port; 0 lets the system choose one."""
    path: str = ""
    """Path of a Unix socket; empty for TCP."""

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine reach it."""
        return bool(self.path) or is_loopback(self.host)


def parse_address(text: str) -> Address:
    """Return the address in ``HOST:PORT`` or ``unix:PATH``.

    Raises:
        ConfigurationError: It has another form.
    """
    if text.startswith(_UNIX) and sys.platform == "win32":
        raise ConfigurationError("asyncio has no Unix sockets on Windows; listen on 127.0.0.1:PORT")
    if text.startswith(_UNIX) and len(text) > len(_UNIX):
        return Address("", 0, text.removeprefix(_UNIX))
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found[3]) > _LAST_PORT:
        raise ConfigurationError(f"an address is HOST:PORT, [IPV6]:PORT or unix:PATH, not {text!r}")
    return Address(found[1] or found[2], int(found[3]))


class ProxyServer:
    """Serves the requests of clients, with aiohttp's web server.

    Args:
        handler: Handles each request.
        addresses: Where to listen.
        tls: Certificate of TCP addresses. None: plain HTTP.
    """

    def __init__(self, handler: ProxyHandler, addresses: Sequence[Address], tls: ssl.SSLContext | None = None) -> None:
        self._addresses = addresses
        self._tls = tls
        self._sockets: list[str] = []
        server = web.Server(
            handler.handle,
            handler_cancellation=True,  # a client that disconnects ends its call, which gives its lease back
            access_log=None,
            logger=_SILENT,
            keepalive_timeout=_KEEP_ALIVE,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_HEADER,
            auto_decompress=False,
            tcp_keepalive=True,
        )
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_GRACE)

    async def start(self) -> list[str]:
        """Listen, and return the URL or path of each address.

        Raises:
            OSError: An address is in use, or not of this machine.
        """
        await self._runner.setup()
        found = []
        for address in self._addresses:
            if address.path:
                await self._start_unix(address.path)
                found.append(f"{_UNIX}{address.path}")
            else:
                found.append(await self._start_tcp(address))
        return found

    async def _start_tcp(self, address: Address) -> str:
        await web.TCPSite(self._runner, address.host, address.port, ssl_context=self._tls).start()
        host, port = self._runner.addresses[-1][:2]
        shown = f"[{host}]" if ":" in host else host
        return f"http{'' if self._tls is None else 's'}://{shown}:{port}"

    async def _start_unix(self, path: str) -> None:
        with contextlib.suppress(ConnectionError, FileNotFoundError):
            _, writer = await asyncio.open_unix_connection(path)
            writer.close()
            raise OSError(errno.EADDRINUSE, "another program listens there")  # asyncio would replace its socket
        before = os.umask(0o177)  # only the user may connect
        try:
            await web.UnixSite(self._runner, path).start()
        finally:
            os.umask(before)
        self._sockets.append(path)

    async def stop(self) -> None:
        """Accept no more requests, and wait a few seconds for those that run; then end them."""
        await self._runner.cleanup()
        for path in self._sockets:
            Path(path).unlink(missing_ok=True)  # noqa: ASYNC240  no request waits any more
        self._sockets.clear()


async def serve_until(server: ProxyServer, stopped: asyncio.Event) -> None:
    """Serve until an event is set."""
    try:
        await stopped.wait()
    finally:
        await server.stop()
