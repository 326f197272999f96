"""Targets of every form, of several servers, with filters and duplicates; owners that cannot be listed completely."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    IncompleteListingError,
    NotFoundError,
    RepoInfo,
    ServerError,
)
from gitfleet_fleet import Fleet, IncompleteFleetError, Outcome, Repository
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.running import run


@pytest.fixture
def forge() -> Iterator[Forge]:
    data = Data()
    data.add_user("octo-user")
    for owner in ("acme", "tools", "bulk"):
        data.add_organization(owner)
    data.add_group("acme/backend")
    data.add_group("acme/backend/core")
    old = "2020-01-02T03:04:05Z"
    data.add_repository("acme", "api", language="Rust", topics=("web",), pushed_at=old)
    data.add_repository("acme", "api-old", archived=True, language="C", pushed_at=old)
    data.add_repository("acme", "web", language="Python", private=True, topics=("web", "ui"))
    data.add_repository("tools", "saw", language="Python")
    data.add_repository("tools", "axe", fork=True, parent="acme/api")
    data.add_repository("octo-user", "notes")
    data.add_repository("fleet-admin", "secret", private=True)
    data.add_repository("acme/backend", "store")
    data.add_repository("acme/backend/core", "engine")
    data.add_repositories("bulk", 250)
    with Forge(data) as running:
        running.add_token(running.token, limit=1_000_000)
        yield running


@pytest.fixture
def other() -> Iterator[Forge]:
    """Another server, with an owner of the same name."""
    data = Data()
    data.add_organization("acme")
    data.add_repository("acme", "api", branches=["main", "there"])
    with Forge(data) as running:
        yield running


async def _outcomes(fleet: Fleet, kind: str = "branches") -> list[Outcome[Any]]:
    return [outcome async for outcome in fleet.each(kind)]


async def _names(fleet: Fleet) -> list[str]:
    """The repositories of a fleet; each call lists the same ones, under the names that the user gave."""
    found = sorted(repo.text for repo in await fleet.repositories())
    assert sorted(outcome.target.lower() for outcome in await _outcomes(fleet)) == found
    return found


def _with(client: Any, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with client:
            return await work(client)

    return run(main())


ACME = ["github:acme/api", "github:acme/api-old", "github:acme/web"]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["github:acme"], ACME),
        (["acme"], ACME),
        (["https://{host}/acme"], ACME),
        (["http://{host}/orgs/acme/repositories"], ACME),
        (["github:octo-user"], ["github:octo-user/notes"]),
        (["github:fleet-admin"], ["github:fleet-admin/secret"]),
        (["github:acme/api"], ["github:acme/api"]),
        (["github:acme/API", "acme/api", "git@127.0.0.1:acme/api.git", "ssh://git@{host}/Acme/api"], 1),
        (["http://{host}/tools/saw/tree/main/src"], ["github:tools/saw"]),
        (["{host}:tools/saw", "github:tools"], ["github:tools/axe", "github:tools/saw"]),
        (["@{file}"], ["github:octo-user/notes", "github:tools/axe", "github:tools/saw"]),
    ],
)
def test_texts_name_owners_and_repositories_of_github(
    forge: Forge, make_client: MakeClient, tmp_path: Path, targets: list[str], expected: list[str] | int
) -> None:
    file = tmp_path / "owners.txt"
    file.write_text("# owners\ngithub:tools\n\ngithub:octo-user/notes # one\nhttp://127.0.0.1/tools/saw\n")
    host = forge.url.removeprefix("http://")
    texts = [text.format(host=host, file=file) for text in targets]
    found = _with(make_client(forge.url, forge.token), lambda client: _names(Fleet(*texts, clients=client)))
    assert found == expected or len(found) == expected


ALL_OF_ACME = [f"gitlab:acme/{name}" for name in ("api", "api-old", "backend/core/engine", "backend/store", "web")]


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["gitlab:acme"], ALL_OF_ACME),
        (["gitlab:acme/backend"], ["gitlab:acme/backend/core/engine", "gitlab:acme/backend/store"]),
        (["gitlab:acme/backend/"], ["gitlab:acme/backend/core/engine", "gitlab:acme/backend/store"]),
        (["gitlab:acme/backend/core", "gitlab:acme/backend"], 2),
        (["gitlab:acme/backend/store"], ["gitlab:acme/backend/store"]),
        (["http://{host}/acme/backend/store/-/merge_requests"], ["gitlab:acme/backend/store"]),
        (["http://{host}/groups/acme/backend"], 2),
        (["git@127.0.0.1:acme/backend/core/engine.git"], ["gitlab:acme/backend/core/engine"]),
        (["gitlab:octo-user"], ["gitlab:octo-user/notes"]),
        (["gitlab:acme", "gitlab:acme/api", "gitlab:acme/backend"], ALL_OF_ACME),
    ],
)
def test_texts_name_groups_and_projects_of_gitlab(
    forge: Forge, engine: str, targets: list[str], expected: list[str] | int
) -> None:
    host = forge.url.removeprefix("http://")
    texts = [text.format(host=host) for text in targets]
    client = gitlab(engine, forge.gitlab_url, forge.token)
    found = _with(client, lambda client: _names(Fleet(*texts, clients=client)))
    assert found == expected or len(found) == expected


def test_objects_and_listings_name_repositories(forge: Forge, make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        rows = await client.fetch_repositories("acme")
        assert await _names(Fleet(*rows, clients=client)) == ACME
        assert await _names(Fleet(client.fetch_repositories("acme"), clients=client)) == ACME
        both = Fleet("github:tools/saw", client.fetch_repositories("acme"), rows[0], clients=client)
        assert await _names(both) == [*ACME, "github:tools/saw"]
        details = await client.fetch_repository_details("tools", "saw")
        (repo,) = await Fleet(details, clients=client).repositories()
        assert (repo.id, repo.info) == (details.id, details)

    _with(make_client(forge.url, forge.token), main)


def test_a_repository_that_several_targets_name_is_worked_on_once(forge: Forge, make_client: MakeClient) -> None:
    async def main(client: GitHubClient) -> None:
        rows = await client.fetch_repositories("acme")
        forge.clear_log()
        fleet = Fleet("acme", "github:acme", *rows, "github:acme/api", "github:ACME/API", "acme/web", clients=client)
        assert sorted(outcome.target.lower() for outcome in await _outcomes(fleet)) == ACME
        paths = [request.path.lower() for request in forge.requests if request.path.endswith("/branches")]
        assert sorted(paths) == [f"/repos/acme/{name}/branches" for name in ("api-old", "api", "web")]

    _with(make_client(forge.url, forge.token), main)


def test_a_repository_that_was_named_by_its_old_name_is_renamed(forge: Forge, make_client: MakeClient) -> None:
    forge.fleet.rename("tools/saw", "acme/chainsaw")

    async def main(client: GitHubClient) -> None:
        (outcome,) = await _outcomes(Fleet("github:tools/saw", clients=client))
        assert (outcome.status, outcome.renamed_to, len(outcome.rows)) == ("renamed", "acme/chainsaw", 3)
        fleet = Fleet("github:tools/saw", "github:acme/chainsaw", clients=client)
        (repo,) = await fleet.repositories()
        assert (repo.full_name, repo.former_name) in (("acme/chainsaw", "tools/saw"), ("acme/chainsaw", None))

    _with(make_client(forge.url, forge.token), main)


def test_several_servers_and_providers_make_one_fleet(
    forge: Forge, other: Forge, engine: str, make_client: Any
) -> None:
    async def main() -> list[Outcome[Any]]:
        async with (
            make_client(forge.url, forge.token) as one,
            make_client(other.url, other.token) as two,
            gitlab(engine, other.gitlab_url, other.token) as three,
        ):
            here, there = (url.removeprefix("http://") for url in (forge.url, other.url))
            fleet = Fleet(f"{here}:acme", f"{there}:acme", "gitlab:acme", clients=[one, two, three])
            return await _outcomes(fleet)

    outcomes = run(main())
    here, there = (url.removeprefix("http://") for url in (forge.url, other.url))
    assert {outcome.target: len(outcome.rows) for outcome in outcomes} == {
        f"{here}:acme/api": 3,
        f"{here}:acme/api-old": 3,
        f"{here}:acme/web": 3,
        f"{there}:acme/api": 2,
        "gitlab:acme/api": 2,
    }


def test_a_server_that_fails_stops_no_other_one(forge: Forge, other: Forge, make_client: MakeClient) -> None:
    other.fail("*", 500, times=None)

    async def main() -> list[Outcome[Any]]:
        async with make_client(forge.url, forge.token) as one, make_client(other.url, other.token) as two:
            hosts = (url.removeprefix("http://") for url in (forge.url, other.url))
            return await _outcomes(Fleet(*(f"{host}:acme" for host in hosts), clients=[one, two]))

    outcomes = run(main())
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    assert len(outcomes) == 4
    assert [(outcome.repo, outcome.kind, type(outcome.error)) for outcome in failed] == [
        (None, "repositories", ServerError)
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"archived": False}, ["acme/api", "acme/web", "tools/axe", "tools/saw"]),
        ({"archived": True}, ["acme/api-old"]),
        ({"fork": False, "archived": False}, ["acme/api", "acme/web", "tools/saw"]),
        ({"visibility": "private"}, ["acme/web"]),
        ({"visibility": ["public", "private"]}, 5),
        ({"language": "python"}, ["acme/web", "tools/saw"]),
        ({"topic": ["ui", "none"]}, ["acme/web"]),
        ({"name": "api*"}, ["acme/api", "acme/api-old"]),
        ({"name": "tools/*"}, ["tools/axe", "tools/saw"]),
        ({"pushed_before": datetime(2021, 1, 1, tzinfo=UTC)}, ["acme/api", "acme/api-old"]),
        ({"pushed_after": datetime(2021, 1, 1, tzinfo=UTC)}, ["acme/web", "tools/axe", "tools/saw"]),
        ({"where": lambda info: info.stargazers_count == 0 and info.name != "saw"}, 4),
        ({"name": "nothing"}, []),
    ],
)
def test_filters_choose_repositories_of_owners_and_named_ones(
    forge: Forge, make_client: MakeClient, filters: dict[str, Any], expected: list[str] | int
) -> None:
    async def main(client: GitHubClient) -> list[str]:
        return await _names(Fleet("github:acme", "github:tools/saw", "github:tools/axe", clients=client, **filters))

    found = [name.removeprefix("github:") for name in _with(make_client(forge.url, forge.token), main)]
    assert found == expected or len(found) == expected


# -- what cannot be listed


def _by_target(outcomes: list[Outcome[Any]]) -> dict[str, str]:
    return {outcome.target: outcome.status for outcome in outcomes}


def _clients(forge: Forge, engine: str, make_client: MakeClient) -> list[tuple[str, GitProviderClient]]:
    return [
        ("github", make_client(forge.url, forge.token)),
        ("gitlab", gitlab(engine, forge.gitlab_url, forge.token)),
    ]


def test_an_owner_and_a_repository_that_do_not_exist_have_outcomes(
    forge: Forge, engine: str, make_client: MakeClient
) -> None:
    async def main(provider: str, client: GitProviderClient) -> None:
        targets = [f"{provider}:{name}" for name in ("nobody", "tools", "tools/none", "acme/api")]
        outcomes = await _outcomes(Fleet(*targets, clients=client))
        assert _by_target(outcomes) == {
            f"{provider}:nobody": "gone",
            f"{provider}:tools/none": "gone",
            **{f"{provider}:{name}": "ok" for name in ("tools/saw", "tools/axe", "acme/api")},
        }
        assert all(isinstance(outcome.error, NotFoundError) for outcome in outcomes if outcome.is_missing)
        with pytest.raises(IncompleteFleetError) as caught:
            await Fleet(*targets, clients=client).repositories()
        found: list[Repository] = caught.value.result
        assert sorted(repo.full_name for repo in found) == ["acme/api", "tools/axe", "tools/saw"]
        assert sorted(outcome.target for outcome in caught.value.outcomes) == [
            f"{provider}:nobody",
            f"{provider}:tools/none",
        ]

    for provider, client in _clients(forge, engine, make_client):
        _with(client, lambda client, provider=provider: main(provider, client))  # type: ignore[misc]


def test_a_list_of_an_owner_that_fails_in_the_middle_is_never_silent(
    forge: Forge, engine: str, make_client: MakeClient
) -> None:
    forge.fail(None, 502, times=None, when=lambda request: request.query.get("page") == "2")

    async def main(provider: str, client: GitProviderClient) -> None:
        outcomes = await _outcomes(Fleet(f"{provider}:bulk", f"{provider}:tools", clients=client))
        failed = [outcome for outcome in outcomes if outcome.status != "ok"]
        assert [(outcome.target, outcome.repo, outcome.status) for outcome in failed] == [
            (f"{provider}:bulk", None, "failed")
        ]
        assert isinstance(failed[0].error, ServerError)
        of_tools = [outcome.target for outcome in outcomes if "/axe" in outcome.target or "/saw" in outcome.target]
        assert len(of_tools) == 2
        assert len(outcomes) in (3, 103)  # those of the first page have been read, or not yet
        with pytest.raises(IncompleteFleetError, match="bulk"):
            await Fleet(f"{provider}:bulk", f"{provider}:tools", clients=client).repositories()

    for provider, client in _clients(forge, engine, make_client):
        _with(client, lambda client, provider=provider: main(provider, client))  # type: ignore[misc]


def test_an_owner_whose_list_has_gaps_has_an_outcome_beside_those_of_its_repositories(
    forge: Forge, make_client: MakeClient
) -> None:
    """The header by which GitHub withholds organizations that the token is not authorized for."""
    sso = {"X-GitHub-SSO": "partial-results; organizations=1,2"}
    rows = [{"id": 7, "name": "api", "full_name": "acme/api", "owner": {"login": "acme", "id": 3}}]
    forge.fail("/orgs/acme/repos", 200, headers=sso, body=rows, times=None)

    async def main(client: GitHubClient) -> None:
        outcomes = await _outcomes(Fleet("github:acme", clients=client))
        assert _by_target(outcomes) == {"github:acme/api": "ok", "github:acme": "failed"}
        (failed,) = (outcome for outcome in outcomes if outcome.repo is None)
        assert isinstance(failed.error, IncompleteListingError)

    _with(make_client(forge.url, forge.token), main)


def test_nothing_is_sent_for_an_invalid_call_or_argument(forge: Forge, make_client: MakeClient) -> None:
    async def main(client: GitHubClient | GitLabClient) -> None:
        fleet = Fleet("github:acme", clients=client)
        for call, arguments in (("brnches", {}), ("branches", {"state": "open"}), ("issues", {"state": "shut"})):
            with pytest.raises(ConfigurationError):
                await anext(fleet.each(call, **arguments))
        assert forge.requests == []

    _with(make_client(forge.url, forge.token), main)


def test_named_repositories_are_looked_up_without_a_token_too(forge: Forge, make_client: MakeClient) -> None:
    async def main(client: GitProviderClient) -> list[str]:
        fleet = Fleet("github:acme/api", "github:acme/api-old", "github:tools/saw", clients=client, archived=False)
        return sorted(repo.full_name for repo in await fleet.repositories())

    assert _with(make_client(forge.url), main) == ["acme/api", "tools/saw"]


def test_the_total_is_known_although_named_repositories_could_not_be_looked_up(
    forge: Forge, make_client: MakeClient
) -> None:
    totals: list[int | None] = []

    async def main(client: GitProviderClient) -> None:
        targets = ("github:acme/api", "github:tools/saw")
        fleet = Fleet(
            *targets,
            clients=client,
            archived=False,
            on_event=lambda event: totals.append(getattr(event, "total", None)),
        )
        async for outcome in fleet.each("branches"):
            assert outcome.status == "failed"

    _with(make_client(forge.url, "wrong-token"), main)
    assert totals[-1] == 2


def test_what_a_filter_raises_is_raised(forge: Forge, make_client: MakeClient) -> None:
    def broken(_repo: RepoInfo) -> bool:
        raise ZeroDivisionError

    async def main(client: GitProviderClient) -> None:
        fleet = Fleet("github:acme", clients=client, where=broken)
        with pytest.raises(ZeroDivisionError):
            await fleet.repositories()
        with pytest.raises(ZeroDivisionError):
            async for _ in fleet.each("branches"):
                pass

    _with(make_client(forge.url, forge.token), main)
