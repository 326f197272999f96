"""Details of many repositories in few requests: equal to those asked for one by one."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    DecodeError,
    GraphQLError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RepoDetails,
    RepositoryOutcome,
    Retry,
    ServerError,
)
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.github.visibility import visible
from support.clients import MakeClient
from support.failing import TOKEN
from support.gitlab_clients import gitlab
from support.graphql_nodes import github_node
from support.raw_server import Link, RawServer, always, http_response
from support.running import run

ADMIN = "fleet-admin"


#: What GitLab's GraphQL does not tell.
def _as_graphql(details: RepoDetails) -> RepoDetails:
    """What GitLab's GraphQL API has of the details: users as owners have no id there."""
    owner = details.owner
    if owner is not None and owner.type == "User":
        owner = dataclasses.replace(owner, id=None)
    return dataclasses.replace(details, owner=owner, **NOT_ON_GITLAB)


NOT_ON_GITLAB = {"license": None, "parent": None, "allow_forking": None, "raw_data": None}


@pytest.fixture(scope="module")
def large() -> Iterator[Forge]:
    fleet = Fleet.generate(organizations=3, repositories=1060, users=6, seed=11)
    chain = ["first/tool", "second/tool", "third/tool", "fourth/tool"]
    for number, full_name in enumerate(chain):
        owner, _, name = full_name.partition("/")
        fleet.add_organization(owner)
        parent = chain[number - 1] if number else None
        fleet.add_repository(owner, name, fork=parent is not None, parent=parent)
    with Forge(fleet) as running:
        running.add_token("wide", limit=100_000)
        yield running


def _names(forge: Forge, count: int) -> list[str]:
    """Names of repositories that the admin may see; forks of forks come first."""
    shown = [item.full_name for item in forge.fleet.repositories[::-1] if visible(forge.fleet, item, ADMIN)]
    assert len(shown) >= count
    return shown[:count]


async def _one_by_one(client: Any, names: list[str]) -> list[RepoDetails]:
    return await asyncio.gather(*(client.fetch_repository_details(*name.rsplit("/", 1)) for name in names))


def _many(client: Any, names: list[str]) -> list[RepositoryOutcome]:
    async def main() -> list[RepositoryOutcome]:
        async with client:
            return await client.fetch_many_repository_details(names)

    return run(main())


def test_a_thousand_repositories_take_twelve_requests_and_equal_a_thousand_calls(
    large: Forge, make_client: MakeClient
) -> None:
    names = _names(large, 1000)

    async def main() -> tuple[list[RepositoryOutcome], list[RepoDetails]]:
        async with make_client(large.url, "wide") as client:
            large.clear_log()
            found = await client.fetch_many_repository_details(names)
            assert len(large.requests) <= 12
            return found, await _one_by_one(client, names)

    found, expected = run(main())
    assert [outcome.name for outcome in found] == names
    assert {outcome.reason for outcome in found} == {None}
    # The one thing that GraphQL does not tell: the branch that an empty repository is going to have.
    empty = {item.full_name for item in large.fleet.repositories if item.empty}
    expected = [
        dataclasses.replace(item, default_branch=None) if item.full_name in empty else item for item in expected
    ]
    assert [outcome.details for outcome in found] == expected
    # And it was put to the test: forks of forks, private ones, every field with more than its default somewhere.
    assert {item.source for item in expected if item.parent not in (None, item.source)} >= {"first/tool"}
    assert {item.private for item in expected} == {True, False}
    for item in dataclasses.fields(RepoDetails):
        if item.name not in ("provider_type", "raw_data"):
            assert any(getattr(found, item.name) is not None for found in expected), item.name


def test_a_thousand_projects_of_gitlab_take_twelve_requests(large: Forge, engine: str) -> None:
    names = _names(large, 1000)

    async def main() -> tuple[list[RepositoryOutcome], list[RepoDetails]]:
        async with gitlab(engine, large.gitlab_url, "wide") as client:
            large.clear_log()
            found = await client.fetch_many_repository_details(names)
            assert len(large.requests) <= 12
            return found, await _one_by_one(client, names)

    found, expected = run(main())
    assert [outcome.details for outcome in found] == [_as_graphql(item) for item in expected]


