"""Search queries: words and qualifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["MAX_RESULTS", "number_test", "parse_query"]

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
