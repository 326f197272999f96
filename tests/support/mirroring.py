"""Updates of mirrors in tests, and what they leave in the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gitfleet_api import GitHubClient, GitLabClient, GitProviderClient, TokenManager
from gitfleet_mirror import Mirror, UpdateSummary
from gitfleet_testing import Fleet, Forge
from support.mirror_comparison import differences, unequal
from support.running import run

__all__ = ["NAME", "OWNER", "Mirrored", "small_fleet"]

OWNER = "aurora"
NAME = "aurora/http"
_AMOUNTS: dict[str, Any] = {
    "branches": 4,
    "commits": 9,
    "contributors": 5,
    "tags": 3,
    "releases": 3,
    "issues": 8,
    "pulls": 5,
    "topics": ("http", "web"),
}


def small_fleet(repositories: int = 3, **fields: Any) -> Fleet:
    """A fleet of one owner: ``http``, ``repository-1`` and so on, with rows of each kind."""
    fleet = Fleet()
    fleet.add_user("ada")
    fleet.add_user("ben")
    fleet.add_organization(OWNER, members=["ada"])
    fleet.add_organization("basalt")
    fleet.add_repository(OWNER, "http", **_AMOUNTS | fields)
    for number in range(1, repositories):
        fleet.add_repository(OWNER, f"repository-{number}", **_AMOUNTS)
    return fleet


@dataclass
class Mirrored:
    """A mirror of a forge."""

    forge: Forge
    engine: str
    provider: str
    path: Path

    def client(self, token: str | None = None, **settings: Any) -> GitProviderClient:
        """A client of the forge, which sends everything once."""
        given: Any = {"backend": self.engine, "retry": None, "max_rate_limit_wait": 0} | settings
        token = None if "token_manager" in given else token or self.forge.token
        if self.provider == "github":
            return GitHubClient(token, self.forge.url, **given)
        return GitLabClient(token, self.forge.gitlab_url, **given)

    def update(
        self,
        *targets: str,
        token: str | None = None,
        tokens: Sequence[str] = (),
        path: Path | None = None,
        **options: Any,
    ) -> UpdateSummary:
        """Update the mirror."""
        settings: dict[str, Any] = {}
        if tokens:
            settings["token_manager"] = manager = TokenManager()
            for one in tokens:
                manager.add_token(one, cast("Any", self.provider))

        async def main() -> UpdateSummary:
            async with self.client(token, **settings) as client:
                return await Mirror(path or self.path).update(*named, clients=client, **options)

        named = [f"{self.provider}:{target}" for target in targets or (OWNER,)]
        self.forge.clear_log()
        return run(main())

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(sql, values).fetchall()

    def deleted(self, table: str) -> int:
        """The number of rows that are marked as deleted."""
        return int(self.query(f'SELECT count(*) FROM "{table}" WHERE deleted_at IS NOT NULL')[0][0])  # noqa: S608

    @property
    def counted(self) -> int:
        """The requests of the last update that count: on GitLab also those of which the response is 304."""
        return sum(request.status != 304 or self.provider == "gitlab" for request in self.forge.requests)

    def check(self, *targets: str, **options: Any) -> None:
        """Assert that the mirror equals a fresh one and, on GitHub, the data of the forge."""
        fresh = self.path.with_name("fresh.sqlite")
        for file in fresh.parent.glob("fresh.sqlite*"):
            file.unlink()
        self.update(*targets, path=fresh, **options)
        assert differences(self.path, fresh) == []
        if self.provider == "github" and "kinds" not in options:
            assert unequal(self.path, self.forge.fleet) == []
