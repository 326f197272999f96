"""The state of a budget as text, and the times of reports and replies by another clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from .base import BudgetReply, BudgetReport
from .holders import Holder
from .pace import Pace
from .policy import BudgetState

__all__ = ["decode", "encode", "for_store", "for_worker"]

_FORMAT = 2
_MOST = 1 << 40
"""More than any number of calls or time in seconds."""
T = TypeVar("T")


def encode(state: BudgetState) -> str:
    """Return a state as JSON."""
    holders = [
        [name, holder.leased, holder.spent, round(holder.seen_at, 3), round(holder.wanted_at, 3)]
        for name, holder in state.holders
    ]
    pace = [[seconds, points, item.log, item.holders] for (seconds, points), item in state.pace.items()]
    values = [
        *(_FORMAT, state.window, state.total, state.remaining, state.holders.gone, holders),
        *(state.paused_until, state.probe, state.unlimited_until, state.settling_until, pace),
    ]
    return json.dumps(values, separators=(",", ":"))


def decode(text: str | bytes | None) -> BudgetState:
    """Return the state that a text describes; a new one for None, and for a text that this version did not write."""
    state = BudgetState()
    if text is None:
        return state
    try:
        form, window, total, remaining, gone, holders, paused, probe, unlimited, settling, pace = json.loads(text)
        if form != _FORMAT:
            return BudgetState()
        state.window, state.total = _optional(window, _time), _optional(total, _count)
        state.remaining = _optional(remaining, _count)
        state.holders.gone = _count(gone)
        for name, leased, spent, seen_at, wanted_at in holders:
            state.holders.add(_name(name), Holder(_count(leased), _count(spent), _time(seen_at), _time(wanted_at)))
        state.paused_until, state.unlimited_until, state.settling_until = map(_time, (paused, unlimited, settling))
        state.probe = None if probe is None else (_name(probe[0]), _time(probe[1]))
        for seconds, points, log, by_worker in pace:
            item = state.pace[_time(seconds), _count(points)] = Pace()
            item.log = [(_time(when), _count(spent)) for when, spent in log]
            item.holders = {
                name: (_count(leased), _count(spent), _time(seen)) for name, (leased, spent, seen) in by_worker.items()
            }
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return BudgetState()
    return state


def for_store(report: BudgetReport, offset: float) -> BudgetReport:
    """Return a report with times by the clock of the store, which is ``offset`` seconds ahead of the worker's."""
    window = None if report.window is None else report.window + offset
    return replace(report, window=window, paused_until=report.paused_until + offset if report.paused_until else 0.0)


def for_worker(reply: BudgetReply, offset: float) -> BudgetReply:
    """Return a reply with times by the clock of the worker."""
    return replace(
        reply,
        window=None if reply.window is None else reply.window - offset,
        retry_at=reply.retry_at - offset,
        paused_until=reply.paused_until - offset if reply.paused_until else 0.0,
        pace=tuple(replace(item, retry_at=item.retry_at - offset) for item in reply.pace),
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise ValueError
    return value


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        raise ValueError
    return value


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _optional(value: object, check: Callable[[object], T]) -> T | None:
    return None if value is None else check(value)