# -- those that can't be had


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    for owner in ("tools", "secrets", "others"):
        fleet.add_organization(owner)
    fleet.add_user("stranger")
    for full_name in ("tools/saw", "tools/old", "tools/taken", "tools/closed", "secrets/vault", "others/axe"):
        fleet.add_repository(*full_name.split("/"))
    fleet.add_repository("stranger", "diary", private=True)
    fleet.rename("tools/old", "others/new")
    fleet.block("tools/taken", "dmca")
    fleet.block("tools/closed", "tos")
    with Forge(fleet) as running:
        running.graphql.protect("secrets")
        yield running


MIXED = ["tools/saw", "tools/none", "tools/old", "secrets/vault", "tools/taken", "stranger/diary", "tools/closed"]


def test_one_that_can_not_be_had_does_not_fail_the_others(forge: Forge, make_client: MakeClient) -> None:
    found = _many(make_client(forge.url, forge.token), [*MIXED, "others/axe"])
    assert [(outcome.name, outcome.reason, outcome.renamed_to) for outcome in found] == [
        ("tools/saw", None, None),
        ("tools/none", "gone", None),
        ("tools/old", None, "others/new"),
        ("secrets/vault", "forbidden", None),
        ("tools/taken", "blocked", None),
        ("stranger/diary", "gone", None),
        ("tools/closed", "blocked", None),
        ("others/axe", None, None),
    ]
    assert [outcome.found for outcome in found] == [outcome.reason is None for outcome in found]
    assert found[2].details is not None
    assert found[2].details.full_name == "others/new"
    assert isinstance(found[1].error, NotFoundError)
    assert isinstance(found[3].error, PermissionDeniedError)
    assert "tools/none" in str(found[1].error)
    assert len(forge.requests) == 1


def test_gitlab_is_asked_again_by_rest_for_what_is_missing(forge: Forge, engine: str) -> None:
    names = ["tools/saw", "tools/none", "tools/old", "stranger/diary"]
    found = _many(gitlab(engine, forge.gitlab_url, forge.token), names)
    assert [(outcome.reason, outcome.renamed_to) for outcome in found] == [
        (None, None),
        ("gone", None),
        (None, "others/new"),
        ("gone", None),
    ]
    assert len([request for request in forge.requests if request.path == "/api/graphql"]) == 1


def test_projects_in_nested_groups_are_found(forge: Forge, engine: str) -> None:
    forge.fleet.add_group("tools/deep")
    forge.fleet.add_group("tools/deep/er")
    forge.fleet.add_repository("tools/deep/er", "drill")
    (found,) = _many(gitlab(engine, forge.gitlab_url, forge.token), ["tools/deep/er/drill"])
    assert found.unwrap().full_name == "tools/deep/er/drill"


def test_unwrap_gives_the_details_or_raises_why_there_are_none(forge: Forge, make_client: MakeClient) -> None:
    found = _many(make_client(forge.url, forge.token), ["tools/saw", "tools/none"])
    assert found[0].unwrap() == found[0].details
    with pytest.raises(NotFoundError, match="tools/none"):
        found[1].unwrap()


def test_a_name_given_twice_is_asked_for_once_and_given_each_time(forge: Forge, make_client: MakeClient) -> None:
    names = ["tools/saw", "others/axe", "tools/saw", "Tools/SAW"]
    found = _many(make_client(forge.url, forge.token), names)
    assert [outcome.name for outcome in found] == names
    assert found[0].details == found[2].details == found[3].details
    assert {outcome.renamed_to for outcome in found} == {None}
    (request,) = forge.requests
    assert len(json.loads(request.body)["variables"]) == 4


def test_no_names_are_no_request(forge: Forge, make_client: MakeClient) -> None:
    assert _many(make_client(forge.url, forge.token), []) == []
    assert not forge.requests


def test_the_raw_data_is_what_the_query_gave(forge: Forge, make_client: MakeClient) -> None:
    (found,) = _many(make_client(forge.url, forge.token, include_raw=True), ["tools/saw"])
    assert found.details is not None
    assert found.details.raw_data is not None
    assert found.details.raw_data["nameWithOwner"] == "tools/saw"


