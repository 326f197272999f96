"""Dask as an executor that loses no future. Dask itself is imported by those who use it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

__all__ = ["DaskExecutor", "without_lost_futures"]

T = TypeVar("T")

_PATIENCE = 60.0
"""Seconds in which a finished result must arrive."""


def without_lost_futures(executor: Executor) -> Executor:
    """Return an executor in place of ``client.get_executor()`` of Dask; any other executor unchanged.

    A future of Dask's executor stays pending for ever if the scheduler ends while the result is on its way.
    """
    kind = type(executor)
    client = getattr(executor, "_client", None)
    if kind.__name__ != "ClientExecutor" or kind.__module__.partition(".")[0] != "distributed" or client is None:
        return executor
    return DaskExecutor(client, getattr(executor, "_kwargs", {}))


class DaskExecutor(Executor):
    """An executor over a client of Dask.

    Args:
        client: A ``distributed.Client``.
        options: Keyword arguments of its method ``submit``, as ``resources``.
    """

    def __init__(self, client: Any, options: dict[str, Any]) -> None:
        self._client = client
        # Not pure: a unit that is given out again must not get the result of the time before.
        self._options = {**options, "pure": False}

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Submit a call. The future ends in any case: with the result, or with the error that prevents it."""
        future: Future[T] = Future()
        work: Any = self._client.submit(fn, *args, **kwargs, **self._options)
        future.add_done_callback(lambda done: work.cancel() if done.cancelled() else None)
        work.add_done_callback(lambda done: _pass_on(done, future))
        return future


def _pass_on(work: Any, future: Future[Any]) -> None:
    """Pass a result on. Runs in a thread of Dask for callbacks."""
    result: Any = None
    problem: BaseException | None = None
    try:
        result = work.result(timeout=_PATIENCE)
    except BaseException as error:  # noqa: BLE001  the future has it
        problem = error
    if not future.set_running_or_notify_cancel():
        return
    if problem is None:
        future.set_result(result)
    else:
        future.set_exception(problem)
