"""What happens at the end of an incomplete listing."""

from __future__ import annotations

from typing import Any

from ..errors import IncompleteListingError
from ..events import IncompleteListing, emit
from ..gaps import Gap
from .call import SessionConfig

__all__ = ["conclude"]

_SHOWN = 5
"""Number of gaps in a message."""


def conclude(config: SessionConfig, gaps: list[Gap], choice: str | None, rows: list[Any] | None) -> None:
    """Raise, warn or do nothing because of the gaps of a listing.

    Args:
        config: The session's settings.
        gaps: What is missing, at least one gap.
        choice: ``raise``, ``warn`` or ``ignore``; None for the client's own.
        rows: The rows of an awaited listing; None for a streamed one.

    Raises:
        IncompleteListingError: The choice is ``raise``.
    """
    choice = config.on_incomplete if choice is None else choice
    if choice == "warn":
        for gap in gaps:
            emit(config.on_event, IncompleteListing(gap.reason, gap.count, gap.remedy, gap.url))
    elif choice == "raise":
        where = f"GET {gaps[0].url}: " if gaps[0].url else ""
        having = "" if rows is None else f" (rows has the {len(rows):,} that arrived)"
        more = [f"and {len(gaps) - _SHOWN} more"] if len(gaps) > _SHOWN else []
        text = f"{where}the listing is incomplete{having}: {'; '.join([*map(str, gaps[:_SHOWN]), *more])}"
        raise IncompleteListingError(
            text, config.profile.type, rows=[] if rows is None else rows, gaps=tuple(gaps), url=gaps[0].url
        )
