"""The units of a ledger: which of them are due, and their results."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gitfleet_api import ConfigurationError, ProviderType
from gitfleet_api.tables.schema import TableColumn

from ..files.cells import Cell, columns_from_json, columns_of_rows, columns_to_json, encode, utc_text
from ..kinds import Kind
from ..outcome import MISSING, Outcome, Status
from ..repository import Repository
from .info import info_from_json
from .row_table import RowTable
from .summary import code_and_message

__all__ = ["FAILURES", "DueUnit", "LedgerKind", "Result", "Selection", "Units"]

FAILURES: tuple[Status, ...] = ("failed", "forbidden", "gone", "blocked")
"""The results that ``failed=True`` replaces. A provider without a call, or a disabled feature, stays so."""


@dataclass(slots=True)
class LedgerKind:
    """A kind in a ledger.

    Attributes:
        id: Its row in the table ``kinds``.
        kind: What is done.
        number: The present pass: all units with a result of it are done.
        columns: Columns of its rows. None before there are rows, for a function of the user.
        table: Their table.
    """

    id: int
    kind: Kind
    number: int
    columns: tuple[TableColumn, ...] | None = None
    table: RowTable | None = None


@dataclass(frozen=True, slots=True)
class DueUnit:
    """A unit without a present result.

    Attributes:
        id: Its row in the table ``units``.
        kind: Its kind.
        repo: Its repository.
        finished: When its last result was finished. Empty if there is none.
    """

    id: int
    kind: LedgerKind
    repo: Repository
    finished: str


@dataclass(slots=True)
class Result:
    """An outcome to store. The rest is set when it is stored.

    Attributes:
        unit: The unit.
        outcome: The outcome. It becomes ``failed`` if its rows cannot be stored.
        finished: When it was finished.
        is_stale: Whether the rows of an older result are kept.
        written: Rows that were written.
    """

    unit: DueUnit
    outcome: Outcome[Any]
    finished: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_stale: bool = False
    written: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """The units of a run.

    Attributes:
        run: Number of the run.
        scan: Number of the listing of its repositories.
        kinds: Its kinds.
        failed_only: Whether only failures are due.
    """

    run: int
    scan: int
    kinds: tuple[LedgerKind, ...]
    failed_only: bool


class Units:
    """The units of one run.

    Args:
        connection: The file.
        selection: Which units.
    """

    def __init__(self, connection: sqlite3.Connection, selection: Selection) -> None:
        self._connection = connection
        self._run = selection.run
        self._kinds = {kind.id: kind for kind in selection.kinds}
        ids = ", ".join(map(str, self._kinds))
        self._mine = f"units.kind IN ({ids}) AND repositories.scan = {selection.scan}"
        failures = ", ".join(f"'{status}'" for status in FAILURES)
        self._is_due = (
            f"(units.status IN ({failures}) OR units.added_by = {selection.run})"
            if selection.failed_only
            else "units.pass < kinds.pass"
        )
        # CROSS JOIN keeps this order. SQLite would begin with the repositories, and sort all units for each portion.
        self._from = (
            "FROM units CROSS JOIN repositories ON repositories.id = units.repository "
            "CROSS JOIN kinds ON kinds.id = units.kind"
        )

    def count(self) -> tuple[int, int]:
        """Return the number of units that are due and of those that are not. Call it before the first result."""
        query = f"SELECT total({self._is_due}), count(*) {self._from} WHERE {self._mine}"
        due, total = self._connection.execute(query).fetchone()
        return int(due), total - int(due)

    def due(self, server: str, after: tuple[str, int], limit: int) -> list[DueUnit]:
        """Return units of a server that are due, those with the oldest results first.

        Args:
            server: Base URL of the server.
            after: ``finished`` and ``id`` of the last one that was returned; ``("", 0)`` at first.
            limit: At most as many.
        """
        query = (
            "SELECT units.id, units.kind, units.finished, repositories.provider, repositories.server, "
            "repositories.full_name, repositories.label, repositories.provider_id, repositories.former_name, "
            f"repositories.info {self._from} WHERE (units.finished, units.id) > (?, ?) AND {self._mine} "
            f"AND repositories.server = ? AND units.run IS NOT {self._run} AND {self._is_due} "
            "ORDER BY units.finished, units.id LIMIT ?"
        )
        rows = self._connection.execute(query, (*after, server, limit)).fetchall()
        return [
            DueUnit(number, self._kinds[kind], _repository(*repository), finished)
            for number, kind, finished, *repository in rows
        ]

    def store(self, results: Sequence[Result]) -> None:
        """Store results, in a transaction of the caller: each replaces the older one of its unit, with its rows."""
        for result in results:
            cells = self._cells(result)
            self._store(result, cells)

    def _cells(self, result: Result) -> list[tuple[Cell, ...]]:
        outcome, kind = result.outcome, result.unit.kind
        if not outcome.rows:
            return []
        try:
            if kind.columns is None:
                self.use_columns(kind, columns_of_rows(outcome.rows, kind.kind.model))
            assert kind.columns is not None  # noqa: S101  they are set now
            return encode(outcome.rows, kind.kind.model, kind.columns)
        except ConfigurationError as error:
            result.outcome = Outcome(
                outcome.target, outcome.kind, "failed", outcome.repo, [], error, outcome.calls, outcome.seconds
            )
            return []

    def use_columns(self, kind: LedgerKind, columns: tuple[TableColumn, ...]) -> None:
        """Set the columns of a kind, and prepare the table of its rows.

        Raises:
            ConfigurationError: The table cannot have them.
        """
        table = RowTable(kind.kind.name, columns)
        table.prepare(self._connection)
        text = columns_to_json(columns)
        self._connection.execute(
            "UPDATE kinds SET columns = ? WHERE id = ? AND columns IS NOT ?", (text, kind.id, text)
        )
        kind.columns, kind.table = columns, table

    def _store(self, result: Result, cells: list[tuple[Cell, ...]]) -> None:
        unit, outcome = result.unit, result.outcome
        finished = utc_text(result.finished)
        started = utc_text(result.finished - timedelta(seconds=outcome.seconds))
        code, message = code_and_message(outcome.error)
        is_missing = outcome.status in MISSING
        self._connection.execute(
            "UPDATE units SET run = ?, status = ?, code = ?, message = ?, renamed_to = ?, calls = ?, seconds = ?, "
            "started = ?, finished = ?, pass = CASE WHEN ? THEN pass ELSE ? END WHERE id = ?",
            (
                *(self._run, outcome.status, code or None, message or None, outcome.renamed_to, outcome.calls),
                *(outcome.seconds, started, finished, outcome.status == "failed", unit.kind.number, unit.id),
            ),
        )
        if is_missing:
            rows, rows_from, partial = self._connection.execute(
                "SELECT rows, rows_from, partial FROM units WHERE id = ?", (unit.id,)
            ).fetchone()
            # What is complete stays until there is something complete. Parts replace parts.
            if rows_from and (not partial or not cells):
                result.is_stale = rows > 0
                return
            if not cells:
                return
        if unit.kind.table is not None:
            repo = unit.repo
            unit.kind.table.replace(self._connection, unit.id, (str(repo.provider), repo.full_name), cells)
        self._connection.execute(
            "UPDATE units SET rows = ?, rows_from = ?, partial = ? WHERE id = ?",
            (len(cells), finished, is_missing, unit.id),
        )
        result.written = len(cells)

    def load_columns(self, kind: LedgerKind, text: str | None) -> None:
        """Set the columns of a kind at the beginning of a run, in a transaction of the caller.

        Args:
            kind: The kind.
            text: What an earlier run has stored about them.

        Raises:
            ConfigurationError: The table cannot have them.
        """
        if kind.kind.model is not None:
            self.use_columns(kind, columns_of_rows((), kind.kind.model))
        elif text is not None:
            self.use_columns(kind, columns_from_json(text))


def _repository(
    provider: str,
    server: str,
    full_name: str,
    label: str,
    provider_id: int | str,
    former_name: str | None,
    info: str | None,
) -> Repository:
    found = None if info is None else info_from_json(info)
    return Repository(ProviderType(provider), server, full_name, label, provider_id, found, former_name)
