"""Commits: those that the head of the default branch reaches. An unchanged head costs no request."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from gitfleet_api import CommitInfo, GitFleetError, NotFoundError

from .principals import identity_of
from .unit import Unit
from .walk import complete_walk, strict, write

__all__ = ["read_commits"]

_COMMITS = 'SELECT sha, parents FROM "commit" WHERE provider = ? AND repository_id = ?'
_LIVE = f"{_COMMITS} AND deleted_at IS NULL"
_SEEN = 'SELECT sha FROM "commit" WHERE provider = ? AND repository_id = ? AND last_seen >= ?'
_HEAD = (
    "SELECT commit_sha FROM branch WHERE provider = ? AND repository_id = ? AND name = ? AND last_seen >= ? "
    "AND deleted_at IS NULL"
)


async def read_commits(unit: Unit) -> None:
    """Read the commits of the default branch that are not in the file, down to those that are."""
    if unit.kind.since is not None:
        await complete_walk(unit, lambda: _listing(unit, None))
        return
    store = unit.store
    former = None if unit.state.complete_at is None else unit.state.mark
    head = await store.read(_present_head, unit)
    if head is not None and head == former and not unit.rules.complete:
        await store.write(store.writer.see_all, "commit", unit.provider, unit.of.id, store.now)
        unit.state = replace(unit.state, complete_at=store.now)
        unit.rows = 1  # the repository is not empty
        return
    known: set[str] = set()
    if former is not None and not unit.rules.complete:
        known = await store.read(_reached, unit, former)
    walk = _Walk(unit, known)
    try:
        await walk.read(head)
    except NotFoundError:
        if head is None:
            raise
        await walk.read(None)  # the branch has changed since it was listed
    await _conclude(unit, walk)


async def _conclude(unit: Unit, walk: _Walk) -> None:
    """Find the commits that the head does not reach any more.

    Raises:
        GitFleetError: The pages ended too early. The next update reads them again.
    """
    store = unit.store
    if walk.lacking:
        problem = f"the listing of commits has ended, but lacks {min(walk.lacking)}, the head or a first parent"
        raise GitFleetError(problem, code="incomplete_listing")
    state = replace(unit.state, complete_at=store.now, principal=walk.principal, mark=walk.head)
    unit.lost = await store.write(_mark_reached, unit, walk)
    unit.unseen = len(unit.lost)
    unit.state = replace(state, pages=walk.pages)


class _Walk:
    """A reading from a head down to commits whose history is in the file.

    Args:
        unit: The unit.
        known: Commits whose whole history is in the file.
    """

    def __init__(self, unit: Unit, known: set[str]) -> None:
        self._unit = unit
        self._known = known
        self._line: set[str] = set()
        self.head: str | None = None
        self.principal: str | None = None
        self.pages = 0
        self.lacking: set[str] = set()
        """Commits that the pages lack: the head, or first parents. Nothing can follow from such pages."""
        self.is_open = False
        """Whether the history is unknown."""

    async def read(self, head: str | None) -> None:
        """Read the commits of a head, or of the default branch.

        The pages of a hash never change. Those of a branch move with each push, so that only the first one is read, and
        the others follow from its head.
        """
        unit = self._unit
        self.head, self.pages = head, 0
        seen: set[str] = set()
        open_ends: set[str] = set()
        if head is not None and head not in self._known:
            open_ends.add(head)
        if head is not None and not open_ends:
            self.principal = unit.state.principal
            return  # the branch was set back
        listing = strict(_listing(unit, head))
        moved: str | None = None
        async with aclosing(listing.pages()) as pages:
            async for page in pages:
                self.pages += 1
                if self.head is None and page:
                    first = page[0].sha
                    self.head, open_ends = first, {first} - self._known
                self._follow(page, seen, open_ends)
                is_last = not open_ends
                if is_last or head is None:
                    await pages.aclose()  # before the next await, because pages ahead are requested there
                await write(unit, page)
                if not is_last and head is None:
                    moved = self.head
                if is_last or head is None:
                    break
        self.principal = identity_of(unit.of.client, listing.principal)
        self.is_open = "" in open_ends
        self.lacking = (self._line | {head or ""}) & (open_ends - {""})
        if moved is not None:
            await self.read(moved)

    def _follow(self, page: Iterable[CommitInfo], seen: set[str], open_ends: set[str]) -> None:
        for commit in page:
            seen.add(commit.sha)
            open_ends.discard(commit.sha)
            if commit.sha in self._known:
                continue
            if commit.parents is None:
                open_ends.add("")  # the history is unknown, so all pages are read
            else:
                self._line.update(commit.parents[:1])
                open_ends.update(sha for sha in commit.parents if sha not in seen and sha not in self._known)


def _listing(unit: Unit, head: str | None) -> Any:
    client, repo = unit.of.client, unit.of.repo
    return client.fetch_commits(repo.owner, repo.name, ref=head, **unit.kind.filters)


def _present_head(unit: Unit) -> str | None:
    """Return the head of the default branch, if this update has seen it."""
    if unit.of.default_branch is None:
        return None
    key = unit.provider, unit.of.id, unit.of.default_branch, unit.store.seen_since
    row = unit.store.connection.execute(_HEAD, key).fetchone()
    return None if row is None else row[0]


def _reached(unit: Unit, head: str | None) -> set[str]:
    """Return the commits in the file that a head reaches."""
    return _reach(dict(unit.store.connection.execute(_COMMITS, (unit.provider, unit.of.id))), head)


def _reach(parents: dict[str, str | None], head: str | None) -> set[str]:
    found: set[str] = set()
    waiting = [head]
    while waiting:
        sha = waiting.pop()
        if sha is not None and sha in parents and sha not in found:
            found.add(sha)
            waiting += json.loads(parents[sha] or "[]")
    return found


def _mark_reached(unit: Unit, walk: _Walk) -> list[str]:
    """Set ``last_seen`` of the commits that the head reaches; return the others that are not deleted.

    If a page had commits without parents, the walk has read all pages, and what was in them is reached.

    Commits that were deleted and are reached again were among the pages, which restored them, except if the head was
    set back to one of them.
    """
    store, key = unit.store, (unit.provider, unit.of.id)
    reached = _reached(unit, walk.head)
    if walk.is_open:
        reached.update(sha for (sha,) in store.connection.execute(_SEEN, (*key, store.now)))
    live = [sha for sha, _ in store.connection.execute(_LIVE, key)]
    store.writer.see("commit", *key, [sha for sha in live if sha in reached], store.now)
    return [sha for sha in live if sha not in reached]
