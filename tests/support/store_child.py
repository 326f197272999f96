"""Processes that use a store of sign-ins until a test kills them."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Literal, cast

__all__ = ["LAB", "start_store_child", "stored_sign_in"]

LAB = "https://gitlab.example.com"
_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_context.set_forkserver_preload(["gitfleet_api.auth.token_file", __name__])


def start_store_child(path: Path, does: Literal["writes", "locks"]) -> BaseProcess:
    """Start a process that writes in a loop, or has the lock, and return when it has begun."""
    started: Event = _context.Event()
    process: BaseProcess = _context.Process(target=_main, args=(path, does, started), daemon=True)
    process.start()
    assert started.wait(60), "the process does not begin"
    return process


def stored_sign_in(server: str, token: str) -> Any:
    """A sign-in with all fields."""
    from gitfleet_api import ProviderType
    from gitfleet_api.auth import SignIn

    kind = ProviderType.GITLAB if server == LAB else ProviderType.GITHUB
    return SignIn(kind, server, "client", token, 2.5, f"refresh-of-{token}", None, 1.5, "ann", ("repo", "user"), "s")


def _main(path: Path, does: str, started: Event) -> None:
    from gitfleet_api.auth import FileStore

    store, number = FileStore(path), 0
    if does == "locks":
        lock = store.try_lock()
        started.set()
        time.sleep(600)
        assert lock is not None
    while True:
        store.write(stored_sign_in(LAB, f"token-{number}"))
        started.set()
        number += 1