@pytest.mark.parametrize(
    "names", [["noslash"], [""], ["/x"], ["x/"], ["a/b/c"], ["a/.."], ["a b/c"], [None], [5], "a/b", 7, ["a/b?c"]]
)
def test_names_that_can_not_be_are_refused_before_anything_is_sent(
    forge: Forge, make_client: MakeClient, names: Any
) -> None:
    given = names if not isinstance(names, list) else ["tools/saw", *names]
    with pytest.raises(ConfigurationError):
        _many(make_client(forge.url, forge.token), given)
    assert not forge.requests


def test_a_bad_token_fails_the_whole_call(forge: Forge, make_client: MakeClient) -> None:
    with pytest.raises(AuthError):
        _many(make_client(forge.url, "nobodys"), ["tools/saw"])


def test_a_rate_limit_is_the_outcome_of_each_repository(forge: Forge, make_client: MakeClient) -> None:
    forge.limit(forge.token, resource="graphql", remaining=0, reset_in=600)
    found = _many(make_client(forge.url, forge.token), ["tools/saw", "others/axe"])
    assert [outcome.reason for outcome in found] == ["error", "error"]
    assert all(isinstance(outcome.error, RateLimitError) for outcome in found)


# -- too much at once


@pytest.fixture
def full() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("tools")
    for number in range(60):
        fleet.add_repository("tools", f"r{number}")
    with Forge(fleet) as running:
        yield running


