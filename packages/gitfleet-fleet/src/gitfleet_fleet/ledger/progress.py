"""What a ledger has already, read without creating, changing or locking the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ..kinds import Kind
from .calls import arguments_text
from .file import connect_read_only, file_errors
from .scans import Scans

__all__ = ["LedgerProgress", "read_progress"]


@dataclass(frozen=True, slots=True)
class LedgerProgress:
    """The results that the next run does not repeat.

    Attributes:
        listed: Targets whose repositories the next run does not list again.
        done: For each kind: the server and the lower-case full name of each repository with a result.
    """

    listed: frozenset[str] = frozenset()
    done: tuple[frozenset[tuple[str, str]], ...] = field(default=())


def read_progress(path: Path, kinds: Sequence[Kind], fingerprint: str, *, reuses: bool) -> LedgerProgress:
    """Read what a run that continues would not repeat. Without a ledger, and after a complete run, that is nothing.

    Args:
        path: Path of the ledger.
        kinds: The kinds of the run.
        fingerprint: Hash of the targets and filters of the fleet.
        reuses: Whether an earlier listing of the fleet can be used again.

    Raises:
        ConfigurationError: The file is something else, or of a newer release.
        LedgerError: It cannot be read.
    """
    keys = [(kind.name, arguments_text(kind)) for kind in kinds]
    with file_errors(path):
        connection = connect_read_only(path)
        if connection is None:
            return LedgerProgress(done=tuple(frozenset[tuple[str, str]]() for _ in kinds))
        with closing(connection):
            found = [_interrupted(connection, key) for key in keys]
            done = tuple(_done(connection, kind) for kind in found)
            listed: frozenset[str] = frozenset()
            if reuses and any(kind is not None for kind in found):
                scans = Scans(connection, fingerprint)
                scan = scans.reusable(any_age=False)
                is_usable = scan is not None and not (
                    any(kind.function is not None for kind in kinds) and scans.lacks_info(scan)
                )
                listed = frozenset(scans.listed(scan)) if scan is not None and is_usable else listed
            return LedgerProgress(listed, done)


def _interrupted(connection: sqlite3.Connection, key: tuple[str, str]) -> tuple[int, int] | None:
    """Return the row and the pass of a kind whose last pass is not complete. None for another one."""
    query = "SELECT id, pass FROM kinds WHERE name = ? AND arguments = ? AND NOT complete"
    found: tuple[int, int] | None = connection.execute(query, key).fetchone()
    return found


def _done(connection: sqlite3.Connection, kind: tuple[int, int] | None) -> frozenset[tuple[str, str]]:
    if kind is None:
        return frozenset()
    query = (
        "SELECT repositories.server, repositories.full_name, repositories.former_name FROM units "
        "JOIN repositories ON repositories.id = units.repository "
        "WHERE units.kind = ? AND units.pass >= ? AND repositories.vanished IS NULL"
    )
    rows = connection.execute(query, kind).fetchall()
    return frozenset((server, name.lower()) for server, *names in rows for name in names if name is not None)
