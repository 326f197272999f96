"""The executor of --executor: processes of this machine, or a cluster of Dask."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, Any

from .exit_codes import CommandError, ExitCode

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["open_executor"]

_FORMS = "--executor is processes:N, as processes:8, or dask:ADDRESS, as dask:tcp://127.0.0.1:8786"
_CONNECTING = 30
"""Seconds in which a scheduler of Dask must respond."""


def open_executor(text: str | None) -> AbstractContextManager[Executor | None]:
    """Context manager: the executor that an option names; None if there is none. It is shut down at the end.

    Raises:
        CommandError: the text names no executor, or the cluster cannot be reached.
    """
    if text is None:
        return nullcontext()
    kind, _, rest = text.partition(":")
    if kind == "processes" and rest.isascii() and rest.isdigit() and int(rest) > 0:
        return _processes(int(rest))
    if kind == "dask" and rest.rstrip("/").rpartition(":")[2].isdigit():
        return _dask(rest)
    raise CommandError(f"{_FORMS}, not {text!r}")


@contextmanager
def _processes(count: int) -> Iterator[Executor]:
    # Imported here because it takes 20 ms, and few commands need it.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    # Spawned, because this process has threads, which a fork would leave behind with their locks.
    executor = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_prepare_worker)
    before = set(active_children())
    try:
        yield executor
    except BaseException:
        for process in set(active_children()) - before:
            process.terminate()  # cancels what it does: see _prepare_worker
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    """Prepare a worker process: it leaves Ctrl-C to the command, and ends with the command, even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_parent, name="gitfleet-parent", daemon=True).start()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(ExitCode.TERMINATED)


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(ExitCode.TERMINATED)


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        dask: Any = import_module("distributed")
    except ImportError:
        raise CommandError("--executor dask needs an extra: pip install 'gitfleet[dask]'") from None
    try:
        client = dask.Client(address, timeout=_CONNECTING, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"--executor: no scheduler of Dask at {address}: {error}", ExitCode.FAILED) from None
    try:
        yield client.get_executor()
    finally:
        client.close(timeout=_CONNECTING)
