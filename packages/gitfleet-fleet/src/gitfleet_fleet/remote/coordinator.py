"""The coordinator of a run with an executor: gives units out, takes their results, and knows which are lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from gitfleet_api import GitFleetError
from gitfleet_api.client import ClientRecipe

from ..kinds import Work
from ..outcome import Outcome
from ..repository import Repository
from .dask import without_lost_futures
from .executors import is_loss, successor_of, workers_of
from .sent import SentBatch, SentUnit, unpack
from .waiting import Unit, Waiting
from .worker import do_batch

__all__ = ["Coordinator"]

_logger = logging.getLogger("gitfleet")

_LARGEST_BATCH = 32
"""Units of a batch at most: with 100 ms per response a batch takes a fifth of a second, many times the latency of an
executor."""
_MOST_LOSSES = 3
"""How often the worker of a unit may be lost."""
PATIENCE = 60.0
"""Seconds for which an executor may accept no work."""
MOST_POOLS = 20
"""How many pools in a row may break before there is a result."""
_GATHERING = 0.01
"""Seconds in which units arrive that become one batch."""


@dataclass(slots=True, eq=False)
class _Batch:
    """Units that are given out together."""

    executor: Executor
    units: list[tuple[Unit, int]]
    """The units with their numbers at that time."""


class Coordinator:
    """Gives the units of a run to the workers of an executor. Use it with ``async with``.

    Each time a unit is given out its number rises, and a result is accepted only with the present number, so it does
    no harm if work is done twice. The coordinator alone writes the ledger.

    Args:
        executor: The executor. It is not shut down.
        recipes: How workers build the client of a server, by its base URL.
        due: Number of units of the run.
        concurrency: Units that are given out at the same time. None for two batches per worker.
    """

    def __init__(
        self, executor: Executor, recipes: Mapping[str, ClientRecipe], due: int, concurrency: int | None
    ) -> None:
        workers = workers_of(executor)
        self._run = uuid4().hex
        self._executor = without_lost_futures(executor)
        self._successors: list[Executor] = []
        self._recipes = recipes
        self.concurrency: int = concurrency or _LARGEST_BATCH * (2 * workers + 1)
        size = min(_LARGEST_BATCH, -(-due // (4 * workers)), self.concurrency // (2 * workers))
        self._waiting = Waiting(max(1, size))
        self._units: set[Unit] = set()
        self._given: dict[int, Unit] = {}
        self._out: dict[_Batch, Future[bytes] | None] = {}
        self._keys = 0
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._dispatcher: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None
        self._is_closed = False
        self._accepted = time.monotonic()
        self._broken = 0
        self._lost, self._lost_because = 0, ""
        self.ignored: int = 0
        """Results with an old number."""

    async def __aenter__(self) -> Self:
        self._dispatcher = asyncio.create_task(self._dispatch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what has not begun. What runs in workers ends by itself, and its results are ignored."""
        self._is_closed = True
        if self._dispatcher is not None:
            self._dispatcher.cancel()
            await asyncio.wait([self._dispatcher])
        await asyncio.to_thread(_cancel, [future for future in self._out.values() if future is not None])
        for successor in self._successors:
            await asyncio.to_thread(successor.shutdown, wait=error is None, cancel_futures=True)

    async def do(self, work: Work) -> list[Outcome[Any]]:
        """Do a unit of work in a worker and return its outcomes.

        Raises:
            GitFleetError: A worker cannot work at all, or the executor accepts no work any more.
        """
        if self._failure is not None:
            raise self._failure
        self._keys += 1
        unit = Unit(self._keys, work, self._loop.create_future())
        self._units.add(unit)
        self._waiting.add(unit)
        self._changed.set()
        try:
            return await unit.done
        finally:
            self._units.discard(unit)

    # -- giving out

    async def _dispatch(self) -> None:
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await asyncio.sleep(_GATHERING)
                self._log_losses()
                while units := self._waiting.take(is_idle=not self._out):
                    await self._give(units)
        except Exception as error:  # noqa: BLE001  those who wait for results raise it
            self._fail(error)

    async def _give(self, units: list[Unit]) -> None:
        """Give units to the executor."""
        for unit in units:
            unit.number += 1
            self._given[unit.key] = unit
        batch = _Batch(self._executor, [(unit, unit.number) for unit in units])
        sent = SentBatch(
            self._run,
            self._recipes[units[0].work.client.base_url],
            tuple(SentUnit(unit.key, unit.number, unit.work.kind, tuple(unit.work.repos)) for unit in units),
        )
        self._out[batch] = None
        try:
            # In a thread: a pool starts its processes meanwhile, and Dask talks to its scheduler.
            await asyncio.to_thread(self._submit, batch, sent)
        except Exception as error:  # noqa: BLE001  executors have errors of their own
            del self._out[batch]
            await self._not_accepted(batch, error)
        else:
            self._accepted = time.monotonic()

    def _submit(self, batch: _Batch, sent: SentBatch) -> None:
        future = batch.executor.submit(do_batch, sent)
        if self._is_closed:
            future.cancel()
            return
        self._out[batch] = future
        future.add_done_callback(lambda done: self._in_loop(self._done, batch, done))

    def _in_loop(self, function: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: the run is over
            self._loop.call_soon_threadsafe(function, *arguments)

    async def _not_accepted(self, batch: _Batch, error: Exception) -> None:
        """Take units back that the executor did not accept. Their workers were not lost.

        Raises:
            GitFleetError: It has accepted nothing for a long time.
        """
        for unit, _ in batch.units:
            del self._given[unit.key]
            self._waiting.add(unit)
        self._changed.set()
        if isinstance(error, BrokenExecutor) and self._replace(batch.executor):
            return
        if time.monotonic() - self._accepted > PATIENCE:
            raise GitFleetError(
                f"the executor has accepted no work for {PATIENCE:.0f} seconds: {type(error).__name__}: {error}; "
                "the ledger has all results so far, and the next run continues",
                code="executor_failed",
            ) from error
        await asyncio.sleep(0.5)

    def _replace(self, broken: Executor) -> bool:
        """Go on with a new pool in place of a broken one. Returns False if there can be none."""
        if broken is not self._executor:
            return True
        successor = successor_of(broken)
        if successor is None:
            return False
        self._successors.append(successor)
        self._executor = successor
        self._broken += 1
        if self._broken > MOST_POOLS:
            text = f"the processes of the executor end before they return a result, {self._broken} times in a row"
            self._fail(GitFleetError(text, code="executor_failed"))
        return True

    # -- results

    def _done(self, batch: _Batch, future: Future[bytes]) -> None:
        """Take the result of a batch. Runs in the loop."""
        if self._is_closed:
            return
        del self._out[batch]
        self._changed.set()
        error = None if future.cancelled() else future.exception()
        if future.cancelled():
            self._lose(batch, "its work was cancelled by the executor")
        elif error is None:
            self._receive(batch, future.result())
        elif is_loss(error):
            if isinstance(error, BrokenExecutor):
                self._replace(batch.executor)
            self._lose(batch, f"{type(error).__name__}: {error}")
        elif isinstance(error, GitFleetError):
            self._fail(error)
        else:
            self._fail(GitFleetError(f"a worker cannot work: {type(error).__name__}: {error}", code="worker_failed"))

    def _receive(self, batch: _Batch, data: bytes) -> None:
        try:
            results = unpack(data)
        except Exception as error:  # noqa: BLE001  whatever the classes of rows raise
            text = f"a result of a worker cannot be read here: {type(error).__name__}: {error}"
            self._fail(GitFleetError(text, code="worker_failed"))
            return
        self._broken = 0
        for result in results:
            unit = self._given.get(result.key)
            if unit is None or unit.number != result.number:
                self.ignored += 1
                continue
            repos = unit.work.repos
            if len(result.outcomes) != len(repos):
                self._fail(GitFleetError("a worker of another version gave a wrong result", code="worker_failed"))
                return
            del self._given[result.key]
            self._finish(unit, [_with_repo(item, repo) for item, repo in zip(result.outcomes, repos, strict=True)])
        self._lose(batch, "there was no result")

    def _lose(self, batch: _Batch, reason: str) -> None:
        """Give the units of a batch that have no result out again, or fail those that were lost too often."""
        lost = [unit for unit, number in batch.units if unit.key in self._given and unit.number == number]
        for unit in lost:
            del self._given[unit.key]
            unit.losses += 1
            if unit.losses < _MOST_LOSSES:
                self._waiting.add(unit)
            else:
                self._finish(unit, _lost(unit.work, reason))
        self._lost += len(lost)
        self._lost_because = reason

    def _log_losses(self) -> None:
        """Log what was lost, once for all batches that are lost together."""
        if self._lost:
            _logger.warning("workers were lost; %d units are given out again: %s", self._lost, self._lost_because)
            self._lost = 0

    def _finish(self, unit: Unit, outcomes: list[Outcome[Any]]) -> None:
        if not unit.done.done():  # nothing waits for it if the run ends early
            unit.done.set_result(outcomes)

    def _fail(self, error: BaseException) -> None:
        """End the run with an error."""
        self._failure = self._failure or error
        if self._dispatcher is not None:
            self._dispatcher.cancel()  # nothing is given out any more
        for unit in self._units:
            if not unit.done.done():
                unit.done.set_exception(self._failure)
                unit.done.exception()  # those who wait may be gone


def _with_repo(outcome: Outcome[Any], repo: Repository) -> Outcome[Any]:
    return replace(outcome, repo=repo)


def _lost(work: Work, reason: str) -> list[Outcome[Any]]:
    text = f"the worker was lost each of the {_MOST_LOSSES} times that this was given out: {reason}"
    error = GitFleetError(text, code="worker_lost")
    return [Outcome(repo.text, work.kind.name, "failed", repo, [], error) for repo in work.repos]


def _cancel(futures: list[Future[bytes]]) -> None:
    for future in futures:
        future.cancel()
