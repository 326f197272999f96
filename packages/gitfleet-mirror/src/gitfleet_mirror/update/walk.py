"""Complete walks: all pages of a list, each in a transaction. Unchanged pages cost no call on GitHub."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from gitfleet_api import GitProviderClient, Listing
from gitfleet_fleet.kinds import rows_of

from .principals import identity_of, identity_of_pool
from .store import checked_values
from .unit import Unit

__all__ = ["complete_walk", "note_principal", "read_all", "strict", "write"]

_UNSEEN_RELEASES = (
    "SELECT key, draft, last_seen FROM release WHERE provider = ? AND repository_id = ? AND last_seen < ? "
    "AND deleted_at IS NULL"
)
Start = Callable[[], Any]
"""Starts a call: returns a listing or a coroutine."""


async def read_all(unit: Unit) -> None:
    """Read a kind completely."""
    await complete_walk(unit, lambda: _call(unit))


def _call(unit: Unit) -> Any:
    client, repo, kind = unit.of.client, unit.of.repo, unit.kind
    if kind.call is None:
        return client.fetch_members(repo.full_name)
    if kind.call.method is None:
        return kind.call.rows(client, repo)
    return getattr(client, kind.call.method)(repo.owner, repo.name, **kind.filters)


async def complete_walk(unit: Unit, start: Start) -> None:
    """Read a list to its end, write its rows, and count those that it lacks.

    A row that is removed meanwhile moves all others towards the front, so that one can be missed between two pages.
    Therefore a list with several pages that lacks rows is read again: only what both readings lack is missing.

    Args:
        unit: The unit. Its state becomes that after the walk.
        start: Starts the call.
    """
    store = unit.store
    pages, principal = await _read(unit, start())
    if unit.parent is not None and unit.kind.since is None:  # otherwise rows outside of the list exist
        if not unit.is_seen_by_all and not unit.rules.allow_deletions:
            unit.since = unit.state.complete_at or store.now
        unit.unseen = await _count(unit)
        if unit.unseen and pages > 1:
            pages, again = await _read(unit, start())
            unit.unseen = 0 if again != principal else await _count(unit)
    unit.state = replace(unit.state, complete_at=store.now, principal=principal, pages=pages)


def strict(listing: Any) -> Any:
    """Return a listing that ends with an error if rows are missing, whatever the client is set to do."""
    return listing.with_options(on_incomplete="raise")


async def _count(unit: Unit) -> int:
    """Return the number of rows that were not seen."""
    store = unit.store
    if unit.kind.table == "release":
        unit.lost = await store.read(_lost_releases, unit)
        return len(unit.lost)
    return await store.read(
        store.writer.count_unseen, unit.kind.table, unit.provider, unit.parent, store.now, unit.since
    )


def _lost_releases(unit: Unit) -> list[str]:
    """Return the keys of the releases that were not seen.

    All others than drafts are visible to everyone who sees the repository. Drafts are visible to those who may push:
    whether this principal still sees any is known at the end of the update.
    """
    key = unit.provider, unit.of.id, unit.store.now
    rows = unit.store.connection.execute(_UNSEEN_RELEASES, key).fetchall()
    unit.drafts = {name for name, draft, seen in rows if draft and seen >= unit.since}
    return [name for name, draft, _ in rows if not draft or name in unit.drafts]


async def _read(unit: Unit, call: Any) -> tuple[int, str]:
    """Read and write all rows. Return the number of pages, and who saw them."""
    client: GitProviderClient = unit.of.client
    unit.rows = pages = 0
    if not isinstance(call, Listing):
        rows = rows_of(await call)
        principal = identity_of_pool(client)
        await note_principal(unit, principal)
        await write(unit, rows)
        return 1, principal
    call = strict(call)
    async with aclosing(call.pages()) as read:
        async for page in read:
            pages += 1
            if pages == 1:
                await note_principal(unit, identity_of(client, call.principal))
            await write(unit, page)
    return pages, identity_of(client, call.principal)


async def note_principal(unit: Unit, principal: str) -> None:
    """Note who sees the rows, before they are written, if not everyone sees the same.

    What another one saw can never be missing: from now on only rows that this principal sees count. This is written
    first, as the update may be interrupted after the first page.
    """
    if unit.is_seen_by_all or unit.state.principal == principal:
        return
    state = replace(unit.state, principal=principal, complete_at=unit.store.now, pages=None, mark=None)
    await unit.store.write(unit.store.cursors.set_unit, state)
    unit.state = state


async def write(unit: Unit, rows: list[Any]) -> bool:
    """Write a page in a transaction. Return whether it changed anything."""
    unit.rows += len(rows)
    store = unit.store
    with checked_values(unit.of.client):
        changes = await store.write(store.writer.upsert, unit.kind.table, unit.provider, unit.parent, rows, store.now)
    return bool(changes)
