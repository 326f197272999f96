"""The state of an update: what was tried, how far it came, and what could not be read.

The tables begin with ``_``, so that Datasette hides them. Each method that writes needs a transaction of the writer:
the state is committed with the rows that it is about.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .writer import Id

__all__ = ["Cursors", "TargetState", "UnitState", "UpdateState"]


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
    """When it was last listed completely."""
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
    """When the last complete walk ended."""
    principal: str | None = None
    """Who saw that walk."""
    pages: int | None = None
    """Pages of that walk."""
    mark: str | None = None
    """How far it came: the newest ``updated_at``, or a hash, or JSON; depends on the kind."""


class Cursors:
    """Statements about the state of updates.

    Args:
        connection: The file, of :func:`gitfleet_mirror.file.open_file`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin_update(self, targets: Sequence[str], now: str, version: str) -> UpdateState:
        """Add an update and return it."""
        raise NotImplementedError

    def finish_update(self, number: int, now: str, calls: int) -> None:
        """Set the end of an update and the number of its calls."""
        raise NotImplementedError

    def last_update(self) -> UpdateState | None:
        """Return the last update, which has no end if it was interrupted. None if there was none."""
        raise NotImplementedError

    def target(self, target: str) -> TargetState | None:
        """Return the state of a target. None if it was never listed."""
        raise NotImplementedError

    def set_target(self, state: TargetState) -> None:
        """Insert or replace the state of a target."""
        raise NotImplementedError

    def set_listed(self, target: str, provider: str, repository_ids: Iterable[Id], now: str) -> None:
        """Record which repositories a listing of a target has returned, page by page."""
        raise NotImplementedError

    def missing(self, target: str, before: str) -> list[tuple[str, Id, str]]:
        """Return the repositories of a target that its listings have not returned since a time and are not deleted.

        Returns:
            Provider, id and present name of each.
        """
        raise NotImplementedError

    def unlist(self, target: str, provider: str, repository_id: Id) -> None:
        """Record that a repository does not belong to a target any more."""
        raise NotImplementedError

    def unit(self, provider: str, repository_id: Id, kind: str, arguments: str = "") -> UnitState | None:
        """Return the state of a unit. None if it has none."""
        raise NotImplementedError

    def units(self, kind: str | None = None) -> list[UnitState]:
        """Return the states of all units, or those of one kind."""
        raise NotImplementedError

    def set_unit(self, state: UnitState) -> None:
        """Insert or replace the state of a unit."""
        raise NotImplementedError
