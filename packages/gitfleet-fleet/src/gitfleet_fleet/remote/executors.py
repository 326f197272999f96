"""What is known about executors: how many workers they have, when one of them was lost, how a broken pool goes on."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor
from typing import Any

from .worker import WorkerStopped

__all__ = ["is_loss", "successor_of", "workers_of"]

_UNKNOWN = 8


def workers_of(executor: Executor) -> int:
    """Return how many batches an executor runs at the same time. A guess, if it does not say."""
    known = getattr(executor, "_max_workers", None)  # pools of the standard library
    return known if isinstance(known, int) and known > 0 else _UNKNOWN


def is_loss(error: BaseException) -> bool:
    """Return whether an error of a future means that a worker or the executor was lost, and not that work failed.

    Errors of ``distributed`` are recognized by their module, so that it is imported by those only who use it:
    ``KilledWorker``, ``FutureCancelledError``, ``CommClosedError``.
    """
    is_of_dask = any(kind.__module__.partition(".")[0] == "distributed" for kind in type(error).__mro__)
    return is_of_dask or isinstance(error, BrokenExecutor | CancelledError | WorkerStopped | OSError | EOFError)


def successor_of(executor: Executor) -> Executor | None:
    """Return a new pool with the settings of a broken one. None for another executor.

    One process that is killed breaks a whole ProcessPoolExecutor for ever.
    """
    if type(executor) is not ProcessPoolExecutor:
        return None
    given: Any = executor  # the constructor's arguments have no public names
    try:
        return ProcessPoolExecutor(
            given._max_workers,  # noqa: SLF001
            given._mp_context,  # noqa: SLF001
            given._initializer,  # noqa: SLF001
            given._initargs,  # noqa: SLF001
            max_tasks_per_child=given._max_tasks_per_child,  # noqa: SLF001
        )
    except AttributeError:  # a Python with other names
        return None
