"""The state of an update: what was tried, how far it came, and what could not be read.

The tables begin with ``_``, so that Datasette hides them. Each method that writes needs a transaction of the writer:
the state is committed with the rows that it is about.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from typing import cast

from gitfleet_api import ConfigurationError

from .names import time_text
from .writer import Id

__all__ = ["SINCE_KEPT_FOR", "Cursors", "TargetState", "UnitState", "UpdateState"]

SINCE_KEPT_FOR = timedelta(days=31)
"""How much earlier than wanted the ``since`` of a former update may be."""


@dataclass(frozen=True, slots=True)
class UpdateState:
    """One update: a row of ``_update``."""

    number: int
    """Number, from 1."""
    started: str
    """When it began."""
    finished: str | None = None
    """When it ended. None if it was interrupted, or is running."""
    calls: int = 0
    """Counted calls."""
    targets: tuple[str, ...] = ()
    """Texts of its targets."""
    version: str = ""
    """Release of GitFleet."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """What happened to a target when it was last listed: a row of ``_target``."""

    target: str
    """Text, as ``github:python``."""
    provider: str
    """Label of the server."""
    status: str
    """Outcome of a fleet: ``ok``, ``gone``, ``forbidden``, ``blocked``, ``failed`` and so on."""
    code: str | None = None
    """Code of the error."""
    message: str | None = None
    """Its message."""
    repositories: int = 0
    """Number of repositories."""
    listed_at: str | None = None
    """Start of the update that last listed it completely."""
    principal: str | None = None
    """Who saw that listing."""


@dataclass(frozen=True, slots=True)
class UnitState:
    """The state of one kind of rows of one repository: a row of ``_unit``."""

    provider: str
    """Label of the server."""
    repository_id: Id
    """Id of the repository; login of the owner for the kind ``members``."""
    kind: str
    """Name of the call, as ``branches``."""
    arguments: str = ""
    """Its arguments as JSON. Empty if there are none."""
    status: str | None = None
    """Outcome of the last try, as in :class:`TargetState`. None before the first one."""
    code: str | None = None
    """Code of its error."""
    message: str | None = None
    """Message of its error."""
    tried_by: int | None = None
    """Number of the last update that finished it, with whatever outcome."""
    complete_at: str | None = None
    """When the last complete walk began: rows with an older ``last_seen`` were not in it."""
    principal: str | None = None
    """Who saw that walk."""
    pages: int | None = None
    """Pages of that walk."""
    mark: str | None = None
    """How far it came: the newest ``updated_at``, or a hash, or JSON; depends on the kind."""


class Cursors:
    """Statements about the state of updates.

    Args:
        connection: The file, of :class:`~gitfleet_mirror.file.MirrorFile`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin_update(self, targets: Sequence[str], now: datetime, version: str) -> UpdateState:
        """Add an update and return it.

        Its start is later than that of all others, even if the clock went back: what it does not see is older.

        Args:
            targets: Texts of the targets.
            now: The time.
            version: Release of GitFleet.
        """
        (newest,) = self._connection.execute("SELECT max(started) FROM _update").fetchone()
        started = time_text(now)
        if newest is not None and newest >= started:
            started = time_text(datetime.fromisoformat(newest) + timedelta(milliseconds=1))
        number = self._connection.execute(
            "INSERT INTO _update (started, calls, targets, version) VALUES (?, 0, ?, ?)",
            (started, json.dumps(list(targets), ensure_ascii=False), version),
        ).lastrowid
        return UpdateState(cast("int", number), started, targets=tuple(targets), version=version)

    def finish_update(self, number: int, now: str, calls: int) -> None:
        """Set the end of an update and the number of its calls."""
        self._connection.execute("UPDATE _update SET finished = ?, calls = ? WHERE number = ?", (now, calls, number))

    def last_update(self) -> UpdateState | None:
        """Return the last update, which has no end if it was interrupted. None if there was none."""
        row = self._connection.execute(f"SELECT {_UPDATE} FROM _update ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608
        if row is None:
            return None
        number, started, finished, calls, targets, version = row
        return UpdateState(number, started, finished, calls, tuple(json.loads(targets)), version)

    def interrupted(self, since: str) -> dict[int, str]:
        """Return the updates after the last finished one that began at a time or later, without an end.

        Args:
            since: The time.

        Returns:
            The start of each, by its number.
        """
        rows = self._connection.execute(
            "SELECT number, started FROM _update WHERE finished IS NULL AND started >= ? "
            "AND number > (SELECT coalesce(max(number), 0) FROM _update WHERE finished IS NOT NULL)",
            (since,),
        )
        return dict(rows.fetchall())

    def bind_server(self, provider: str, base_url: str) -> None:
        """Record the server that a label means. Ids are unique for one server only.

        Args:
            provider: Label of the server.
            base_url: URL of its API.

        Raises:
            ConfigurationError: The rows with this label are of another server, or those of this server have another
                label.
        """
        query = "SELECT provider, base_url FROM _server WHERE provider = ? OR base_url = ?"
        for known, url in self._connection.execute(query, (provider, base_url)):
            if (known, url) != (provider, base_url):
                raise ConfigurationError(
                    f"the rows of {known!r} in this mirror are of {url}, and {provider!r} is {base_url} now; "
                    "use another file, or the clients of the first update"
                )
        self._connection.execute("INSERT OR IGNORE INTO _server VALUES (?, ?)", (provider, base_url))

    def target(self, target: str) -> TargetState | None:
        """Return the state of a target. None if it was never listed."""
        row = self._connection.execute(f"SELECT {_TARGET} FROM _target WHERE target = ?", (target,)).fetchone()  # noqa: S608
        return None if row is None else TargetState(*row)

    def users(self, targets: Iterable[str]) -> set[str]:
        """Return which targets are users: those whose newest repository in the file belongs to one."""
        found = {target: self._connection.execute(_OWNER_TYPE, (target,)).fetchone() for target in targets}
        return {target for target, row in found.items() if row is not None and row[0] == "User"}

    def set_target(self, state: TargetState) -> None:
        """Insert or replace the state of a target."""
        self._connection.execute(_SET_TARGET, astuple(state))

    def set_listed(self, target: str, provider: str, repository_ids: Iterable[Id], now: str) -> None:
        """Record which repositories a listing of a target has returned, page by page."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO _listed (target, provider, repository_id, listed_at) VALUES (?, ?, ?, ?)",
            [(target, provider, identity, now) for identity in repository_ids],
        )

    def missing(self, target: str, before: str) -> list[tuple[str, Id, str]]:
        """Return the repositories of a target that its listings have not returned since a time and are not deleted.

        Args:
            target: Text of the target.
            before: When the complete listing began.

        Returns:
            Provider, id and present name of each.
        """
        return self._connection.execute(
            "SELECT provider, id, full_name FROM _listed JOIN repository USING (provider) "
            "WHERE id = repository_id AND target = ? AND listed_at < ? AND deleted_at IS NULL ORDER BY full_name, id",
            (target, before),
        ).fetchall()

    def unlist(self, target: str, provider: str, repository_id: Id) -> None:
        """Record that a repository does not belong to a target any more."""
        self._connection.execute(
            "DELETE FROM _listed WHERE target = ? AND provider = ? AND repository_id = ?",
            (target, provider, repository_id),
        )

    def unit(self, provider: str, repository_id: Id, kind: str, arguments: str = "") -> UnitState | None:
        """Return the state of a unit. None if it has none."""
        row = self._connection.execute(
            f"SELECT {_UNIT} FROM _unit WHERE provider = ? AND repository_id = ? AND kind = ? AND arguments = ?",  # noqa: S608
            (provider, repository_id, kind, arguments),
        ).fetchone()
        return None if row is None else UnitState(*row)

    def units(self, kind: str | None = None) -> list[UnitState]:
        """Return the states of all units, or those of one kind."""
        rows = self._connection.execute(f"SELECT {_UNIT} FROM _unit WHERE ? IS NULL OR kind = ?", (kind, kind))  # noqa: S608
        return [UnitState(*row) for row in rows]

    def since(self, kind: str, wanted: datetime) -> datetime:
        """Return from when to read rows of a kind: the time of a former update if it is a little earlier.

        Otherwise "changed within a year" would be another list each day, of which no response is stored.

        Args:
            kind: Name of the call.
            wanted: The time that the user wants.
        """
        rows = self._connection.execute(
            "SELECT DISTINCT arguments FROM _unit WHERE kind = ? AND arguments <> ''", (kind,)
        )
        times = [datetime.fromisoformat(json.loads(arguments)["since"]) for (arguments,) in rows]
        return max((time for time in times if wanted - SINCE_KEPT_FOR <= time <= wanted), default=wanted)

    def set_unit(self, state: UnitState) -> None:
        """Insert or replace the state of a unit, also one with other arguments: ``since`` differs between updates."""
        if state.arguments:
            self._connection.execute(_DELETE_OTHERS, (state.provider, state.repository_id, state.kind, state.arguments))
        self._connection.execute(_SET_UNIT, astuple(state))


def _names(state: type) -> str:
    return ", ".join(field.name for field in fields(state))


def _marks(names: str) -> str:
    return ", ".join("?" for _ in names.split(","))


_OWNER_TYPE = (
    "SELECT owner_type FROM _listed JOIN repository USING (provider) "
    "WHERE target = ? AND id = repository_id ORDER BY listed_at DESC LIMIT 1"
)
_UPDATE, _TARGET, _UNIT = map(_names, (UpdateState, TargetState, UnitState))
_SET_TARGET = f"INSERT OR REPLACE INTO _target ({_TARGET}) VALUES ({_marks(_TARGET)})"  # noqa: S608
_DELETE_OTHERS = "DELETE FROM _unit WHERE provider = ? AND repository_id = ? AND kind = ? AND arguments NOT IN ('', ?)"
_SET_UNIT = f"INSERT OR REPLACE INTO _unit ({_UNIT}) VALUES ({_marks(_UNIT)})"  # noqa: S608
