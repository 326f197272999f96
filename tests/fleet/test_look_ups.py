"""Repositories that the user names are looked up concurrently; owners are listed a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from gitfleet_api import GitFleetError, GitLabClient, Listing, NotFoundError, RepoInfo
from gitfleet_fleet import Fleet
from support.running import run


class Busy:
    """Counts calls that are in progress at the same time."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0

    async def work(self) -> None:
        """Do one call."""
        self._now += 1
        self.most = max(self.most, self._now)
        for _ in range(3):
            await asyncio.sleep(0)
        self._now -= 1


@pytest.mark.parametrize(("concurrency", "most"), [(None, 20), (7, 7), (1, 4)])
def test_named_projects_are_looked_up_at_the_concurrency_of_the_fleet(
    monkeypatch: pytest.MonkeyPatch, concurrency: int | None, most: int
) -> None:
    client, busy = GitLabClient(backend="python", max_concurrency=20), Busy()

    async def look_up(_path: str) -> None:
        await busy.work()
        raise GitFleetError("broken")

    monkeypatch.setattr(client, "fetch_repository_details", look_up)

    async def statuses() -> list[str]:
        async with client:
            fleet = Fleet(*(f"gitlab:acme/r{n}" for n in range(40)), clients=client, concurrency=concurrency)
            return [outcome.status async for outcome in fleet.each("branches")]

    assert run(statuses()) == ["failed"] * 40
    assert busy.most == most


def test_groups_among_named_projects_are_listed_four_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    client, busy = GitLabClient(backend="python", max_concurrency=20), Busy()

    async def look_up(path: str) -> None:
        raise NotFoundError(f"{path} is a group", client.provider_type)

    class Group:
        principal = None
        complete = True

        async def __aiter__(self) -> AsyncGenerator[RepoInfo, None]:
            await busy.work()
            yield RepoInfo(1, "tool", "acme/tool")

    def fetch_repositories(_path: str, *, kind: None) -> Listing[RepoInfo]:  # noqa: ARG001
        return Group()  # type: ignore[return-value]

    monkeypatch.setattr(client, "fetch_repository_details", look_up)
    monkeypatch.setattr(client, "fetch_repositories", fetch_repositories)

    async def names() -> list[str]:
        async with client:
            fleet = Fleet(*(f"gitlab:acme/g{n}" for n in range(12)), clients=client)
            return [repo.full_name for repo in await fleet.repositories()]

    assert run(names()) == ["acme/tool"]
    assert busy.most == 4
