"""The ready dataclasses of GitFleet.endpoints: the forge serves what they decode, and the documentation lists them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from GitFleet import endpoints
from gitfleet_api import NotFoundError, PermissionDeniedError
from gitfleet_testing import Fleet, Forge, Repository
from support.clients import MakeClient
from support.either import Ask, asking
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

ORG = "acme"
PAGE = Path(__file__).parents[2] / "docs" / "any-endpoint.md"
READY: dict[str, Any] = {
    name: found for name in endpoints.__all__ if hasattr(found := getattr(endpoints, name), "PATH")
}
LISTS = [name for name in READY if name != "LicenseFile"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("member")
    fleet.add_user("stranger")
    fleet.add_organization(ORG, members=["member"], teams=("Core Team",))
    for number in range(28):  # the number of a repository decides what it has
        fleet.add_repository(ORG, f"r{number}", license="mit", runs=int(number < 21))
    fleet.set_file(f"{ORG}/r3", ".github/CODEOWNERS", "* @a\n***/x @b\n")
    with Forge(fleet) as running:
        running.add_token("member-token", login="member")
        running.add_token("stranger-token", login="stranger")
        yield running


@pytest.fixture
def github(engine: str, make_client: MakeClient, shared: Forge) -> Ask:
    return asking("github", engine, make_client, shared)


@pytest.fixture
def other(engine: str, make_client: MakeClient, shared: Forge) -> Ask:
    return asking("gitlab", engine, make_client, shared)


def _first(forge: Forge, alerts: int) -> Repository:
    """A repository with this number of alerts of each kind, of which every fourth is closed."""
    return next(item for item in forge.fleet.repositories if item.id % 4 == alerts and item.id % 7)


@pytest.mark.parametrize("name", LISTS)
def test_every_ready_dataclass_decodes_what_its_endpoint_returns(
    github: Ask, other: Ask, shared: Forge, name: str
) -> None:
    model = READY[name]
    repository = shared.fleet.repository(f"{ORG}/r3") if name == "CodeOwnersError" else _first(shared, 3)
    if model.PATH.startswith("/projects"):
        names = {"id": repository.full_name}
    elif model.PATH.startswith("/orgs"):
        names = {"org": ORG}
    else:
        names = {"owner": ORG, "repo": repository.name}
    ask = other if "id" in names else github
    found = ask(lambda client: client.fetch_all(model.PATH, model, at=model.AT, **names))
    assert found
    assert all(type(row) is model for row in found)
    filled = {field.name for field in dataclasses.fields(model) if any(getattr(row, field.name) for row in found)}
    rare = {"description", "parent", "repository", "inherited", "resolution", "allow_force_push", "html_url"}
    assert {field.name for field in dataclasses.fields(model)} - filled <= rare | {"code_owner_approval_required"}


def test_the_license_file_is_one_object(github: Ask) -> None:
    model = endpoints.LicenseFile
    found = github(lambda client: client.fetch(model.PATH, model, owner=ORG, repo="r1"))
    assert (found.path, found.spdx_id, found.name) == ("LICENSE", "MIT", "MIT License")


@pytest.mark.parametrize(("alerts", "opened"), [(0, 0), (1, 1), (2, 2), (3, 2)])
def test_open_alerts_are_counted(github: Ask, shared: Forge, alerts: int, opened: int) -> None:
    repository = _first(shared, alerts)
    found = github(lambda client: endpoints.count_security_alerts(client, repository))
    assert found == endpoints.SecurityAlerts(opened, opened, opened)


@pytest.mark.parametrize("count", [250])
def test_every_page_of_alerts_is_counted(make_client: MakeClient, count: int) -> None:
    rows = [{"number": number, "state": "open"} for number in range(count)]

    def choose(request: RawRequest) -> bytes:
        start = int(parse_qs(urlsplit(request.target).query).get("after", ["0"])[0])
        link = f'<{server.url}/repositories/1/alerts?per_page=100&after={start + 100}>; rel="next"'
        return http_response(rows[start : start + 100], headers={"link": link} if start + 100 < count else {})

    async def main(url: str) -> endpoints.SecurityAlerts:
        async with make_client(url) as client:
            return await endpoints.count_security_alerts(client, Repository(1, "o", "r"))

    with RawServer(route(choose)) as server:
        assert run(main(server.url)) == endpoints.SecurityAlerts(count, count, count)


def test_features_that_are_disabled_or_hidden_have_no_number(github: Ask, shared: Forge) -> None:
    disabled = next(item for item in shared.fleet.repositories if item.id % 7 == 0 and not item.amounts.runs)
    nothing = endpoints.SecurityAlerts(None, None, None)
    assert github(lambda client: endpoints.count_security_alerts(client, disabled)) == nothing
    plain = _first(shared, 3)
    found = github(lambda client: endpoints.count_security_alerts(client, plain), token="member-token")
    assert found == endpoints.SecurityAlerts(2, 2, None)
    assert github(lambda client: endpoints.count_security_alerts(client, plain), token="stranger-token") == nothing


def test_a_repository_that_does_not_exist_is_an_error(github: Ask) -> None:
    gone = Repository(1, ORG, "gone")
    with pytest.raises(NotFoundError):
        github(lambda client: endpoints.count_security_alerts(client, gone))


def test_custom_attributes_of_gitlab_are_for_administrators(other: Ask) -> None:
    model = endpoints.CustomAttribute
    with pytest.raises(PermissionDeniedError):
        other(lambda client: client.fetch_all(model.PATH, model, id=f"{ORG}/r1"), token="member-token")


def test_no_secret_is_decoded() -> None:
    names = {field.name for field in dataclasses.fields(endpoints.SecretScanningAlert)}
    assert "secret" not in names


def test_the_documentation_lists_every_ready_dataclass_with_its_endpoint_and_permission() -> None:
    page = PAGE.read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    listed = {line.split("`")[1]: line for line in rows if line.split("`")[1] in READY}
    assert list(listed) == list(READY)
    for name, model in READY.items():
        paths = [model.PATH, *([model.ORGANIZATION_PATH] if hasattr(model, "ORGANIZATION_PATH") else [])]
        assert all(f"`{path}`" in listed[name] for path in paths)
        assert listed[name].endswith(f"| {model.PERMISSION} |")
        assert not model.AT or f"at `{model.AT}`" in listed[name]
