"""Months as text, such as ``2026-11``."""

from __future__ import annotations

__all__ = ["months_before", "months_between", "next_month", "previous_month"]


def _number(month: str) -> int:
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def _text(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


def next_month(month: str) -> str:
    """Return the month after a month."""
    return _text(_number(month) + 1)


def previous_month(month: str) -> str:
    """Return the month before a month."""
    return _text(_number(month) - 1)


def months_before(last: str, count: int) -> tuple[str, ...]:
    """Return a number of months that end with a month."""
    end = _number(last)
    return tuple(_text(number) for number in range(end - count + 1, end + 1))


def months_between(first: str, last: str, most: int) -> tuple[str, ...]:
    """Return the months from one to another, at most the last ones of a number of months. There is at least one."""
    end = _number(last)
    return months_before(last, min(max(end - _number(first) + 1, 1), most))
