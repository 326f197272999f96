"""Pages: which part of a list is asked for, and the Link header that leads to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Page", "format_link", "with_parameter"]

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
        onward = self.number + 1 if self.number < last else None
        back = min(self.number - 1, last)
        return format_link(url, query, prev=back, next=onward, last=onward and last, first=back and 1) or None


def format_link(url: str, query: str, **numbers: int | None) -> str:
    """A Link header's value: relations and the numbers of their pages; those that are None or 0 are left out."""
    pages = ((rel, number) for rel, number in numbers.items() if number)
    return ", ".join(f'<{url}?{with_parameter(query, "page", number)}>; rel="{rel}"' for rel, number in pages)


def _positive(text: str | None) -> int:
    """The number, or 0 for everything that isn't a positive one."""
    if text is None or not text.isascii() or not text.isdecimal():
        return 0
    return int(text[:9]) if len(text) <= 9 else 0


def with_parameter(query: str, name: str, value: int) -> str:
    """The query with another value of a parameter, all else as it came and in its place."""
    new = f"{name}={value}"
    parts = [part for part in query.split("&") if part]
    replaced = [new if part.split("=")[0] == name else part for part in parts]
    return "&".join(replaced if new in replaced else [*replaced, new])
