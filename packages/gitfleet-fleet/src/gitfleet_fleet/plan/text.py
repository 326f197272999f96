"""The tables of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Estimate, PlannedBudget, PlannedCall

__all__ = ["duration", "table_of_budgets", "table_of_calls"]


def duration(seconds: float) -> str:
    """Return a duration as people write it: ``4 min 20 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def table_of_calls(calls: Sequence[PlannedCall], total: Estimate) -> list[str]:
    """Return the lines of the table of calls."""
    rows = [("call", "repositories", "calls", "how it is known")]
    for index, call in enumerate(calls):
        rows.append((call.name, "" if index == 0 else str(call.repositories), str(call.calls), call.method))
    rows.append(("total", "", str(total), ""))
    return _table(rows, right=(1, 2))


def table_of_budgets(budgets: Sequence[PlannedBudget]) -> list[str]:
    """Return the lines of the table of budgets."""
    rows = [("budget", "principal", "calls", "left", "resets in")]
    for item in budgets:
        left = "unknown" if item.left is None else f"{item.left:,}"
        if item.left is not None and item.limit is not None:
            left += f" of {item.limit:,}"
        resets = "" if item.resets_in is None else duration(item.resets_in)
        rows.append((f"{item.server} {item.resource}", item.principal or "no token", f"{item.calls:,}", left, resets))
    return _table(rows, right=(2, 3))


def _table(rows: Sequence[tuple[str, ...]], right: tuple[int, ...]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
