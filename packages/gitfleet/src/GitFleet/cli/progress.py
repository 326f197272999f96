"""How far a command is: what is counted, and how people see it. All of it goes to stderr."""

from __future__ import annotations

import os
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC

from gitfleet_api import Event, RequestDone, Retrying, TokenSwitched, Waiting

from .safe_text import one_line

__all__ = ["Display", "PlainDisplay", "SilentDisplay", "Tally", "display_for"]

_REASONS = {
    "rate_limit": "rate limit",
    "secondary_rate_limit": "secondary rate limit",
    "in_flight": "all calls that are left are under way",
    "pacing": "pace of this provider",
}
_EVERY = 2.0
"""Seconds between two lines of plain progress."""


@dataclass(slots=True)
class Tally:
    """What was done so far.

    Attributes:
        what: what a row is, in the plural.
        limit: how many rows are wanted, or None for all.
        targets: how many listings are wanted.
        done: how many of the listings have ended.
        begun: how many of them have told how many pages they have.
        pages: how many arrived.
        expected: how many pages those that were begun have in all.
        rows: how many were given.
        left: calls left, by provider and token.
        wait: what is being waited for and until when (epoch seconds), or None.
    """

    what: str
    limit: int | None = None
    targets: int = 1
    done: int = 0
    begun: int = 0
    pages: int = 0
    expected: int = 0
    rows: int = 0
    left: dict[str, int] = field(default_factory=dict)
    wait: tuple[str, float] | None = None
    started: float = field(default_factory=time.monotonic)

    def pages_known(self, number: int) -> None:
        """A listing has told how many pages it has."""
        self.begun += 1
        self.expected += number

    def note(self, event: Event) -> None:
        """Take in what a client tells."""
        if isinstance(event, RequestDone):
            self.wait = None
            if event.remaining is not None:
                self.left[event.token or "without a token"] = event.remaining
        elif isinstance(event, Waiting):
            self.wait = (_REASONS[event.reason], event.until.timestamp())
        elif isinstance(event, Retrying):
            self.wait = (f"trying again after {event.code}", time.time() + event.seconds)

    def summary(self) -> str:
        """How far it came, in words."""
        listings = f" of {self.done} of {self.targets} listings" if self.targets > 1 else ""
        return f"{self.rows:,} {self.what} in {_count(self.pages, 'page')}{listings}"

    def parts(self) -> list[str]:
        """What there is to say at this moment."""
        seconds = max(time.monotonic() - self.started, 0.001)
        found = [f"{self.done}/{self.targets} done"] if self.targets > 1 else []
        total = f"/{self.expected}" if self.begun and self.expected >= self.pages else ""
        found += [f"page {self.pages}{total}", f"{self.rows:,} {self.what}", f"{self.rows / seconds:,.0f}/s"]
        if self.left:  # copied, as another thread draws this
            found.append(f"{sum([*self.left.values()]):,} calls left")
        if self.wait is not None and (rest := self.wait[1] - time.time()) > 0:
            found.append(f"waiting {rest:.0f} s: {self.wait[0]}")
        elif (eta := self.seconds_left(seconds)) is not None:
            found.append(f"ETA {int(eta) // 60}:{int(eta) % 60:02}")
        return found

    def seconds_left(self, seconds: float) -> float | None:
        """How long it will still take, if the rest goes as fast; None where the rest is not known."""
        if not self.rows or not self.pages:
            return None
        shares = []
        if self.limit is not None:
            shares.append(self.rows / self.limit)
        if self.begun == self.targets and self.expected >= self.pages:
            shares.append(self.pages / self.expected)
        return seconds / max(shares) - seconds if shares and max(shares) <= 1 else None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Display(ABC):
    """Shows a tally while a command runs."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    @abstractmethod
    def start(self) -> None:
        """Begin to show it."""

    @abstractmethod
    def stop(self) -> None:
        """Take it off the screen; rows are about to come, or the command ends."""

    def heard(self, event: Event) -> None:
        """Something happened."""
        self.tally.note(event)

    def advanced(self) -> None:
        """A page has arrived."""
        return

    def line(self, text: str) -> None:
        """Write a line to stderr."""
        say(text)


def say(text: str) -> None:
    """Write a line to stderr; where that can't be done, nobody could be told so."""
    try:
        print(f"gitfleet: {one_line(text)}", file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return


class SilentDisplay(Display):
    """Shows nothing."""

    def start(self) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


class PlainDisplay(Display):
    """A line now and then, for logs."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self._next = 0.0

    def start(self) -> None:
        """Say that it begins."""
        self._next = time.monotonic() + _EVERY

    def stop(self) -> None:
        """Nothing."""

    def heard(self, event: Event) -> None:
        """Say what delays the work."""
        super().heard(event)
        told = delay_told(event)
        if told is not None:
            self.line(told)

    def advanced(self) -> None:
        """Say how far it is, every other second."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            self.line(", ".join(self.tally.parts()))


def delay_told(event: Event) -> str | None:
    """What there is to tell of an event that delays the work, or None."""
    if isinstance(event, Waiting):
        until = event.until.astimezone(UTC)
        return f"waiting {event.seconds:.0f} s, until {until:%H:%M:%S} UTC: {_REASONS[event.reason]} ({event.resource})"
    if isinstance(event, Retrying):
        return f"trying again in {event.seconds:.1f} s, attempt {event.attempt}, after {event.code}: {event.url}"
    if isinstance(event, TokenSwitched):
        return f"going on with {event.new or 'no token'} instead of {event.old or 'none'}, after {event.code}"
    return None


def display_for(tally: Tally, *, verbose: bool) -> Display:
    """Live on a terminal; elsewhere plain lines if they are wanted, or nothing."""
    if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from .live import LiveDisplay

        return LiveDisplay(tally, verbose=verbose)
    return PlainDisplay(tally) if verbose else SilentDisplay(tally)
