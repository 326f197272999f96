"""Every method against the local forge: the objects are those that the forge's own JSON describes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    ConfigurationError,
    DecodeError,
    GitHubClient,
    NotFoundError,
    PermissionDeniedError,
    UnavailableForLegalReasonsError,
)
from gitfleet_testing import Forge
from support import expected
from support.clients import MakeClient
from support.plain import fetch, fetch_all
from support.varied import ADMIN, ORG, USER, ask, varied_fleet


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(varied_fleet()) as running:
        running.add_token("octo", login=USER)
        running.add_token("plain", login="nobody-special")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


def test_the_user_of_the_token(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch(forge, "/user", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_user_info())
    assert found == expected.user(raw)
    assert (found.login, found.location, found.bio) == (USER, "Zürich 🏔", None)
    assert found.created_at.tzinfo is not None


@pytest.mark.parametrize(
    ("token", "owner", "path"),
    [
        ("octo", ORG, f"/orgs/{ORG}/repos?type=all&sort=created&direction=asc"),
        ("plain", ORG, f"/orgs/{ORG}/repos?type=all&sort=created&direction=asc"),
        (None, ORG, f"/orgs/{ORG}/repos?type=all&sort=created&direction=asc"),
        ("octo", ORG.upper(), f"/orgs/{ORG}/repos?type=all&sort=created&direction=asc"),
        ("octo", USER, "/user/repos?affiliation=owner&sort=created&direction=asc"),
        ("octo", USER.title(), "/user/repos?affiliation=owner&sort=created&direction=asc"),
        ("plain", USER, f"/users/{USER}/repos?type=owner&sort=created&direction=asc"),
        (None, USER, f"/users/{USER}/repos?type=owner&sort=created&direction=asc"),
        ("octo", ADMIN, f"/users/{ADMIN}/repos?type=owner&sort=created&direction=asc"),
    ],
)
def test_the_repositories_of_an_owner(
    make_client: MakeClient, forge: Forge, token: str | None, owner: str, path: str
) -> None:
    raw = fetch_all(forge, path, token)
    found = ask(make_client, forge, lambda client: client.fetch_repositories(owner), token)
    assert found == [expected.repo(row) for row in raw]
    owned = {item.id: item for item in forge.fleet.owned_by(owner)}
    public = {number for number, item in owned.items() if not item.private}
    sees_all = token == "octo" and owner.lower() in (USER, ORG)
    assert {item.id for item in found} == (set(owned) if sees_all else public)
    for item in found:
        made = owned[item.id]
        assert (item.name, item.stargazers_count, item.private) == (made.name, made.stars, made.private)
        assert (item.description, item.topics, item.archived) == (
            made.description,
            made.topics,
            made.archived,
        )


@pytest.mark.parametrize(
    ("kind", "owner", "path"),
    [
        ("organization", ORG, f"/orgs/{ORG}/repos"),
        ("user", USER, f"/users/{USER}/repos"),
        ("self", USER, "/user/repos"),
    ],
)
def test_the_kind_of_an_owner_chooses_the_endpoint(
    make_client: MakeClient, forge: Forge, kind: Any, owner: str, path: str
) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_repositories(owner, kind=kind))
    asked = [request.path for request in forge.requests]
    assert asked[0] == ("/user" if kind == "self" else path)
    assert path in asked
    private = [item for item in found if item.private]
    assert bool(private) == (kind != "user")


def test_a_wrong_kind_is_not_found_or_refused(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_repositories(USER, kind="organization"))
    with pytest.raises(ConfigurationError, match="no token belongs to"):
        ask(make_client, forge, lambda client: client.fetch_repositories(ORG, kind="self"))


def test_an_owner_that_there_is_not_is_not_found(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(NotFoundError) as caught:
        ask(make_client, forge, lambda client: client.fetch_repositories("no-such-owner"))
    assert caught.value.url is not None
    assert caught.value.url.startswith(f"{forge.url}/users/no-such-owner/repos?")
    assert caught.value.request_id


@pytest.mark.parametrize("name", ["own", "hidden", "forked", "OWN"])
def test_the_details_of_a_repository(make_client: MakeClient, forge: Forge, name: str) -> None:
    raw = fetch(forge, f"/repos/{USER}/{name}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_repository_details(USER, name))
    assert found == expected.details(raw)
    assert found.parent == (f"{ORG}/r001" if name == "forked" else None)


def test_the_details_hold_what_the_fleet_says(make_client: MakeClient, forge: Forge) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_repository_details(ORG, "r003"))
    made = forge.fleet.repository(f"{ORG}/r003")
    assert (found.id, found.full_name, found.license) == (made.id, made.full_name, "MIT")
    assert (found.owner.login, found.owner.type) == (ORG, "Organization")
    assert (found.size, found.subscribers_count, found.has_wiki) == (
        made.size,
        made.subscribers,
        made.has_wiki,
    )
    assert found.created_at.isoformat() == made.created_at.replace("Z", "+00:00")


def test_a_renamed_repository_is_found_under_its_old_name(make_client: MakeClient, forge: Forge) -> None:
    async def call(client: GitHubClient) -> Any:
        return (
            await client.fetch_repository_details(ORG, "before"),
            await client.fetch_branches(ORG, "before"),
            await client.fetch_contributors(ORG, "before"),
        )

    details, branches, contributors = ask(make_client, forge, call)
    made = forge.fleet.repository(f"{ORG}/after")
    assert (details.id, details.name) == (made.id, "after")
    assert {item.name for item in branches} == {item.name for item in made.branches}
    assert len(contributors) == len(made.contributors)
    assert [request.status for request in forge.requests] == [301, 200] * 3


@pytest.mark.parametrize("token", ["plain", None])
def test_a_private_repository_is_not_found_by_others(make_client: MakeClient, forge: Forge, token: str | None) -> None:
    for call in (
        lambda client: client.fetch_repository_details(USER, "hidden"),
        lambda client: client.fetch_branches(USER, "hidden"),
        lambda client: client.fetch_contributors(USER, "hidden"),
    ):
        with pytest.raises(NotFoundError):
            ask(make_client, forge, call, token)


def test_a_blocked_repository_says_so(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(PermissionDeniedError, match="Repository access blocked"):
        ask(make_client, forge, lambda client: client.fetch_repository_details(ORG, "banned"))
    with pytest.raises(UnavailableForLegalReasonsError):
        ask(make_client, forge, lambda client: client.fetch_repository_details(ORG, "taken-down"))


@pytest.mark.parametrize("name", ["busy", "r001", "empty"])
def test_the_branches_of_a_repository(make_client: MakeClient, forge: Forge, name: str) -> None:
    raw = fetch_all(forge, f"/repos/{ORG}/{name}/branches", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_branches(ORG, name))
    assert found == [expected.branch(row) for row in raw]
    made = {item.name: item for item in forge.fleet.repository(f"{ORG}/{name}").branches}
    assert {item.name for item in found} == set(made)
    assert len(found) == {"busy": 250, "empty": 0}.get(name, len(made))
    for item in found:
        assert (item.commit_sha, item.protected) == (made[item.name].sha, made[item.name].protected)


@pytest.mark.parametrize("name", ["busy", "r001"])
def test_the_contributors_of_a_repository(make_client: MakeClient, forge: Forge, name: str) -> None:
    raw = fetch_all(forge, f"/repos/{ORG}/{name}/contributors", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_contributors(ORG, name))
    assert found == [expected.contributor(row) for row in raw]
    people = forge.fleet.repository(f"{ORG}/{name}").contributors
    made = {item.login: item.contributions for item in people if item.login is not None}
    assert {item.login: item.contributions for item in found} == made


def test_an_empty_repository_has_no_contributors(make_client: MakeClient, forge: Forge) -> None:
    assert ask(make_client, forge, lambda client: client.fetch_contributors(ORG, "empty")) == []
    assert [request.status for request in forge.requests] == [204]


@pytest.mark.parametrize("resource", ["core", "search", "graphql", "code_search"])
def test_the_rate_limit_of_a_resource(make_client: MakeClient, forge: Forge, resource: str) -> None:
    fetch(forge, "/user", "octo")
    raw = fetch(forge, "/rate_limit", "octo")
    found = ask(make_client, forge, lambda client: client.get_rate_limit(resource))
    wanted = expected.rate_limit(raw, resource)
    assert (found.limit, found.remaining, found.used, found.resource) == (
        wanted.limit,
        wanted.remaining,
        wanted.used,
        resource,
    )
    assert abs(found.reset_time - wanted.reset_time) < timedelta(seconds=5)
    assert found.reset_time > datetime.now(UTC)


def test_a_resource_that_there_is_not_is_an_error(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(DecodeError, match="tea"):
        ask(make_client, forge, lambda client: client.get_rate_limit("tea"))


def test_credentials_are_valid_wrong_or_missing(make_client: MakeClient, forge: Forge) -> None:
    for token, valid in (("octo", True), ("unknown", False), (None, False)):
        assert ask(make_client, forge, lambda client: client.validate_credentials(), token) is valid
    assert [request.status for request in forge.requests] == [200, 401, 401]  # one 401 proves nothing


@pytest.mark.parametrize("token", ["unknown", None])
def test_without_a_good_token_there_is_no_user(make_client: MakeClient, forge: Forge, token: str | None) -> None:
    with pytest.raises(AuthError):
        ask(make_client, forge, lambda client: client.fetch_user_info(), token)
