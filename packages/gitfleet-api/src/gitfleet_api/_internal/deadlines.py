"""Total timeouts of calls, with one timer for all calls of an event loop."""

from __future__ import annotations

import asyncio
from math import inf
from types import TracebackType
from typing import Self

__all__ = ["Deadline", "Deadlines"]


class Deadlines:
    """The deadlines of one event loop.

    ``asyncio.timeout`` creates a timer per call and nearly always cancels it: 5 µs. Here one timer is set for the
    earliest deadline; calls that finish in time never touch it.
    """

    def __init__(self) -> None:
        self._running: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._fires_at = inf

    def start(self, seconds: float | None) -> Deadline:
        """Return a context manager that raises TimeoutError if its block takes longer.

        Args:
            seconds: the time limit; None for no limit.
        """
        return Deadline(self, inf if seconds is None else asyncio.get_running_loop().time() + seconds)

    def register(self, deadline: Deadline) -> None:
        """Watch a deadline that is new or was moved."""
        self._running.add(deadline)
        if deadline.when < self._fires_at:
            self._set_timer(deadline.when)

    def unregister(self, deadline: Deadline) -> None:
        """Unregister a deadline whose block has finished."""
        self._running.discard(deadline)

    def _set_timer(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires_at = when
        self._timer = None if when == inf else asyncio.get_running_loop().call_at(when, self._fire)

    def _fire(self) -> None:
        now = asyncio.get_running_loop().time()
        # In the order of time: on a busy machine several deadlines may have passed when the timer fires.
        for deadline in sorted((item for item in self._running if item.when <= now), key=lambda item: item.when):
            self._running.discard(deadline)
            deadline.cancel()
        self._set_timer(min((item.when for item in self._running), default=inf))


class Deadline:
    """A time limit for the current task inside a ``with`` block, which raises TimeoutError when it passes.

    Attributes:
        when: the time of the event loop at which it passes; infinite for no limit.
    """

    __slots__ = ("_all", "_before", "_is_over", "_passed", "_task", "when")

    def __init__(self, deadlines: Deadlines, when: float) -> None:
        self._all = deadlines
        self._task = asyncio.current_task()
        self._before = 0
        self._passed = False
        self._is_over = False
        self.when: float = when

    def __enter__(self) -> Self:
        if self._task is not None:
            self._before = self._task.cancelling()
            self._all.register(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._all.unregister(self)
        # A task that something else has cancelled too stays cancelled.
        alone = self._passed and self._task is not None and self._task.uncancel() <= self._before
        if alone and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def move(self, when: float) -> None:
        """Change the deadline. Has no effect after it has passed or its block has finished.

        A remainder of a call (such as a wait that is being cancelled) may move the deadline late. It must neither
        cancel a task that has moved on nor cancel a task twice.

        Args:
            when: the new time of the event loop.
        """
        self.when = when
        if not (self._passed or self._is_over):
            self._all.register(self)

    def cancel(self) -> None:
        """Cancel the task, because the deadline has passed."""
        if self._task is not None:
            self._passed = True
            self._task.cancel()
