"""Progress displays that need no terminal. Progress goes to stderr only."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Literal

from gitfleet_api import Event, IncompleteListing, Retrying, TokenSwitched, Waiting

from ..plurals import counted
from ..stderr import print_message
from .tally import Tally, delay_message

__all__ = ["Display", "Notices", "PlainDisplay", "SilentDisplay"]

Notices = Literal["all", "important", "none"]

_INTERVAL = 2.0
"""Minimum seconds between two lines of plain progress."""
_LONG_WAIT = 5.0
"""Waits of at least so many seconds are printed without --verbose."""
_SAME_WAIT = 0.5
"""Seconds by which the ends of waits for the same reason may differ."""


class Display(ABC):
    """Base class of displays: shows a tally while a command runs.

    Args:
        tally: the counters to show.
        notices: the events to print: ``all`` that delay the command, ``important`` (long waits and refused tokens) or
            ``none``.
    """

    def __init__(self, tally: Tally, *, notices: Notices = "important") -> None:
        self.tally = tally
        self.notices: Notices = notices
        self._printed: dict[str, float] = {}

    @abstractmethod
    def start(self) -> None:
        """Start the display."""

    @abstractmethod
    def stop(self) -> None:
        """Remove the display from the screen, before rows are printed or the command ends."""

    def on_event(self, event: Event) -> None:
        """Record an event of a client, and print a line if rows are missing or the command is delayed."""
        self.tally.record(event)
        if self._is_notable(event) and (message := delay_message(event)) is not None:
            self.print_line(message)
        if isinstance(event, IncompleteListing):
            where = f"GET {event.url}: " if event.url else ""
            missing = (
                "rows are"
                if event.count is None
                else f"{counted(event.count, 'rows')} {'is' if event.count == 1 else 'are'}"
            )
            self.print_line(f"{where}{missing} missing ({event.reason}): {event.remedy}")

    def _is_notable(self, event: Event) -> bool:
        if self.notices == "all":
            return True
        if self.notices == "none":
            return False
        if isinstance(event, TokenSwitched):
            return event.code == "unauthorized" and self._is_first(f"{event.old} refused", float("inf"))
        if not isinstance(event, Waiting | Retrying) or event.seconds < _LONG_WAIT:
            return False
        # Each of many concurrent requests waits for the same reason: a line until the wait is over.
        reason = f"{event.reason} {event.resource}" if isinstance(event, Waiting) else event.code
        return self._is_first(reason, event.seconds)

    def _is_first(self, reason: str, seconds: float) -> bool:
        now = time.monotonic()
        if self._printed.get(reason, 0) > now:
            return False
        self._printed[reason] = now + seconds - _SAME_WAIT
        return True

    def on_page(self) -> None:
        """Update the display after a page was received."""
        return

    def print_line(self, text: str) -> None:
        """Write a line to stderr."""
        print_message(text)


class SilentDisplay(Display):
    """A display without output."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class PlainDisplay(Display):
    """A line at intervals, for log files."""

    def __init__(self, tally: Tally, *, notices: Notices = "important") -> None:
        super().__init__(tally, notices=notices)
        self._next = 0.0

    def start(self) -> None:
        """Start the interval of the first line."""
        self._next = time.monotonic() + _INTERVAL

    def stop(self) -> None:
        """Do nothing."""

    def on_page(self) -> None:
        """Print the progress if the interval has passed."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL
            self.print_line(", ".join(self.tally.parts()))
