"""Progress counters of a command, and their text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC

from gitfleet_api import Event, RequestDone, Retrying, TokenSwitched, Waiting

from ..plurals import counted

__all__ = ["Tally", "delay_message"]

_REASONS = {
    "rate_limit": "rate limit",
    "secondary_rate_limit": "secondary rate limit",
    "in_flight": "all remaining calls are in flight",
    "pacing": "pace of this provider",
}


_BUDGETS = {"core": "calls", "search": "searches", "graphql": "GraphQL points"}
"""The budgets, as the text names them, in its order."""


def _budget_of(url: str) -> str:
    """Return the budget that a request took its call from."""
    path = url.partition("?")[0]
    return "graphql" if path.endswith("/graphql") else "search" if "/search/" in path else "core"


@dataclass(slots=True)
class Tally:
    """Counters of a running command.

    Attributes:
        noun: what a row is, in the plural.
        limit: number of rows wanted, or None for all.
        targets: number of listings to fetch, or of repositories found.
        is_fleet: whether the targets are the repositories of a fleet.
        is_growing: whether more repositories are still being found.
        listed: number of repositories of the targets that are listed completely, and of targets that failed.
        done: number of listings that ended.
        counted: number of listings whose page count is known.
        pages: number of pages received.
        expected: total number of pages of the counted listings.
        rows: number of rows received.
        written: number of rows written.
        left: calls left, by the budget and the label of the token.
        wait: the reason for the current wait and its end (epoch seconds), or None.
        started: start time (monotonic seconds).
    """

    noun: str
    limit: int | None = None
    targets: int = 1
    is_fleet: bool = False
    is_growing: bool = False
    listed: int = 0
    done: int = 0
    counted: int = 0
    pages: int = 0
    expected: int = 0
    rows: int = 0
    written: int = 0
    left: dict[tuple[str, str], int] = field(default_factory=dict)
    wait: tuple[str, float] | None = None
    started: float = field(default_factory=time.monotonic)

    def add_page_count(self, number: int) -> None:
        """Record the page count of one listing."""
        self.counted += 1
        self.expected += number

    def begin_fleet(self) -> None:
        """Count the repositories of a fleet, which are still to be found."""
        self.targets, self.is_fleet, self.is_growing = 0, True, True

    def add_listed(self, repositories: int, *, is_growing: bool) -> None:
        """Record that the repositories of a target are known."""
        self.listed += repositories
        self.is_growing = is_growing
        self.targets = max(self.listed, self.done)

    def add_done(self, *, is_target: bool = False) -> None:
        """Record that a repository, or a target that cannot be listed, is done."""
        self.done += 1
        self.listed += is_target
        self.targets = max(self.listed, self.done)

    def record(self, event: Event) -> None:
        """Update the counters with an event of a client."""
        if isinstance(event, RequestDone):
            self.wait = None
            if event.remaining is not None:
                self.left[_budget_of(event.url), event.token or "without a token"] = event.remaining
        elif isinstance(event, Waiting):
            self.wait = (_REASONS[event.reason], event.until.timestamp())
        elif isinstance(event, Retrying):
            self.wait = (f"retry after {event.code}", time.time() + event.seconds)

    def summary(self) -> str:
        """Return the rows, pages and listings so far, as text. Updates of mirrors count no pages."""
        listings = f" of {self.done} of {self.targets} listings" if self.targets > 1 else ""
        pages = "" if self.rows and not self.pages else f" in {counted(self.pages, 'pages')}"
        return f"{counted(self.rows, self.noun)}{pages}{listings}"

    def parts(self) -> list[str]:
        """Return the current state as short texts, for one line of progress."""
        seconds = max(time.monotonic() - self.started, 0.001)
        of = "" if self.is_growing else f"/{self.targets:,}"
        found = [f"{self.done:,}{of} done"] if self.targets > 1 else []
        # The total belongs to all listings together, so it is shown only when all of them are counted.
        is_known = not self.is_fleet and self.counted == self.targets and self.expected >= self.pages
        if not self.is_fleet:
            found.append(f"page {self.pages}{f'/{self.expected}' if is_known else ''}")
        found += [counted(self.rows, self.noun), f"{self.rows / seconds:,.0f}/s"]
        if self.left:
            found.append(self._calls_left())
        if self.wait is not None and (rest := self.wait[1] - time.time()) > 0:
            found.append(f"waiting {rest:.0f} s: {self.wait[0]}")
        elif (eta := self.seconds_left(seconds)) is not None:
            found.append(f"ETA {int(eta) // 60}:{int(eta) % 60:02}")
        return found

    def _calls_left(self) -> str:
        """Return the calls left of each budget, always in the same order: requests alternate between budgets."""
        sums: dict[str, int] = {}
        for (budget, _), number in [*self.left.items()]:  # copied, because another thread draws this
            sums[budget] = sums.get(budget, 0) + number
        return ", ".join(f"{sums[name]:,} {text} left" for name, text in _BUDGETS.items() if name in sums)

    def seconds_left(self, seconds: float) -> float | None:
        """Estimate the remaining time in seconds from the elapsed ``seconds``; None if the total is unknown."""
        shares = []
        if self.is_fleet and self.done and not self.is_growing:
            shares.append(self.done / self.targets)
        if not self.rows or not self.pages:
            return seconds / shares[0] - seconds if shares else None
        if self.limit is not None:
            shares.append(self.rows / self.limit)
        if not self.is_fleet and self.counted == self.targets and self.expected >= self.pages:
            shares.append(self.pages / self.expected)
        return seconds / max(shares) - seconds if shares and max(shares) <= 1 else None


def delay_message(event: Event) -> str | None:
    """Return the message for an event that delays the command; None for other events."""
    if isinstance(event, Waiting):
        until = event.until.astimezone(UTC)
        return f"waiting {event.seconds:.0f} s, until {until:%H:%M:%S} UTC: {_REASONS[event.reason]} ({event.resource})"
    if isinstance(event, Retrying):
        return f"retrying in {event.seconds:.1f} s, attempt {event.attempt}, after {event.code}: {event.url}"
    if isinstance(event, TokenSwitched):
        if event.code == "unauthorized" and event.old is not None:
            return f"{event.old} was refused (401); continuing with {event.new or 'no token'}"
        return f"continuing with {event.new or 'no token'} instead of {event.old or 'no token'}, after {event.code}"
    return None
