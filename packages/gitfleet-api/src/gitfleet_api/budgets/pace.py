"""One published limit on the speed of a shared budget: the points of the last period, and those that are leased."""

from __future__ import annotations

from .base import PaceReply, PaceReport

__all__ = ["Pace"]

_PARTS = 60
"""Entries of one period: points that were spent within a 60th of it count as spent at its end."""
_RETRY = 1.0
"""Seconds until a worker asks again when others hold the rest."""


class Pace:
    """What was spent of one limit. Times are epoch seconds by the store's clock.

    Attributes:
        log: Pairs of the end of a part of a period and the points that were spent in that part, oldest first.
        holders: For each worker the points it was given, those it has spent, and when it last said something.
    """

    __slots__ = ("holders", "log")

    def __init__(self) -> None:
        self.log: list[tuple[float, int]] = []
        self.holders: dict[str, tuple[int, int, float]] = {}

    def exchange(self, worker: str, report: PaceReport, active: int, now: float) -> PaceReply:
        """Record what a worker has spent, and lease the points that it wants as far as possible.

        Args:
            worker: Name of the worker.
            report: What it says.
            active: Workers that use the budget at present.
            now: The present time.
        """
        known = self.holders.get(worker)
        # A worker that is not known here may have spent its total long ago, or when the store had other data.
        self._spend(max(0, report.spent - known[1]) if known is not None else 0, report.seconds, now)
        self.log = [entry for entry in self.log if entry[0] > now - report.seconds]
        # What was taken back counts as spent already; a worker that is not known here has nothing.
        leased = report.spent if known is None else max(report.spent, min(report.leased, known[0]))
        self.holders[worker] = (leased, report.spent, now)
        retry_at = now
        if report.wanted > 0:
            used = sum(points for _, points in self.log)
            free = report.points - used - sum(held - spent for held, spent, _ in self.holders.values())
            # Never a part of what a request needs: several workers with a part each would wait for one another.
            if free >= report.needed:
                leased += min(report.wanted, max(report.needed, free // (2 * active)))
                self.holders[worker] = (leased, report.spent, now)
            else:
                retry_at = self._next_free(report, used, now)
        return PaceReply(leased, retry_at)

    def take_back(self, now: float, before: float) -> None:
        """Take back the leases of workers that said nothing since ``before``: they may have spent them."""
        for name, (leased, spent, seen) in list(self.holders.items()):
            if seen < before:
                del self.holders[name]
                if leased > spent:
                    self.log.append((now, leased - spent))  # at the latest

    def _spend(self, points: int, seconds: float, now: float) -> None:
        if points <= 0:
            return
        end = now + seconds / _PARTS
        if self.log and now < self.log[-1][0] <= end:
            last, before = self.log.pop()
            end, points = last, points + before
        self.log.append((end, points))

    def _next_free(self, report: PaceReport, used: int, now: float) -> float:
        """Return when the oldest points leave the period; soon if only other workers' leases are in the way."""
        if used < report.points or not self.log:
            return now + _RETRY
        return self.log[0][0] + report.seconds
