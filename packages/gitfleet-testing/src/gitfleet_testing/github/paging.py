"""Pages: which part of a list is asked for, and the Link header that leads to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULT, _MOST = 30, 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of how many rows; both count from 1."""

    number: int
    size: int

    @classmethod
    def asked(cls, parameters: Mapping[str, str]) -> Page:
        """What ``page`` and ``per_page`` say; nonsense counts as not said, more than 100 rows as 100."""
        size = _positive(parameters.get("per_page")) or _DEFAULT
        return cls(_positive(parameters.get("page")) or 1, min(size, _MOST))

    def bounds(self) -> slice:
        """The rows of this page."""
        return slice((self.number - 1) * self.size, self.number * self.size)

    def link(self, url: str, query: str, rows: int) -> str | None:
        """The Link header's value for a list of so many rows, or None where there is one page only."""
        last = max(1, -(-rows // self.size))
        numbers: list[tuple[str, int]] = []
        if self.number > 1:
            numbers.append(("prev", min(self.number - 1, last)))
        if self.number < last:
            numbers += [("next", self.number + 1), ("last", last)]
        if self.number > 1:
            numbers.append(("first", 1))
        parts = (f'<{url}?{_with_page(query, number)}>; rel="{rel}"' for rel, number in numbers)
        return ", ".join(parts) or None


def _positive(text: str | None) -> int:
    """The number, or 0 for everything that isn't a positive one."""
    if text is None or not text.isascii() or not text.isdecimal():
        return 0
    return int(text[:9]) if len(text) <= 9 else 0


def _with_page(query: str, number: int) -> str:
    """The query with another ``page``, all else as it came and in its place."""
    parts = [part for part in query.split("&") if part]
    replaced = [f"page={number}" if part.split("=")[0] == "page" else part for part in parts]
    if f"page={number}" not in replaced:
        replaced.append(f"page={number}")
    return "&".join(replaced)
