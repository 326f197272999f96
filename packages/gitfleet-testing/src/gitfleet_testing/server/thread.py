"""A server in a background thread, on a free port. Stopping it leaves no thread and no socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
import weakref
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .application import Application

__all__ = ["HOST", "ServerThread"]

HOST = "127.0.0.1"
_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 10.0
#: Seconds that a client has to read the rest of its response when the server stops.
_GRACE = 1.0


class _Protocol(AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # a class chosen when uvicorn is imported
    """uvicorn's HTTP protocol, which passes its transport to the application: faults need it."""

    app_state: dict[str, Any]
    server_state: object

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the transport of a new connection."""
        super().connection_made(transport)
        _sockets_of(self.server_state)[cast(asyncio.Transport, transport)] = transport.get_extra_info("socket")
        # uvicorn passes it on as scope["state"] with each request.
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn, stoppable from another thread and without its pauses of 0.1 s, because tests start many forges."""

    def __init__(self, config: uvicorn.Config, application: Application) -> None:
        super().__init__(config)
        self._application = application
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_requested = asyncio.Event()
        #: Set when the server accepts connections, or when it has ended.
        self.settled = threading.Event()

    def ask_to_stop(self) -> None:
        """Begin to stop. Can be called from any thread, at any time and repeatedly."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped
                self._loop.call_soon_threadsafe(self._stop_requested.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.settled.set()

    async def main_loop(self) -> None:
        """Serve until the stop is requested."""
        if not self.should_exit:
            await self._stop_requested.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Give running requests a moment to finish, then close everything."""
        self._application.stop_waiting()
        await self._end_of_accepting()
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._end_of_connections()
        # A client that has not read its response would keep the socket open after the end of the thread.
        for connection in list(self.server_state.connections):
            transport: asyncio.Transport | None = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        await self._end_of_connections()
        await self._end_of_sockets()

    async def _end_of_accepting(self) -> None:
        """Accept no more connections, and let asyncio finish those that it has begun to accept."""
        loop = asyncio.get_running_loop()
        # Do not close the server here: asyncio drops a connection of a closed server without closing its socket
        # (Server._attach asserts, _accept_connection2 swallows it).
        for listening in (found for server in self.servers for found in server.sockets):
            with contextlib.suppress(NotImplementedError):  # the proactor loop of Windows has no readers
                loop.remove_reader(listening.fileno())
        accepting = asyncio.all_tasks() - {asyncio.current_task()} - self.server_state.tasks
        if accepting:
            _, unfinished = await asyncio.wait(accepting, timeout=_GRACE)
            for task in unfinished:  # the TLS handshake is not finished
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    async def _end_of_sockets(self) -> None:
        """Close the sockets that uvicorn no longer knows but asyncio has not closed yet, after a fault."""
        left = {transport: sock for transport, sock in _sockets_of(self.server_state).items() if sock.fileno() != -1}
        for transport in left:
            transport.abort()
        deadline = time.monotonic() + _GRACE
        while any(sock.fileno() != -1 for sock in left.values()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    async def _end_of_connections(self) -> None:
        deadline = time.monotonic() + _GRACE
        state = self.server_state
        # uvicorn has sets of them, but no event for an empty set.
        while (state.connections or state.tasks) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def _sockets_of(state: object) -> weakref.WeakKeyDictionary[asyncio.Transport, Any]:
    """Return the sockets by transport, stored next to uvicorn's own state of connections."""
    found: weakref.WeakKeyDictionary[asyncio.Transport, Any] | None = vars(state).get("sockets")
    if found is None:
        found = vars(state)["sockets"] = weakref.WeakKeyDictionary()
    return found


class ServerThread:
    """A server in a thread. Use it once: start, then stop.

    Args:
        port: 0 lets the kernel choose.
        certfile: path of a certificate (PEM) for https. None: http.
        keyfile: path of its key. None: the key is in ``certfile``.
    """

    def __init__(self, port: int, certfile: str | None, keyfile: str | None) -> None:
        self._tls: dict[str, Any] = {}
        if certfile is not None:
            self._tls = {"ssl_certfile": certfile, "ssl_keyfile": keyfile}
        self._socket = _listening_socket(port)
        self.origin: str = f"{'https' if certfile else 'http'}://{HOST}:{self._socket.getsockname()[1]}"
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def start(self, application: Application) -> None:
        """Start to serve. The server accepts requests when this returns.

        Args:
            application: the ASGI application.

        Raises:
            OSError: the certificate or its key cannot be read (ssl.SSLError: or used).
            RuntimeError: the server did not start.
        """
        try:
            config = uvicorn.Config(
                application,
                http=_Protocol,
                loop="asyncio",  # uvicorn prefers uvloop, whose TLS transports cannot be observed
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=60,
                **self._tls,
            )
            # Called here and not in the thread, so that the caller receives the exception of a bad certificate.
            config.load()
        except BaseException:
            self._socket.close()
            raise
        self._server = _Server(config, application)
        self._thread = threading.Thread(target=self._run, args=(self._server,), name="gitfleet-testing", daemon=True)
        self._thread.start()
        if not self._server.settled.wait(_START_TIMEOUT) or self._failure is not None:
            self.stop()
            raise RuntimeError("the forge's server did not start") from self._failure

    def ask_to_stop(self) -> bool:
        """Begin to stop. Returns whether the thread still runs."""
        if self._server is not None:
            self._server.ask_to_stop()
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Stop and wait until the thread has ended and all sockets are closed.

        Raises:
            RuntimeError: this took more than 10 seconds.
        """
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(_STOP_TIMEOUT)
            if self._thread.is_alive():
                raise RuntimeError(f"the forge's server did not stop within {_STOP_TIMEOUT:.0f} s")
        self._socket.close()

    def _run(self, server: _Server) -> None:
        try:
            server.run(sockets=[self._socket])
        except BaseException as failure:
            self._failure = failure
            raise
        finally:
            server.settled.set()


def _listening_socket(port: int) -> socket.socket:
    """Return a socket that accepts connections from now on; a client that connects before the start only waits."""
    # asyncio sets TCP_NODELAY only if the protocol is given. Without it each response takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows this option would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(2048)
    except BaseException:
        listening.close()
        raise
    return listening
