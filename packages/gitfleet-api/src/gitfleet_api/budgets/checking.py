"""Checks of what a store replies: a user's own store may return anything."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from .base import BudgetReply, BudgetReport, PaceReply

__all__ = ["check_replies"]


def check_replies(reports: Sequence[BudgetReport], replies: object) -> None:
    """Raise ValueError if there is not one usable reply for each report."""
    if not isinstance(replies, list) or len(replies) != len(reports):
        raise ValueError("exchange() must return a list with one reply for each report")
    for report, reply in zip(reports, replies, strict=True):
        if not isinstance(reply, BudgetReply) or not isinstance(reply.pace, tuple):
            raise ValueError("exchange() must return objects of BudgetReply")  # noqa: TRY004  one kind of error
        counts: list[object] = [reply.leased, reply.left, reply.workers]
        times: list[object] = [reply.retry_at, reply.paused_until]
        if reply.window is not None:
            times.append(reply.window)
        if len(reply.pace) != len(report.pace):
            raise ValueError("a reply must have one PaceReply for each PaceReport")
        for pace in reply.pace:
            if not isinstance(pace, PaceReply):
                raise ValueError("a reply must have objects of PaceReply")  # noqa: TRY004
            counts.append(pace.leased)
            times.append(pace.retry_at)
        if not all(isinstance(item, int) and item >= 0 for item in counts):
            raise ValueError("a reply must have integers of at least 0 as its numbers of calls")
        if not all(isinstance(item, int | float) and isfinite(item) for item in times):
            raise ValueError("a reply must have epoch seconds as its times")
