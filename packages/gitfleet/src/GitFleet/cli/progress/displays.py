"""Progress displays that need no terminal. Progress goes to stderr only."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from gitfleet_api import Event, IncompleteListing

from ..stderr import print_message
from .tally import Tally, delay_message

__all__ = ["Display", "PlainDisplay", "SilentDisplay"]

_INTERVAL = 2.0
"""Minimum seconds between two lines of plain progress."""


class Display(ABC):
    """Base class of displays: shows a tally while a command runs.

    Args:
        tally: the counters to show.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    @abstractmethod
    def start(self) -> None:
        """Start the display."""

    @abstractmethod
    def stop(self) -> None:
        """Remove the display from the screen, before rows are printed or the command ends."""

    def on_event(self, event: Event) -> None:
        """Record an event of a client, and print a line if rows are missing."""
        self.tally.record(event)
        if isinstance(event, IncompleteListing):
            where = f"GET {event.url}: " if event.url else ""
            missing = (
                "rows are" if event.count is None else "1 row is" if event.count == 1 else f"{event.count:,} rows are"
            )
            self.print_line(f"{where}{missing} missing ({event.reason}): {event.remedy}")

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

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self._next = 0.0

    def start(self) -> None:
        """Start the interval of the first line."""
        self._next = time.monotonic() + _INTERVAL

    def stop(self) -> None:
        """Do nothing."""

    def on_event(self, event: Event) -> None:
        """Record an event, and print a line if it delays the command."""
        super().on_event(event)
        message = delay_message(event)
        if message is not None:
            self.print_line(message)

    def on_page(self) -> None:
        """Print the progress if the interval has passed."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL
            self.print_line(", ".join(self.tally.parts()))
