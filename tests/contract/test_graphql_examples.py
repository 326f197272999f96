"""The examples of docs/graphql.md do what they say, on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import GitHubClient
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.documented import module_of
from support.running import run

EXAMPLES: Any = module_of("graphql.md")


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("tools")
    for number in range(120):
        fleet.add_repository("tools", f"r{number:03}", stars=number)
    fleet.rename("tools/r005", "tools/renamed")
    with Forge(fleet) as running:
        yield running


def _answer(forge: Forge, make_client: MakeClient, ask: Callable[[GitHubClient], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with make_client(forge.url, forge.token) as client:
            return await ask(client)

    return run(main())


def test_stars_are_found_under_the_names_of_today(forge: Forge, make_client: MakeClient) -> None:
    names = ["tools/r001", "tools/r005", "tools/none"]
    found = _answer(forge, make_client, lambda client: EXAMPLES.stars(client, names))
    assert found == {"tools/r001": 1, "tools/renamed": 5}


def test_the_viewer_is_the_tokens_user(forge: Forge, make_client: MakeClient) -> None:
    assert _answer(forge, make_client, EXAMPLES.viewer) == "fleet-admin"


def test_heads_are_those_of_all_repositories(forge: Forge, make_client: MakeClient) -> None:
    found = _answer(forge, make_client, lambda client: EXAMPLES.heads(client, "tools"))
    assert len(found) == 120
    shas = {item.full_name: next(b.sha for b in item.branches if b.name == "main") for item in forge.fleet.repositories}
    assert {head.name: head.sha for head in found} == shas
    assert all(head.pushed is not None for head in found)


def test_what_could_be_had_comes_with_the_error(
    forge: Forge, make_client: MakeClient, capsys: pytest.CaptureFixture[str]
) -> None:
    query = '{ viewer { login } repository(owner: "tools", name: "none") { name } }'
    found = _answer(forge, make_client, lambda client: EXAMPLES.partial_data(client, query))
    assert found == {"viewer": {"login": "fleet-admin"}, "repository": None}
    assert "NOT_FOUND" in capsys.readouterr().out
