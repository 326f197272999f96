"""An event loop with the methods that the proactor loop of Windows has, and the threads that serve it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import NoReturn


class LoopWithoutReaders(asyncio.SelectorEventLoop):
    """A loop that cannot watch sockets and has no handlers of signals, like the proactor loop of Windows."""

    def _refuse(self, *_arguments: object) -> NoReturn:
        raise NotImplementedError  # as asyncio's BaseEventLoop does

    add_reader = remove_reader = add_writer = remove_writer = _refuse
    add_signal_handler = remove_signal_handler = _refuse


def waiters() -> list[threading.Thread]:
    """Return the threads that wait for the native engine on behalf of a loop."""
    return [thread for thread in threading.enumerate() if thread.name == "gitfleet-waiter"]


def waiters_end() -> bool:
    """Return whether all waiter threads end within 5 s; nothing joins them."""
    deadline = time.monotonic() + 5
    while waiters():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
