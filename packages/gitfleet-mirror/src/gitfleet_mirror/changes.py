"""Numbers of rows by what happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Changes", "Tally"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Numbers of rows by what happened to them. Rows whose values are equal count nowhere."""

    inserted: int = 0
    """Rows that the table did not have."""
    changed: int = 0
    """Rows with another value in a column of the model."""
    deleted: int = 0
    """Rows that got a ``deleted_at``."""
    restored: int = 0
    """Rows that had a ``deleted_at`` and are there again, with the same values or others."""

    def __add__(self, other: Changes) -> Changes:
        """Return the sums."""
        return Changes(
            self.inserted + other.inserted,
            self.changed + other.changed,
            self.deleted + other.deleted,
            self.restored + other.restored,
        )

    def __bool__(self) -> bool:
        """Return whether anything changed."""
        return bool(self.inserted or self.changed or self.deleted or self.restored)


class Tally:
    """The changes of committed transactions by table."""

    def __init__(self) -> None:
        self._committed: dict[str, Changes] = {}
        self._open: dict[str, Changes] = {}

    @property
    def committed(self) -> Mapping[str, Changes]:
        """Changes by name of the table, without tables that did not change."""
        return dict(self._committed)

    def add(self, table: str, changes: Changes) -> None:
        """Add changes of the open transaction."""
        if changes:
            self._open[table] = self._open.get(table, Changes()) + changes

    def commit(self) -> None:
        """Count what the transaction has changed."""
        for table, changes in self._open.items():
            self._committed[table] = self._committed.get(table, Changes()) + changes
        self._open = {}

    def roll_back(self) -> None:
        """Forget what the transaction has changed."""
        self._open = {}
