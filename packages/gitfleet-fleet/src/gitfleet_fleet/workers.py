"""Work for a whole fleet at bounded concurrency, with the outcomes as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from gitfleet_api import GitFleetError, GitProviderClient

from .kinds import Work
from .outcome import Outcome
from .task_errors import first_of
from .units import run_work

__all__ = ["Do", "Feeder", "Put", "run_all"]

Item = Work | Outcome[Any]
Put = Callable[[Item], Awaitable[None]]
"""Takes a unit of work, or an outcome that needs no work. It waits while enough work is waiting."""
Feeder = Callable[[Put], Awaitable[None]]
"""Puts all work of one group of targets, in its order."""
Do = Callable[[Work], Awaitable[list[Outcome[Any]]]]
"""Does a unit of work. An error that it raises ends everything."""
_END = None


async def run_all(
    feeders: Sequence[Feeder],
    clients: Iterable[GitProviderClient],
    concurrency: int | None,
    do: Do = run_work,
) -> AsyncGenerator[Outcome[Any], None]:
    """Yield the outcomes of all work as they come, in any order.

    Each client has workers, so that a server that is slow or pauses does not delay the others. When the iteration ends
    early, all requests are cancelled before ``aclose`` returns.

    Args:
        feeders: They put the work.
        clients: The clients.
        concurrency: Units of one client at the same time. None for as many as it sends requests.
        do: Does a unit of work.

    Yields:
        One outcome for each repository of each unit, and those that a feeder puts.
    """
    run = _Run(list(clients), concurrency, do)
    tasks = [asyncio.create_task(run.supervise(feeders))]
    try:
        while (item := await run.results.get()) is not None:  # the end
            if isinstance(item, BaseException):
                raise item
            for outcome in item:
                yield outcome
    finally:
        run.has_reader = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Run:
    """The queues and workers of one iteration."""

    def __init__(self, clients: list[GitProviderClient], concurrency: int | None, do: Do) -> None:
        self._do = do
        self._is_ending = False
        self.has_reader = True
        self._supervisor: asyncio.Task[object] | None = None
        self._sizes = {client.base_url: concurrency or client.session.max_concurrency for client in clients}
        self._queues: dict[str, asyncio.Queue[Work | None]] = {
            url: asyncio.Queue(size) for url, size in self._sizes.items()
        }
        # Bounded, so that a slow reader slows the requests down and memory stays flat.
        self.results: asyncio.Queue[list[Outcome[Any]] | BaseException | None] = asyncio.Queue(
            sum(self._sizes.values())
        )

    async def supervise(self, feeders: Sequence[Feeder]) -> None:
        """Run feeders and workers; put the end, or the error that ended them, into the results."""
        self._supervisor = asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as workers:
                for url, size in self._sizes.items():
                    for _ in range(size):
                        workers.create_task(self._work(self._queues[url]))
                async with asyncio.TaskGroup() as feeding:
                    for feeder in feeders:
                        feeding.create_task(self._feed(feeder))
                for url, size in self._sizes.items():
                    for _ in range(size):
                        await self._queues[url].put(_END)
        except asyncio.CancelledError:  # the reader has left
            raise
        except BaseException as error:  # the reader raises it; a task group raises SystemExit bare
            if not self.has_reader:  # a task group with an error ignores that it was cancelled
                raise
            await self.results.put(first_of(error))
        else:
            await self.results.put(_END)

    async def _feed(self, feeder: Feeder) -> None:
        try:
            await feeder(self._put)
        except BaseException:
            self._is_ending = True
            raise

    async def _put(self, item: Item) -> None:
        if isinstance(item, Outcome):
            await self.results.put([item])
        else:
            await self._queues[item.client.base_url].put(item)

    async def _work(self, queue: asyncio.Queue[Work | None]) -> None:
        try:
            while (work := await queue.get()) is not None:
                await self.results.put(await self._do(work))
        except asyncio.CancelledError:
            is_stopped = self._is_ending or self._supervisor is None or self._supervisor.cancelling()
            if is_stopped:
                raise
            # The task group would ignore it, and without workers the iteration would never end.
            self._is_ending = True
            raise GitFleetError("a function that is called for each repository has cancelled its own task") from None
        except BaseException:
            self._is_ending = True
            raise
