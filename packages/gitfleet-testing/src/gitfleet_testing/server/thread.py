"""Runs an application in a thread of its own, on a port the kernel chose, and stops it without remainder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
import weakref
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .application import Application

__all__ = ["HOST", "ServerThread"]

HOST = "127.0.0.1"
_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 10.0
#: Seconds that a client has to take the rest of its answer when the server stops.
_GRACE = 1.0


class _Protocol(AutoHTTPProtocol):  # type: ignore[valid-type, misc]  # a class chosen when uvicorn is imported
    """HTTP as uvicorn speaks it; the application gets at the connection, as faults break it."""

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to serve a connection."""
        super().connection_made(transport)
        _sockets_of(self.server_state)[transport] = transport.get_extra_info("socket")
        # uvicorn hands it on as scope["state"], with each request.
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn, but stopped from another thread and without its pauses of 0.1 s: tests start many forges."""

    def __init__(self, config: uvicorn.Config, application: Application) -> None:
        super().__init__(config)
        self._application = application
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()
        #: Set when the server accepts connections, or when it has ended.
        self.settled = threading.Event()

    def ask_to_stop(self) -> None:
        """Begin to stop; may be called from any thread, at any time and repeatedly."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has stopped
                self._loop.call_soon_threadsafe(self._asked.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.settled.set()

    async def main_loop(self) -> None:
        """Serve until asked to stop."""
        if not self.should_exit:
            await self._asked.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Give what is under way a moment to end, and close everything."""
        self._application.stop_waiting()
        await self._end_of_accepting()
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._end_of_connections()
        # Whoever did not take his answer in time would keep the socket open beyond the thread's end.
        for connection in list(self.server_state.connections):
            transport: asyncio.Transport | None = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        await self._end_of_connections()
        await self._end_of_sockets()

    async def _end_of_accepting(self) -> None:
        """Accept no more connections, and let asyncio finish those it has begun to accept."""
        loop = asyncio.get_running_loop()
        # Not by closing: asyncio gives a connection of a closed server up without closing its socket
        # (Server._attach asserts, _accept_connection2 swallows it).
        for listening in (found for server in self.servers for found in server.sockets):
            with contextlib.suppress(NotImplementedError):  # the Proactor of Windows has no readers
                loop.remove_reader(listening.fileno())
        accepting = asyncio.all_tasks() - {asyncio.current_task()} - self.server_state.tasks
        if accepting:
            _, silent = await asyncio.wait(accepting, timeout=_GRACE)
            for task in silent:  # it never finished its TLS handshake
                task.cancel()
            await asyncio.gather(*silent, return_exceptions=True)

    async def _end_of_sockets(self) -> None:
        """Those too that uvicorn has forgotten before asyncio closed them: a fault ends them on its own."""
        left = {transport: held for transport, held in _sockets_of(self.server_state).items() if held.fileno() != -1}
        for transport in left:
            transport.abort()
        deadline = time.monotonic() + _GRACE
        while any(held.fileno() != -1 for held in left.values()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    async def _end_of_connections(self) -> None:
        deadline = time.monotonic() + _GRACE
        state = self.server_state
        # uvicorn keeps sets of them and tells nobody when they get empty.
        while (state.connections or state.tasks) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def _sockets_of(state: object) -> weakref.WeakKeyDictionary[asyncio.Transport, Any]:
    """The sockets of a server's transports, beside what uvicorn keeps of its connections."""
    found: weakref.WeakKeyDictionary[asyncio.Transport, Any] | None = vars(state).get("sockets")
    if found is None:
        found = vars(state)["sockets"] = weakref.WeakKeyDictionary()
    return found


class ServerThread:
    """A server in a thread. Use once: start, then stop."""

    def __init__(self, port: int, certfile: str | None, keyfile: str | None) -> None:
        self._tls: dict[str, Any] = {}
        if certfile is not None:
            self._tls = {"ssl_certfile": certfile, "ssl_keyfile": keyfile}
        self._socket = _listening_socket(port)
        self.origin = f"{'https' if certfile else 'http'}://{HOST}:{self._socket.getsockname()[1]}"
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def start(self, application: Application) -> None:
        """Begin to serve; requests are answered when this returns.

        Raises:
            OSError: the certificate or its key can't be read (ssl.SSLError: or used).
        """
        try:
            config = uvicorn.Config(
                application,
                http=_Protocol,
                loop="asyncio",  # uvloop, which uvicorn takes where it can, lets nobody watch its TLS transports
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
            # Here and not in the thread, so that a bad certificate is the caller's exception.
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
        """Begin to stop; returns whether the thread is still running."""
        if self._server is not None:
            self._server.ask_to_stop()
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Stop and wait until nothing is left; RuntimeError when that takes more than 10 seconds."""
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
    """A socket that takes connections from now on: even a client that is too early only waits."""
    # asyncio sets TCP_NODELAY only where the protocol is named: without it each answer takes 40 ms.
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