@pytest.mark.parametrize("way", [502, 504, "timedout", "complexity"])
@pytest.mark.parametrize("above", [30, 8, 1])
def test_a_batch_that_is_too_much_is_halved(full: Forge, make_client: MakeClient, way: Any, above: int) -> None:
    names = [item.full_name for item in full.fleet.repositories]
    full.graphql.time_out(above=above, failure=way)
    found = _many(make_client(full.url, full.token, retry=Retry(base=0.0)), names)
    assert [outcome.unwrap().full_name for outcome in found] == names
    sizes = [len(json.loads(request.body)["variables"]) // 2 for request in full.requests]
    assert max(sizes) == 60
    # A batch that is too much is not sent twice; what is small enough is sent once.
    assert sum(size for size in sizes if size <= above) == 60
    assert all(sizes.count(size) <= 60 // size + 1 for size in sizes)


@pytest.mark.parametrize("way", [502, "complexity"])
def test_a_batch_of_gitlab_is_halved_as_well(full: Forge, engine: str, way: Any) -> None:
    names = [item.full_name for item in full.fleet.repositories]
    full.graphql.time_out(above=20, failure=way)
    found = _many(gitlab(engine, full.gitlab_url, full.token), names)
    assert [outcome.unwrap().full_name for outcome in found] == names
    assert len(full.requests) == 7


def test_one_that_is_too_much_alone_is_an_error_of_its_own(full: Forge, make_client: MakeClient) -> None:
    full.graphql.time_out(above=0)
    found = _many(make_client(full.url, full.token), ["tools/r1", "tools/r2"])
    assert [outcome.reason for outcome in found] == ["error", "error"]
    assert all(isinstance(outcome.error, ServerError) for outcome in found)


def test_a_provider_that_is_down_is_not_asked_for_each_repository(full: Forge, make_client: MakeClient) -> None:
    full.graphql.time_out(above=0)
    names = [item.full_name for item in full.fleet.repositories]
    found = _many(make_client(full.url, full.token, max_concurrency=1), names)
    assert {outcome.reason for outcome in found} == {"error"}
    assert len(full.requests) < 20


def test_a_failure_that_may_pass_is_tried_again(full: Forge, make_client: MakeClient) -> None:
    full.fail("/graphql", status=503, times=2)
    (found,) = _many(make_client(full.url, full.token, retry=Retry(base=0.0)), ["tools/r1"])
    assert found.found
    assert [request.status for request in full.requests] == [503, 503, 200]


# -- answers that are not as they should be


def _from(make_client: MakeClient, body: object, names: list[str]) -> list[RepositoryOutcome]:
    with RawServer(always(http_response(body))) as server:
        return _many(make_client(server.url, TOKEN), names)


def test_an_object_of_another_shape_is_an_error_of_its_own(make_client: MakeClient) -> None:
    bodies = {
        "r0": github_node(),
        "r1": github_node(databaseId="x"),
        "r2": {"databaseId": 3},
        "r3": github_node(createdAt="never"),
    }
    found = _from(make_client, {"data": bodies}, ["o/r", "o/s", "o/t", "o/u"])
    assert [outcome.reason for outcome in found] == [None, "error", "error", "error"]
    assert all(isinstance(outcome.error, DecodeError) for outcome in found[1:])


def test_details_of_which_a_part_could_not_be_had_come_with_the_error(make_client: MakeClient) -> None:
    errors = [{"type": "FORBIDDEN", "path": ["r0", "licenseInfo"], "message": "no"}]
    (found,) = _from(make_client, {"data": {"r0": github_node()}, "errors": errors}, ["o/r"])
    assert found.found
    assert found.reason is None
    assert isinstance(found.error, GraphQLError)


def test_an_error_of_the_whole_query_is_the_outcome_of_each_repository(make_client: MakeClient) -> None:
    found = _from(make_client, {"data": None, "errors": [{"message": "broken"}]}, ["o/r", "o/s"])
    assert [outcome.reason for outcome in found] == ["error", "error"]


def test_the_error_of_one_repository_shows_no_token_that_the_server_repeated(make_client: MakeClient) -> None:
    problem = {"type": "NOT_FOUND", "path": ["r0"], "message": f"not for {TOKEN}"}
    first, second = _from(make_client, {"data": {"r0": None, "r1": github_node()}, "errors": [problem]}, ["o/q", "o/r"])
    assert (first.reason, second.reason) == ("gone", None)
    assert TOKEN not in f"{first!r} {first.error} {vars(first.error)!r}"
    assert "not for ***" in str(first.error)


@pytest.mark.parametrize("length", [0, 270, 290])
def test_the_error_of_one_repository_shows_no_part_of_a_token_and_none_in_its_type(
    make_client: MakeClient, length: int
) -> None:
    problem = {"type": TOKEN, "path": ["r0", TOKEN], "message": "x" * length + TOKEN}
    (found,) = _from(make_client, {"data": {"r0": github_node()}, "errors": [problem]}, ["o/r"])
    assert isinstance(found.error, GraphQLError)
    assert TOKEN[:8] not in f"{found!r} {found.error} {vars(found.error)!r}"


def test_a_source_that_is_not_in_sight_is_not_claimed(make_client: MakeClient) -> None:
    parent: dict[str, Any] = {"nameWithOwner": "p4/r", "isFork": True}
    for level in (3, 2, 1, 0):
        parent = {"nameWithOwner": f"p{level}/r", "isFork": True, "parent": parent}
    (found,) = _from(make_client, {"data": {"r0": github_node(isFork=True, parent=parent)}}, ["o/r"])
    assert found.unwrap().parent == "p0/r"
    assert found.unwrap().source is None


def test_a_name_in_other_letters_is_the_same_name(make_client: MakeClient) -> None:
    (found,) = _from(make_client, {"data": {"r0": github_node()}}, ["O/R"])
    assert (found.name, found.renamed_to, found.unwrap().full_name) == ("O/R", None, "o/r")


def test_when_one_request_fails_the_call_the_others_have_ended(make_client: MakeClient) -> None:
    def play(link: Link) -> None:
        request = link.read()
        if request is not None and (b'"bad"' in request.body or request.target == "/rate_limit"):
            link.send(http_response({"message": "Bad credentials"}, status=401))
        else:
            link.wait_until_gone()

    async def main(url: str) -> list[str]:
        async with make_client(url, TOKEN) as client:
            names = [*(f"o/r{number}" for number in range(100)), "bad/r"]
            async with asyncio.timeout(10):  # the server keeps the other request for longer
                with pytest.raises(AuthError):
                    await client.fetch_many_repository_details(names)
            coroutines = [task.get_coro() for task in asyncio.all_tasks()]
            return [getattr(coroutine, "__qualname__", "") for coroutine in coroutines]

    with RawServer(play) as server:
        assert [name for name in run(main(server.url)) if "batch" in name] == []
