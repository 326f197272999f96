"""A thread that sends the commands of many callers to Redis: all that wait are one round trip."""

from __future__ import annotations

import atexit
import contextlib
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from .._internal.at_fork import renew_after_fork
from .address import RedisAddress
from .connecting import TIMEOUT, connect

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["Command", "Replies", "Sender"]

Command = tuple[str | bytes | int, ...]
"""A command of Redis and its arguments."""
Replies = list[object] | Exception
"""A reply to each command, which may be an exception; or the exception because of which there is none."""

_MOST_AT_ONCE = 64
_IDLE = 10.0
"""Seconds without a command after which the connection is closed and the thread ends."""
_LAST_WORDS = 2 * TIMEOUT


class Sender:
    """Sends commands in a thread that starts with the first one. It has one connection, which belongs to no event loop.

    Args:
        address: The server.
    """

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._changed = threading.Condition()
        self._waiting: list[tuple[Sequence[Command], Future[Replies]]] = []
        self._thread: threading.Thread | None = None
        self._client: Redis | None = None
        self._is_closed = False
        connect(address).close()  # checks the options of the URL
        renew_after_fork(self)
        _senders.add(self)

    def send(self, commands: Sequence[Command]) -> Future[Replies] | None:
        """Send some commands one after the other, and return their replies later. None if this is closed.

        Args:
            commands: The commands. Others may be sent in between, so they must not depend on each other.
        """
        future: Future[Replies] = Future()
        with self._changed:
            if self._is_closed:
                return None
            self._waiting.append((commands, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="gitfleet-redis", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # the interpreter ends
                    self._thread, self._is_closed = None, True
                    self._waiting.clear()
                    return None
            self._changed.notify()
        return future

    def stop(self) -> threading.Thread | None:
        """Send what waits, close the connection and end the thread, soon. Return the thread if there is one."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
            return self._thread

    def close(self) -> None:
        """Send what waits, and close the connection. The thread has ended then, or does so after its last reply."""
        thread = self.stop()
        if thread is None or thread is threading.current_thread():
            return
        thread.join(_LAST_WORDS)
        client = self._client
        if thread.is_alive() and client is not None:  # the server sends a reply byte by byte
            with contextlib.suppress(Exception):
                client.connection_pool.disconnect()
            thread.join(TIMEOUT)

    def _run(self) -> None:
        while batch := self._next_batch():
            replies = self._exchange([command for commands, _ in batch for command in commands])
            if isinstance(replies, Exception):
                with self._changed:  # those that came meanwhile would wait as long again
                    batch += self._waiting
                    self._waiting = []
            self._answer(batch, replies)

    def _next_batch(self) -> list[tuple[Sequence[Command], Future[Replies]]]:
        """Wait for commands. Nothing is returned at the end, with the connection closed."""
        with self._changed:
            if not self._waiting and not self._is_closed:
                self._changed.wait(_IDLE)
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not batch:
                self._disconnect()
                self._thread = None
            return batch

    def _exchange(self, commands: list[Command]) -> Replies:
        try:
            client = self._client = self._client or connect(self._address)
            with client.pipeline(transaction=False) as pipeline:
                add: Callable[..., object] = pipeline.execute_command
                for command in commands:
                    add(*command)
                return pipeline.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001  it is the reply
            self._disconnect()
            error.__cause__ = error.__context__ = None  # frames of the client have the password
            return error.with_traceback(None)

    def _answer(self, batch: list[tuple[Sequence[Command], Future[Replies]]], replies: Replies) -> None:
        position = 0
        for commands, future in batch:
            own: Replies = replies if isinstance(replies, Exception) else replies[position : position + len(commands)]
            position += len(commands)
            if future.set_running_or_notify_cancel():
                future.set_result(own)

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()

    def _after_fork(self) -> None:
        """Begin anew in a forked child, which must not use the connection of its parent."""
        _abandoned.append(self._client)
        self._client = self._thread = None
        self._changed, self._waiting = threading.Condition(), []


_senders: weakref.WeakSet[Sender] = weakref.WeakSet()
_abandoned: list[Redis | None] = []
"""Clients of parent processes, referenced so that they are never closed here."""


def _close_all() -> None:
    for sender in list(_senders):
        sender.close()


atexit.register(_close_all)
