"""Gaps: why a listing does not contain every row."""

from __future__ import annotations

from typing import Literal, get_args

from ._internal.lazy_dataclass import dataclass

__all__ = ["ON_INCOMPLETE", "Gap", "OnIncomplete"]

OnIncomplete = Literal["raise", "warn", "ignore"]
"""What happens at the end of an incomplete listing: an IncompleteListingError, an event for each gap, or nothing."""
ON_INCOMPLETE: tuple[str, ...] = get_args(OnIncomplete)


@dataclass(frozen=True, slots=True)
class Gap:
    """A reason why a listing does not contain every row."""

    reason: str
    """Stable name: ``sso``, ``incomplete_results``, ``truncated``, ``total_count``, ``provider_cap``, ``end_unproven``,
    ``hidden`` or ``withheld``. The page "Completeness" explains each."""
    count: int | None
    """Number of rows that are missing. None if the provider does not state it."""
    remedy: str
    """What is missing, and what to do about it, for people."""
    url: str | None = None
    """URL of the request whose response shows the gap. Secrets in it are redacted. None for a GraphQL query."""

    def __str__(self) -> str:
        missing = "" if self.count is None else f" ({self.count:,} {'row' if self.count == 1 else 'rows'} missing)"
        return f"{self.reason}{missing}: {self.remedy}"
