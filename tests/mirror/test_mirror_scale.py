"""A mirror of many pages: counted calls, and equality with a fresh mirror after many changes.

Both engines work on one forge in turn, within one test, so that the forge renders each page once. The session
``mirror_scale`` runs this with all 631 pages and 62,000 rows; its benchmark measures times and memory.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from gitfleet_api import GitHubClient
from gitfleet_mirror import Mirror
from gitfleet_mirror.update import changes
from gitfleet_testing import Forge
from support import engines
from support.mirror_comparison import differences, unequal
from support.mirror_scale_fleet import KINDS, ROWS, TARGETS, Changed, big_fleet, change, pages_of

ALL = 40
"""Repositories with all pages."""
SIZE = int(os.environ.get("GITFLEET_MIRROR_REPOSITORIES", "12"))
CALLS_PER_CHANGE = 1.2
LONG = 10 if SIZE == ALL else 3
"""Pages above which a list is long: a small fleet has none of more than four."""
LONG_LISTS = 4 if SIZE == ALL else 7
CHANGED = Changed() if SIZE == ALL else Changed(rows=300, renames=15, transfers=6, deletions=50, force_pushes=9)
_TABLES = ("repository", "branch", "tag", "commit", "contributor", "release", "issue", "pull_request")


@dataclass(frozen=True)
class Updated:
    """What an update did: the summary, and the statuses of all responses."""

    summary: Any
    statuses: list[int | None]

    @property
    def counted(self) -> int:
        """Calls that GitHub counts."""
        return sum(status != 304 for status in self.statuses)


def _update(forge: Forge, engine: str, path: Path) -> Updated:
    async def main() -> Any:
        async with GitHubClient(forge.token, forge.url, backend=cast("Any", engine), max_concurrency=32) as client:
            return await Mirror(path).update(*TARGETS, clients=client, kinds=KINDS)

    forge.clear_log()
    summary = asyncio.run(main())
    assert summary.is_complete, (engine, summary)
    return Updated(summary, [request.status for request in forge.requests])


def _count(path: Path, condition: str = "TRUE") -> int:
    # The names and conditions are constants.
    counts = [f'SELECT count(*) AS rows FROM "{table}" WHERE {condition}' for table in _TABLES]  # noqa: S608
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(f"SELECT sum(rows) FROM ({' UNION ALL '.join(counts)})").fetchone()[0]  # noqa: S608
    return found


def _renamed(path: Path) -> int:
    several = "SELECT 1 FROM repository_name GROUP BY repository_id HAVING count(*) > 1"
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM ({several})").fetchone()[0]  # noqa: S608
    return found


def test_a_large_mirror_requests_each_page_once_then_nothing_and_after_many_changes_equals_a_fresh_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LONG", LONG)
    pages = pages_of(SIZE)
    names = engines.usable()
    assert names
    paths = {name: tmp_path / f"{name}.sqlite" for name in names}
    with Forge(big_fleet(SIZE)) as forge:
        forge.add_token(forge.token, limit=10**7)
        in_issues = sum(len(forge.fleet.history(item).pulls) for item in forge.fleet.repositories)
        for name, path in paths.items():
            first = _update(forge, name, path)
            # Of each long list it also reads up to two pages in the order of changes, for the next update.
            assert pages <= first.counted <= pages + 2 * LONG_LISTS, name
            if SIZE == ALL:
                assert _count(path) == ROWS - in_issues, "pull requests are in the list of issues as well"
        for name, path in paths.items():
            second = _update(forge, name, path)
            assert second.counted == 0, name
            assert len(second.statuses) <= pages, name
            assert not second.summary.changes, name
        change(forge.fleet, CHANGED, deep=100 * LONG)
        for name, path in paths.items():
            third = _update(forge, name, path)
            assert third.counted <= CALLS_PER_CHANGE * CHANGED.resources, name
        fresh = tmp_path / "fresh.sqlite"
        _update(forge, names[0], fresh)
        assert unequal(fresh, forge.fleet, ("branch", "tag", "commit", "release", "issue", "pull_request")) == []
    for name, path in paths.items():
        assert differences(path, fresh) == [], name
        assert _count(path, "deleted_at IS NOT NULL") >= CHANGED.deletions, name
        assert _renamed(path) >= CHANGED.renames * 3 // 5, name
