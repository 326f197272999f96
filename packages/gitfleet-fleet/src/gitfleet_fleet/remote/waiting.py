"""The units that wait for a worker, and which of them are given out together."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from ..kinds import Work
from ..outcome import Outcome

__all__ = ["Unit", "Waiting"]


@dataclass(slots=True, eq=False)
class Unit:
    """A unit of a run, until it has a result."""

    key: int
    """The unit, in this run."""
    work: Work
    """What is done."""
    done: asyncio.Future[list[Outcome[Any]]]
    """Its result."""
    number: int = 0
    """How often it was given out: results with another number are ignored."""
    losses: int = 0
    """How often its worker was lost."""


class Waiting:
    """Units that wait, by client.

    Units whose worker was lost are given out in smaller batches, so that one that kills its workers takes few others
    with it. After the second loss a unit is a suspect: it is given out alone, while nothing else is done, so that
    a third loss is its own fault.

    Args:
        size: Units of a batch.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._fresh: dict[str, deque[Unit]] = {}
        self._lost: dict[str, deque[Unit]] = {}
        self._suspects: deque[Unit] = deque()

    def add(self, unit: Unit) -> None:
        """Add a unit."""
        if unit.losses > 1:
            self._suspects.append(unit)
            return
        queues = self._lost if unit.losses else self._fresh
        queues.setdefault(unit.work.client.base_url, deque()).append(unit)

    def take(self, *, is_idle: bool) -> list[Unit]:
        """Return the next batch, all for one client. Empty if nothing can be given out now.

        Args:
            is_idle: Whether nothing is given out.
        """
        for queues, size in ((self._lost, max(1, self._size // 4)), (self._fresh, self._size)):
            for url in list(queues):
                queue = queues.pop(url)
                batch = [unit for _ in range(min(size, len(queue))) if not (unit := queue.popleft()).done.done()]
                if queue:
                    queues[url] = queue  # behind the other clients
                if batch:
                    return batch
        while is_idle and self._suspects:
            suspect = self._suspects.popleft()
            if not suspect.done.done():
                return [suspect]
        return []
