"""Searches by range: the range of a query in time, its halves, and the queries of parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from .._internal.lazy_dataclass import dataclass
from .size_ranges import SizeRange

__all__ = ["DateRange", "Range", "RangeSearch"]

_WORD = r'(?:[^\s"]|"[^"]*"?)+'
_STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9:]+(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
_RANGE = rf"(?P<sign>>=|<=|>|<)(?P<bound>{_STAMP})|(?P<low>{_STAMP}|\*)\.\.(?P<high>{_STAMP}|\*)|(?P<day>{_STAMP})"
_FIRST = 0
"""The time, 1970, before which objects are not expected. Older ones stay in the open part below."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """A range of time in seconds of the epoch, with both ends included.

    Attributes:
        low: the first second; None for any.
        high: the last second; None for any.
    """

    low: int | None = None
    high: int | None = None

    def halves(self, now: int, times: Sequence[object] = ()) -> tuple[DateRange, DateRange] | None:
        """Return the older and the newer half; None for a range of one second.

        Args:
            now: the present time, up to which most objects exist.
            times: some times of the range, as the provider writes them. Their median is the end of the older half.
        """
        known = sorted(time for value in times if (time := _seconds(value)) is not None and self._contains(time))
        low = min(known[0] if known else now, _FIRST) if self.low is None else self.low
        high = max(known[-1] if known else low, low, now) if self.high is None else self.high
        if high <= low:
            return None
        middle = min(known[len(known) // 2] if known else low + (high - low) // 2, high - 1)
        return DateRange(self.low, middle), DateRange(middle + 1, self.high)

    def _contains(self, time: int) -> bool:
        return (self.low is None or self.low <= time) and (self.high is None or time <= self.high)

    def __str__(self) -> str:
        return f"{_text(self.low)}..{_text(self.high)}"


Range = DateRange | SizeRange


class RangeSearch:
    """The URL of a search whose query can be limited to ranges of time or of size.

    Attributes:
        range: the range that the query of the user has.
    """

    def __init__(self, url: str, qualifier: str, query: str, found: Range) -> None:
        self._url, _, text = url.partition("?")
        self._parameters = parse_qsl(text, keep_blank_values=True)
        self._qualifier = qualifier
        self._query = query
        self.range = found

    @classmethod
    def parse(cls, url: str, qualifier: str, *, by_size: bool) -> RangeSearch | None:
        """Return the search of a URL, or None if its query cannot be limited.

        Args:
            url: URL with the parameter ``q``.
            qualifier: name of the qualifier, like ``created``.
            by_size: whether its ranges are of sizes in bytes, not of times.
        """
        given = [value for name, value in parse_qsl(url.partition("?")[2]) if name == "q"]
        words = re.findall(_WORD, given[0]) if len(given) == 1 else []
        # In an expression with alternatives, a range would limit only one of them.
        if not words or any(word == "OR" or word.strip("()") != word for word in words):
            return None
        given_ranges = [word for word in words if word.lower().startswith(f"{qualifier}:")]
        if len(given_ranges) > 1:
            return None
        parse: Callable[[str], Range | None] = SizeRange.parse if by_size else _range
        whole = SizeRange() if by_size else DateRange()
        found = parse(given_ranges[0].partition(":")[2].strip('"')) if given_ranges else whole
        others = " ".join(word for word in words if word not in given_ranges)
        return None if found is None else cls(url, qualifier, others, found)

    def url(self, part: Range) -> str:
        """Return the URL of the search for one range."""
        query = f"{self._query} {self._qualifier}:{part}".strip()
        return f"{self._url}?{urlencode([(name, query if name == 'q' else value) for name, value in self._parameters])}"

    def is_newest_first(self, sorts: tuple[str, ...]) -> bool:
        """Return whether the results are ordered by this time, newest first.

        Args:
            sorts: values of ``sort`` that order by this time.
        """
        given = dict(self._parameters)
        return given.get("sort") in sorts and given.get("order", "desc") == "desc"


def _range(text: str) -> DateRange | None:
    match = re.fullmatch(_RANGE, text)
    if match is None:
        return None
    try:
        if match["day"]:
            return DateRange(*_ends(match["day"]))
        if match["sign"]:
            first, last = _ends(match["bound"])
            ends = {">=": (first, None), ">": (last + 1, None), "<=": (None, last), "<": (None, first - 1)}
            return DateRange(*ends[match["sign"]])
        low = None if match["low"] == "*" else _ends(match["low"])[0]
        high = None if match["high"] == "*" else _ends(match["high"])[1]
        return DateRange(low, high)
    except (ValueError, OverflowError):
        return None


def _ends(text: str) -> tuple[int, int]:
    """Return the first and the last second of a day or of a time."""
    time = datetime.fromisoformat(text)
    length = timedelta(days=1) if len(text) == len("2020-01-01") else timedelta(seconds=1)
    first = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)  # OverflowError outside the calendar
    start = int(first.timestamp())
    return start, start + int(length.total_seconds()) - 1


def _seconds(value: object) -> int | None:
    try:
        return _ends(value)[0] if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _text(seconds: int | None) -> str:
    if seconds is None:
        return "*"
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}Z"  # strftime shortens early years
