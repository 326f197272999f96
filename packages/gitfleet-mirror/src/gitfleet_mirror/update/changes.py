"""Issues and pull requests: of a long list only what was changed last is read."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gitfleet_fleet.files.cells import utc_text

from .principals import identity_of
from .unit import Unit
from .walk import complete_walk, note_principal, strict, write

__all__ = ["LONG", "read_changes"]

LONG = 10
"""Pages above which a list is long: a walk of fewer pages takes about as long as the first page of changes."""

_CLOCK_ERROR = timedelta(minutes=5)
"""Age below zero that a clock which was corrected explains."""


async def read_changes(unit: Unit) -> None:
    """Read the issues or pull requests of a repository: all, or those that changed."""
    if unit.kind.name == "pull_requests" and unit.kind.since is not None:
        await _read_newest(unit, unit.state.mark or utc_text(unit.kind.since))
        unit.state = replace(unit.state, complete_at=unit.store.now)
    elif _is_due(unit):
        await complete_walk(unit, lambda: _listing(unit, "created"))
        if (unit.state.pages or 0) > LONG:  # rows that were changed during the walk
            await _read_newest(unit, None)
    else:
        await _read_newest(unit, unit.state.mark)


def _is_due(unit: Unit) -> bool:
    """Return whether a complete walk is due."""
    state, rules = unit.state, unit.rules
    if state.complete_at is None or state.mark is None or (state.pages or 0) <= LONG or rules.complete:
        return True
    age = datetime.now(UTC) - datetime.fromisoformat(state.complete_at)
    # After a walk at a time in the future, the clock is right again.
    return rules.complete is None and (age >= rules.complete_every or age < -_CLOCK_ERROR)


def _listing(unit: Unit, sort: str) -> Any:
    client, repo, kind = unit.of.client, unit.of.repo, unit.kind
    if kind.name == "pull_requests":
        return client.fetch_pull_requests(repo.owner, repo.name, sort=sort)  # type: ignore[arg-type]
    # GitHub lists pull requests, too; their times show how far the list goes back.
    wants_all = sort == "updated"
    return client.fetch_issues(repo.owner, repo.name, sort=sort, pull_requests=wants_all, **kind.filters)  # type: ignore[arg-type]


async def _read_newest(unit: Unit, mark: str | None) -> None:
    """Read the rows that were changed last, until those from before a mark.

    Args:
        unit: The unit.
        mark: A time, as text. None: until a page has no news.
    """
    bound = None if mark is None else datetime.fromisoformat(mark)
    newest = bound
    listing = strict(_listing(unit, "updated"))
    async with aclosing(listing.pages(ahead=1)) as pages:
        async for page in pages:
            times = [row.updated_at for row in page if row.updated_at is not None]
            newest = max([*times, *([newest] if newest else [])], default=None)
            is_last = bound is not None and bool(times) and min(times) < bound
            if is_last:
                await pages.aclose()  # before the next await, because pages ahead are requested there
            await note_principal(unit, identity_of(unit.of.client, listing.principal))
            has_news = await write(unit, _rows(unit, page))
            if is_last or (bound is None and not has_news):
                break
    if newest is not None:  # a wrong time in the future would hide all changes before it
        newest = min(newest, datetime.fromisoformat(unit.store.now))
    unit.state = replace(unit.state, mark=None if newest is None else utc_text(newest))


def _rows(unit: Unit, page: list[Any]) -> list[Any]:
    """Return the rows of a page that belong into the table, and are not older than the user wants."""
    since = unit.kind.since
    rows = page if unit.kind.name == "pull_requests" else [row for row in page if not row.is_pull_request]
    return [row for row in rows if since is None or row.updated_at is None or row.updated_at >= since]
