"""Group commit: results are committed at once, those that wait meanwhile together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..files.thread import FileThread
from .ledger import Ledger
from .units import Result

__all__ = ["ResultWriter"]


class ResultWriter:
    """Commits the results of all workers.

    A worker waits for the commit of its result before its next request, so that a killed process repeats at most one
    unit per worker. A transaction has all results that arrived during the one before it.

    Args:
        ledger: The ledger.
        thread: Its thread.
    """

    def __init__(self, ledger: Ledger, thread: FileThread) -> None:
        self._ledger = ledger
        self._thread = thread
        self._waiting: list[Result] = []
        self._next: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def write(self, results: Sequence[Result]) -> None:
        """Return when results are committed. If the caller is cancelled meanwhile, they are committed nevertheless.

        Raises:
            LedgerError: They cannot be committed.
        """
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        self._waiting += results
        if self._task is None:
            self._task = asyncio.create_task(self._commit_all())
        await asyncio.shield(self._next)

    async def finish(self) -> None:
        """Wait until everything is committed, or has failed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _commit_all(self) -> None:
        while self._next is not None:
            results, done = self._waiting, self._next
            self._waiting, self._next = [], None
            try:
                await self._thread.call(self._ledger.store, results)
            except Exception as error:  # noqa: BLE001  the workers raise it
                done.set_exception(error)
                done.exception()  # the workers may be gone
            else:
                done.set_result(None)
        self._task = None
