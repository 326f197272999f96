"""What a provider documents about incomplete listings, as plain data."""

from __future__ import annotations

import re

from ._internal.lazy_dataclass import dataclass

__all__ = ["CapError", "CompletenessRules", "CountedList", "RowCap", "SearchRule"]


@dataclass(frozen=True, slots=True)
class RowCap:
    """A listing that the provider ends after a number of rows without saying so."""

    path: str
    """Regular expression that matches its whole path below the base URL."""
    rows: int
    """Number of rows."""
    remedy: str
    """Where the other rows are."""


@dataclass(frozen=True, slots=True)
class CapError:
    """An error by which the provider refuses the pages behind a cap. The listing ends there with a gap."""

    statuses: tuple[int, ...]
    """HTTP statuses of the error."""
    text: str
    """Regular expression of a part of the provider's message, in any case."""
    remedy: str
    """Where the other rows are."""


@dataclass(frozen=True, slots=True)
class SearchRule:
    """A search whose results end at a cap."""

    path: str
    """Path below the base URL."""
    rows: int
    """Largest number of results."""
    dates: str | None
    """Qualifier of the query by whose ranges a search is split. None for a search without one."""
    time: tuple[str, ...] = ()
    """Path of this time in a result, from which good ranges are guessed. Empty if results lack it."""
    sorts: tuple[str, ...] = ()
    """Values of ``sort`` that order by these dates: then the parts are read in that order, otherwise oldest first."""
    sizes: str | None = None
    """Qualifier for sizes in bytes by whose ranges a search without ``dates`` is split."""


@dataclass(frozen=True, slots=True)
class CountedList:
    """A list that is empty if the token may not see it, and whose true length another object states."""

    path: str
    """Regular expression of its whole path below the base URL. Its first group is the path of that object."""
    count: str
    """Key of the number of rows in that object."""
    remedy: str
    """Who may see the list."""


@dataclass(frozen=True, slots=True)
class CompletenessRules:
    """How the responses of a provider show that rows are missing, and where they do not show it."""

    totals: tuple[str, ...] = ("total_count",)
    """Keys beside the rows that may state their number on all pages."""
    flags: tuple[str, ...] = ("incomplete_results", "truncated")
    """Keys beside the rows that are true if rows are missing. They are the reasons of the gaps."""
    graphql_totals: tuple[str, ...] = ("totalCount", "count")
    """The same beside the rows of a GraphQL connection. Of several, the largest counts."""
    graphql_caps: tuple[RowCap, ...] = ()
    """Root fields of GraphQL (``path`` is the name) whose connections end after a number of rows."""
    total_headers: tuple[str, ...] = ("x-total", "x-total-count")
    """Headers that may state the number of rows on all pages."""
    partial_header: str | None = None
    """Header that says with ``partial-results`` that organizations are left out, and names their ids."""
    caps: tuple[RowCap, ...] = ()
    """Listings that end after a number of rows."""
    cap_errors: tuple[CapError, ...] = ()
    """Errors behind a cap."""
    searches: tuple[SearchRule, ...] = ()
    """Searches whose results end at a cap."""
    counted: tuple[CountedList, ...] = ()
    """Lists that are empty for tokens that may not see them."""

    def cap_of(self, path: str) -> RowCap | None:
        """Return the cap of a listing, or None."""
        return next((cap for cap in self.caps if re.fullmatch(cap.path, path)), None)

    def graphql_cap_of(self, field: str | None) -> RowCap | None:
        """Return the cap of the connections of a root field of GraphQL, or None."""
        return next((cap for cap in self.graphql_caps if cap.path == field), None)

    def search_of(self, path: str) -> SearchRule | None:
        """Return the rule of a search, or None."""
        return next((search for search in self.searches if search.path == path), None)

    def counted_at(self, path: str) -> tuple[CountedList, str] | None:
        """Return the rule of a counted list and the path of the object with its length, or None."""
        for counted in self.counted:
            found = re.fullmatch(counted.path, path)
            if found is not None:
                return counted, found[1]
        return None
