"""Page numbers as GitHub has them: the requested page of a list, and the Link header to the other pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Page", "format_link", "with_parameter"]

_DEFAULT, _MOST = 30, 100


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        number: number of the page, from 1.
        size: rows per page.
    """

    number: int
    size: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> Page:
        """Return the requested page. Invalid values count as missing, ``per_page`` above 100 as 100."""
        size = _positive(parameters.get("per_page")) or _DEFAULT
        return cls(_positive(parameters.get("page")) or 1, min(size, _MOST))

    def bounds(self) -> slice:
        """Return the slice of the rows of this page."""
        return slice((self.number - 1) * self.size, self.number * self.size)

    def link(self, url: str, query: str, rows: int) -> str | None:
        """Return the value of the Link header for a list of ``rows`` rows, or None if it has only one page."""
        last = max(1, -(-rows // self.size))
        onward = self.number + 1 if self.number < last else None
        back = min(self.number - 1, last)
        return format_link(url, query, prev=back, next=onward, last=onward and last, first=back and 1) or None


def format_link(url: str, query: str, **numbers: int | None) -> str:
    """Return the value of a Link header from relations and page numbers. Numbers that are None or 0 are left out."""
    pages = ((rel, number) for rel, number in numbers.items() if number)
    return ", ".join(f'<{url}?{with_parameter(query, "page", number)}>; rel="{rel}"' for rel, number in pages)


def _positive(text: str | None) -> int:
    """Return the number, or 0 for any text that is not a positive number."""
    if text is None or not text.isascii() or not text.isdecimal():
        return 0
    return int(text[:9]) if len(text) <= 9 else 0


def with_parameter(query: str, name: str, value: int) -> str:
    """Return the query with another value of one parameter. The rest and the order do not change."""
    new = f"{name}={value}"
    parts = [part for part in query.split("&") if part]
    replaced = [new if part.split("=")[0] == name else part for part in parts]
    return "&".join(replaced if new in replaced else [*replaced, new])
