"""An open ledger: the file, its lock, and what one run does with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ..errors import LedgerError
from ..files.cells import utc_text
from ..files.lock import FileLock
from ..files.sqlite_file import transaction
from ..kinds import Kind
from .calls import arguments_text
from .file import LEDGER, connect, file_errors
from .parquet import export
from .scans import FoundRepository, ListedTarget, Scans
from .units import DueUnit, LedgerKind, Result, Selection, Units

__all__ = ["Ledger", "RunStart"]


class RunStart:
    """What is known when a run begins.

    Attributes:
        number: Number of the run.
        scan: Number of its listing.
        listed: Targets that the listing has already.
        resumed: Whether it continues an interrupted run.
        kinds: Its kinds.
    """

    def __init__(
        self, number: int, scan: int, listed: set[str], kinds: tuple[LedgerKind, ...], *, resumed: bool
    ) -> None:
        self.number = number
        self.scan = scan
        self.listed = listed
        self.kinds = kinds
        self.resumed = resumed


class Ledger:
    """A ledger that this process has locked. One thread uses it.

    Args:
        path: Its absolute path.

    Raises:
        ConfigurationError: The file is something else, or of a newer release.
        LedgerError: It is in use or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(LEDGER, path)
        self._units: Units | None = None
        try:
            self._lock.acquire()
            with file_errors(path):
                self._connection = connect(path)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError):
                raise LedgerError(f"the ledger {path} cannot be used: {error}") from error
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The file."""
        return self._connection

    def close(self) -> None:
        """Close the file and unlock it. What is not committed is dropped."""
        try:
            with suppress(sqlite3.Error):  # as it cannot write: everything that was committed is in the file
                self._connection.close()
        finally:
            self._lock.release()

    def begin(
        self, kinds: Sequence[Kind], scans: Scans, *, failed_only: bool, reuses: bool, with_info: bool
    ) -> RunStart:
        """Begin a run, or continue an interrupted one.

        Args:
            kinds: What is done for each repository.
            scans: The listings of the fleet.
            failed_only: Whether only failures are repeated.
            reuses: Whether an earlier listing of the fleet can be used again.
            with_info: Whether the repositories need their objects.
        """
        with file_errors(self.path), transaction(self._connection):
            found = [self._kind(kind, failed_only=failed_only) for kind in kinds]
            resumed = any(was_interrupted for _, was_interrupted in found)
            scan = scans.reusable(any_age=failed_only) if reuses and (resumed or failed_only) else None
            if scan is not None and with_info and scans.lacks_info(scan):
                scan = None
            listed = set() if scan is None else scans.listed(scan)
            if scan is None:
                scan = scans.begin()
            now = utc_text(datetime.now(UTC))
            number = self._connection.execute(
                "INSERT INTO runs (started, scan, failed_only) VALUES (?, ?, ?)", (now, scan, failed_only)
            ).lastrowid
            assert number is not None  # noqa: S101  a row was inserted
            start = RunStart(number, scan, listed, tuple(kind for kind, _ in found), resumed=resumed)
            self._units = Units(self._connection, Selection(number, scan, start.kinds, failed_only))
            for kind in start.kinds:
                (text,) = self._connection.execute("SELECT columns FROM kinds WHERE id = ?", (kind.id,)).fetchone()
                self._units.load_columns(kind, text)
            return start

    def _kind(self, kind: Kind, *, failed_only: bool) -> tuple[LedgerKind, bool]:
        """Return a kind, in a new pass if its last one is complete, and whether it was interrupted."""
        key = kind.name, arguments_text(kind)
        self._connection.execute(
            "INSERT OR IGNORE INTO kinds (name, arguments, pass, complete) VALUES (?, ?, 0, 1)", key
        )
        query = "SELECT id, pass, complete FROM kinds WHERE name = ? AND arguments = ?"
        number, current, complete = self._connection.execute(query, key).fetchone()
        if complete and (not failed_only or current == 0):
            current += 1
            self._connection.execute("UPDATE kinds SET pass = ?, complete = 0 WHERE id = ?", (current, number))
            return LedgerKind(number, kind, current), False
        return LedgerKind(number, kind, current), not complete

    def add_repositories(
        self,
        start: RunStart,
        scans: Scans,
        found: Sequence[FoundRepository],
        targets: Sequence[ListedTarget],
        *,
        with_info: bool,
    ) -> None:
        """Add repositories, and targets that are listed to their end."""
        with file_errors(self.path), transaction(self._connection):
            scans.add(start.scan, found, targets, with_info=with_info)

    def end_listing(self, start: RunStart, scans: Scans) -> int:
        """End the listing: mark the repositories that it lacks, and add the units of all others.

        Returns:
            The number of repositories that are marked now.
        """
        with file_errors(self.path), transaction(self._connection):
            vanished = scans.finish(start.scan)
            for kind in start.kinds:
                self._connection.execute(
                    "INSERT OR IGNORE INTO units (repository, kind, added_by) "
                    "SELECT id, ?, ? FROM repositories WHERE scan = ? ORDER BY id",
                    (kind.id, start.number, start.scan),
                )
            return vanished

    def count(self) -> tuple[int, int]:
        """Return the number of units that are due and of those that are not."""
        with file_errors(self.path):
            return self._present().count()

    def due(self, server: str, after: tuple[str, int], limit: int) -> list[DueUnit]:
        """Return units that are due: see :meth:`Units.due`."""
        with file_errors(self.path):
            return self._present().due(server, after, limit)

    def store(self, results: Sequence[Result]) -> None:
        """Store results in one transaction."""
        with file_errors(self.path), transaction(self._connection):
            self._present().store(results)

    def export(self, start: RunStart, folder: Path, go_on: Callable[[], bool]) -> tuple[Path, ...]:
        """Write the rows of the run's kinds to Parquet files: see :func:`.parquet.export`."""
        with file_errors(self.path):
            return export(self._connection, start.scan, start.kinds, folder, self.path, go_on)

    def end(self, start: RunStart, scans: Scans) -> int:
        """End a run that was not interrupted. A pass is complete if only failures have no result of it.

        Returns:
            The number of repositories of the run.
        """
        with file_errors(self.path), transaction(self._connection):
            now = utc_text(datetime.now(UTC))
            self._connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (now, start.number))
            self._connection.executemany(
                "UPDATE kinds SET complete = NOT EXISTS (SELECT * FROM units "
                "JOIN repositories ON repositories.id = units.repository WHERE units.kind = kinds.id "
                "AND repositories.scan = ? AND units.pass < kinds.pass AND units.status IS NOT 'failed') WHERE id = ?",
                [(start.scan, kind.id) for kind in start.kinds],
            )
            return scans.size(start.scan)

    def _present(self) -> Units:
        assert self._units is not None  # noqa: S101  a run has begun
        return self._units
