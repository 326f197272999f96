"""Which rows are marked as deleted: those that complete walks lack, up to a share of a table and an owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gitfleet_api import GitFleetError
from gitfleet_fleet import Outcome

from ..names import quoted
from ..schema.tables import table_of
from ..writer import Id
from .store import Store
from .unit import Rules, Unit

__all__ = ["Deletion", "Deletions", "deletion_of", "repository_deletion"]

_FEWEST = 10
"""Rows of a table and an owner that are deleted whatever share they are."""
_SEEN_DRAFT = (
    "SELECT 1 FROM release JOIN _unit USING (provider, repository_id) "
    "JOIN repository ON repository.provider = release.provider AND repository.id = release.repository_id "
    "WHERE release.provider = ? AND release.draft = 1 AND release.last_seen >= ? AND release.deleted_at IS NULL "
    "AND kind = 'releases' AND principal = ? AND lower(substr(repository.full_name, 1, ?)) = ? LIMIT 1"
)
_CODE = "deletions_withheld"


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows of one parent to mark as deleted."""

    provider: str
    """Label of the server."""
    owner: str
    """Owner of the repository."""
    table: str
    """The table."""
    target: str
    """The repository, as ``github:python/cpython``."""
    count: int
    """Number of rows."""
    apply: Callable[[], None]
    """Marks them and writes the state. It needs a transaction."""


def deletion_of(unit: Unit) -> Deletion:
    """Return the deletion of the rows that a unit lacks. Its state advances with it."""
    store, table, parent = unit.store, unit.kind.table, unit.parent
    state, before, since, lost, provider = unit.state, store.now, unit.since, unit.lost, unit.provider
    drafts = set() if unit.rules.allow_deletions else unit.drafts
    below = f"{unit.of.repo.owner}/".lower()

    def apply() -> None:
        # One who may not push any more sees no drafts, as if all were deleted: this one still sees one of this owner.
        key = provider, store.now, state.principal, len(below), below
        if drafts and store.connection.execute(_SEEN_DRAFT, key).fetchone() is None:
            store.writer.delete(table, provider, parent, [name for name in lost if name not in drafts], store.now)
            return  # the state does not advance
        if lost:
            store.writer.delete(table, provider, parent, lost, store.now)
        else:
            store.writer.delete_unseen(table, provider, parent, before, store.now, since)
        store.cursors.set_unit(state)

    owner = unit.of.repo.full_name if table == "member" else unit.of.repo.owner
    return Deletion(provider, owner, table, unit.of.repo.text, unit.unseen, apply)


class Deletions:
    """The deletions of an update, which are decided together at its end.

    Args:
        store: The file.
        rules: The options of the update.
    """

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._found: dict[tuple[str, str, str], list[Deletion]] = {}

    def add(self, deletion: Deletion) -> None:
        """Add a deletion."""
        key = deletion.provider, deletion.owner.lower(), deletion.table
        self._found.setdefault(key, []).append(deletion)

    async def apply(self) -> list[Outcome[object]]:
        """Mark the rows. Return an outcome for each table and owner of which too many rows would be marked."""
        withheld: list[Outcome[object]] = []
        for (provider, _, table), deletions in self._found.items():
            if await self._store.write(self._apply, provider, table, deletions):
                continue
            first = deletions[0]
            count = sum(deletion.count for deletion in deletions)
            error = GitFleetError(
                f"{first.provider}:{first.owner}: {count:,} rows of the table {table} are missing, more than "
                f"{self._rules.max_deleted:.0%}; none was marked as deleted (allow_deletions confirms it)",
                code=_CODE,
            )
            withheld.append(Outcome(f"{first.provider}:{first.owner}", table, "failed", None, [], error))
        return withheld

    def _apply(self, provider: str, table: str, deletions: Sequence[Deletion]) -> bool:
        count = sum(deletion.count for deletion in deletions)
        if not self._rules.allow_deletions and count > _FEWEST:
            rows = self._rows(provider, table, deletions[0].owner)
            if count > self._rules.max_deleted * rows:
                return False
        for deletion in deletions:
            deletion.apply()
        return True

    def _rows(self, provider: str, table: str, owner: str) -> int:
        """Return the number of rows of an owner that are not deleted."""
        below, execute = f"{owner}/".lower(), self._store.connection.execute
        if table == "member":
            query = "SELECT count(*) FROM member WHERE provider = ? AND owner = ? AND deleted_at IS NULL"
            return int(execute(query, (provider, owner)).fetchone()[0])
        named = "lower(substr(repository.full_name, 1, ?)) = ?"
        if table == "repository":
            query = f"SELECT count(*) FROM repository WHERE provider = ? AND deleted_at IS NULL AND {named}"  # noqa: S608
        else:
            source = quoted(table_of(table).name)
            query = (
                f"SELECT count(*) FROM {source} AS row JOIN repository ON repository.provider = row.provider "  # noqa: S608
                f"AND repository.id = row.repository_id "
                f"WHERE row.provider = ? AND row.deleted_at IS NULL AND {named}"
            )
        return int(execute(query, (provider, len(below), below)).fetchone()[0])


def repository_deletion(store: Store, provider: str, full_name: str, repository_id: Id, target: str) -> Deletion:
    """Return the deletion of a repository with all its rows."""

    def apply() -> None:
        store.writer.delete_repository(provider, repository_id, store.now)
        store.cursors.unlist(target, provider, repository_id)

    owner = full_name.rpartition("/")[0]
    return Deletion(provider, owner, "repository", f"{provider}:{full_name}", 1, apply)
