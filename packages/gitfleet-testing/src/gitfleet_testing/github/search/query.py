"""Search queries: words and qualifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

__all__ = ["MAX_RESULTS", "date_test", "number_test", "parse_query"]

#: Number of results that a search returns at most.
MAX_RESULTS = 1000
_PART = re.compile(r'(?:(\w+):)?("[^"]*"|\S+)')
_NUMBER = re.compile(r"(>=|<=|>|<|)(\d{1,12})|(\d{1,12}|\*)\.\.(\d{1,12}|\*)")


def parse_query(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield the parts of a query: the name of the qualifier (None for a word) and the value in lower case."""
    for name, quoted in _PART.findall(text):
        yield name or None, quoted.strip('"').lower()


def number_test(text: str) -> Callable[[int], bool]:
    """Return the test that a number qualifier means: 5, >5, >=5, <5, <=5, 5..9, 5..*, *..9.

    The test of an invalid qualifier matches no number.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return lambda _: False
    sign, single, low, high = match.groups()
    if single is None:
        least = 0 if low == "*" else int(low)
        most = None if high == "*" else int(high)
        return lambda value: least <= value and (most is None or value <= most)
    bound = int(single)
    tests: dict[str, Callable[[int], bool]] = {
        "": lambda value: value == bound,
        ">": lambda value: value > bound,
        ">=": lambda value: value >= bound,
        "<": lambda value: value < bound,
        "<=": lambda value: value <= bound,
    }
    return tests[sign]


def date_test(text: str) -> Callable[[str], bool]:
    """Return the test that a date qualifier means: a day or a time with the forms of :func:`number_test`.

    A day lasts until its end: ``>2020-01-01`` begins on the next day. The test of an invalid qualifier matches nothing.
    """
    try:
        first, last = _range(text)
    except ValueError:
        return lambda _: False
    return lambda value: first <= datetime.fromisoformat(value) <= last


def _range(text: str) -> tuple[datetime, datetime]:
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    low, dots, high = text.partition("..")
    if dots:
        return (earliest if low == "*" else _span(low)[0]), (latest if high == "*" else _span(high)[1])
    bare = text.lstrip("<>=")
    sign = text.removesuffix(bare)
    first, last = _span(bare)
    second = timedelta(seconds=1)
    ranges = {
        "": (first, last),
        ">=": (first, latest),
        ">": (last + second, latest),
        "<=": (earliest, last),
        "<": (earliest, first - second),
    }
    return ranges.get(sign, (latest, earliest))


def _span(text: str) -> tuple[datetime, datetime]:
    time = datetime.fromisoformat(text.upper())
    if len(text) == len("2020-01-01"):
        start = time.replace(tzinfo=UTC)
        return start, start + timedelta(days=1, seconds=-1)
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware, aware
