"""Users, organizations and their members against the local forge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gitfleet_api import NotFoundError
from gitfleet_testing import Forge
from gitfleet_testing.data.models import Organization
from support import expected
from support.clients import MakeClient
from support.plain import fetch, fetch_all
from support.storied import ORG, USER, storied_fleet
from support.varied import ask


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(storied_fleet()) as running:
        running.add_token("octo", login=USER)
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


@pytest.mark.parametrize("login", [USER, USER.upper(), ORG, "member-007"])
def test_an_account_is_found_by_its_name(make_client: MakeClient, forge: Forge, login: str) -> None:
    raw = fetch(forge, f"/users/{login}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_user(login))
    assert found == expected.user(raw)
    assert (found.login, found.type) == (login.lower(), "Organization" if login == ORG else "User")


def test_a_user_holds_what_the_fleet_says(make_client: MakeClient, forge: Forge) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_user(USER), None)
    assert (found.name, found.company, found.bio, found.followers) == ("Tell Er", "Tales", "¿?", 3)


def test_an_organization_is_found_by_its_name(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch(forge, f"/orgs/{ORG}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_organization(ORG))
    assert found == expected.organization(raw)
    assert (found.login, found.description) == (ORG, "Stories — long ones")


def test_a_user_is_no_organization(make_client: MakeClient, forge: Forge) -> None:
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_organization(USER))
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_members(USER))


@pytest.mark.parametrize("name", ["no-such", "member-999"])
def test_who_there_is_not_is_not_found(make_client: MakeClient, forge: Forge, name: str) -> None:
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_user(name))
    with pytest.raises(NotFoundError):
        ask(make_client, forge, lambda client: client.fetch_organization(name))


@pytest.mark.parametrize("token", ["octo", None])
def test_the_members_of_an_organization_are_those_the_token_may_see(
    make_client: MakeClient, forge: Forge, token: str | None
) -> None:
    raw = fetch_all(forge, f"/orgs/{ORG}/members", token)
    found = ask(make_client, forge, lambda client: client.fetch_members(ORG), token)
    assert found == [expected.owner(row) for row in raw]
    account = forge.fleet.account(ORG)
    assert isinstance(account, Organization)
    assert {person.login for person in found} <= set(account.members)
    if token is not None:
        assert len(found) == len(account.members) > 130
        assert len(forge.requests) == 2
