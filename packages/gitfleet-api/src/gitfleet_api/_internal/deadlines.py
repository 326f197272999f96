"""How long a whole call may take: one timer for all calls that are under way."""

from __future__ import annotations

import asyncio
from math import inf
from types import TracebackType
from typing import Self

__all__ = ["Deadline", "Deadlines"]


class Deadlines:
    """The deadlines of one event loop.

    ``asyncio.timeout`` makes a timer for each call and nearly always throws it away: 5 µs. Here one timer is set for
    the first end; when it rings, the calls that have ended in time are long forgotten.
    """

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._rings = inf

    def start(self, seconds: float | None) -> Deadline:
        """Give what the running task does inside ``with`` so many seconds; None gives it all the time there is."""
        return Deadline(self, inf if seconds is None else asyncio.get_running_loop().time() + seconds)

    def add(self, deadline: Deadline) -> None:
        """Look after a deadline, also one that was moved."""
        self._running.add(deadline)
        if deadline.when < self._rings:
            self._ring_at(deadline.when)

    def forget(self, deadline: Deadline) -> None:
        """What had this deadline has ended."""
        self._running.discard(deadline)

    def _ring_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = when
        self._timer = None if when == inf else asyncio.get_running_loop().call_at(when, self._ring)

    def _ring(self) -> None:
        now = asyncio.get_running_loop().time()
        # In their order: on a busy machine several may be over when the timer rings.
        for deadline in sorted((item for item in self._running if item.when <= now), key=lambda item: item.when):
            self._running.discard(deadline)
            deadline.cancel()
        self._ring_at(min((item.when for item in self._running), default=inf))


class Deadline:
    """The end of the time that a task has for what it does inside ``with``: a TimeoutError comes out of it then.

    Attributes:
        when: the end by the event loop's clock; infinite for none.
    """

    __slots__ = ("_all", "_before", "_is_over", "_passed", "_task", "when")

    def __init__(self, deadlines: Deadlines, when: float) -> None:
        self._all = deadlines
        self._task = asyncio.current_task()
        self._before = 0
        self._passed = False
        self._is_over = False
        self.when = when

    def __enter__(self) -> Self:
        if self._task is not None:
            self._before = self._task.cancelling()
            self._all.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._all.forget(self)
        # A task that somebody else has cancelled, too, goes on being cancelled.
        alone = self._passed and self._task is not None and self._task.uncancel() <= self._before
        if alone and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def move(self, when: float) -> None:
        """Set another end; of no use once it has come, or what had it has ended.

        Something that is left of a call (a wait that is being cancelled) may still move the deadline, and a task that
        does something else by then must not be cancelled for it, nor any task twice.
        """
        self.when = when
        if not (self._passed or self._is_over):
            self._all.add(self)

    def cancel(self) -> None:
        """The time is over."""
        if self._task is not None:
            self._passed = True
            self._task.cancel()
