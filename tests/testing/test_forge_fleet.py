"""The data of a fleet: generated from a seed, and checked when it is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]


def pages(fleet: Fleet, ask: Ask) -> list[bytes]:
    """Bodies of a served fleet without the URL of the server."""
    with Forge(fleet) as forge:
        login, name = fleet.organizations[0].login, fleet.repositories[0].full_name
        paths = (f"/orgs/{login}/repos?per_page=100", f"/orgs/{login}", "/user/repos", f"/repos/{name}/branches")
        return [ask(forge.url + path).body.replace(forge.url.encode(), b"URL") for path in paths]


def test_the_same_seed_gives_the_same_bytes(ask: Ask) -> None:
    first, again, other = (
        pages(Fleet.generate(organizations=2, repositories=150, seed=seed), ask) for seed in (3, 3, 4)
    )
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


@pytest.mark.parametrize("repositories", [0, 1, 9, 10, 60, 2500])
def test_generate_creates_the_requested_number_of_repositories(repositories: int) -> None:
    fleet = Fleet.generate(organizations=3, repositories=repositories)
    assert len(fleet.repositories) == repositories
    assert len({item.full_name.lower() for item in fleet.repositories}) == repositories
    assert len(fleet.organizations) == 3


def test_repositories_are_spread_unevenly() -> None:
    fleet = Fleet.generate(organizations=3, repositories=2500, seed=7)
    counts = Counter(item.owner for item in fleet.repositories)
    shares = [counts[organization.login] / 2500 for organization in fleet.organizations]
    assert shares == pytest.approx([0.58, 0.26, 0.12], abs=0.02)
    mine = fleet.owned_by("fleet-admin")
    assert {item.private for item in mine} == {True, False}
    assert sum(item.private for item in fleet.repositories) == pytest.approx(250, abs=60)


def test_some_repositories_have_two_pages_of_branches_or_contributors() -> None:
    fleet = Fleet.generate(repositories=200)
    assert max(len(item.branches) for item in fleet.repositories) == 100
    assert max(sum(p.login is not None for p in item.contributors) for item in fleet.repositories) == 130
    assert Counter(len(item.branches) for item in fleet.repositories).most_common(1)[0][0] == 3


def test_generate_accepts_numbers_of_branches_and_contributors() -> None:
    fleet = Fleet.generate(repositories=12, branches=2, contributors=4, private_share=0)
    for item in fleet.repositories:
        assert len(item.branches) == 2
        assert sum(person.login is not None for person in item.contributors) == 4
        assert not item.private


def test_without_organizations_all_repositories_belong_to_users() -> None:
    fleet = Fleet.generate(organizations=0, repositories=20, users=0)
    assert {item.owner for item in fleet.repositories} == {"fleet-admin"}


def test_the_admin_is_a_member_of_every_organization() -> None:
    fleet = Fleet.generate(organizations=30, repositories=0)
    fleet.add_organization("later")
    assert len(fleet.organizations) == 31
    assert all("fleet-admin" in organization.members for organization in fleet.organizations)


@pytest.mark.parametrize(
    "wrong",
    [
        {"organizations": -1},
        {"repositories": -1},
        {"users": -1},
        {"branches": -1},
        {"branches": 0},
        {"contributors": -1},
        {"private_share": 1.5},
    ],
)
def test_generate_rejects_invalid_numbers(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        Fleet.generate(**wrong)


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.add_organization("acme")
    made.add_repository("acme", "tool")
    return made


@pytest.mark.parametrize("name", ["", "a/b", "..", "sp ace", "x" * 101, "ünder", 'quo"te'])
def test_an_invalid_repository_name_is_rejected(fleet: Fleet, name: str) -> None:
    with pytest.raises(ValueError, match="not a repository name"):
        fleet.add_repository("acme", name)


@pytest.mark.parametrize("login", ["", "-x", "a_b", "x" * 40, "a/b", "a b"])
def test_an_invalid_login_is_rejected(fleet: Fleet, login: str) -> None:
    with pytest.raises(ValueError, match="not a login"):
        fleet.add_user(login)
    with pytest.raises(ValueError, match="not a login"):
        fleet.add_organization(login)


@pytest.mark.parametrize("name", ["", "a b", "a..b", "/a", "a/", "a//b", "x.lock", "a~b"])
def test_an_invalid_branch_name_is_rejected(fleet: Fleet, name: str) -> None:
    with pytest.raises(ValueError, match="not a branch name"):
        fleet.add_repository("acme", "other", branches=["main", name])


def test_taken_names_and_unknown_owners_are_rejected(fleet: Fleet) -> None:
    with pytest.raises(ValueError, match="already"):
        fleet.add_repository("ACME", "Tool")
    with pytest.raises(ValueError, match="already"):
        fleet.add_user("Acme")
    with pytest.raises(ValueError, match="no user or organization"):
        fleet.add_repository("nobody", "tool")
    with pytest.raises(ValueError, match="no user 'nobody'"):
        fleet.add_organization("more", members=["nobody"])
    fleet.add_repository("acme", "other")
    with pytest.raises(ValueError, match="already"):
        fleet.rename("acme/other", "acme/TOOL")
    with pytest.raises(KeyError, match="acme/none"):
        fleet.rename("acme/none", "acme/some")
    with pytest.raises(ValueError, match="owner/name"):
        fleet.block("tool")


def test_contradicting_fields_of_a_repository_are_rejected(fleet: Fleet) -> None:
    with pytest.raises(ValueError, match="empty repository"):
        fleet.add_repository("acme", "void", empty=True, branches=2)
    with pytest.raises(ValueError, match="default branch"):
        fleet.add_repository("acme", "void", branches=["dev"])
    with pytest.raises(ValueError, match="twice"):
        fleet.add_repository("acme", "void", branches=["main", "main"])
    with pytest.raises(ValueError, match="use rename"):
        fleet.update("acme/tool", name="x")
    with pytest.raises(TypeError, match="sttars"):
        fleet.add_repository("acme", "void", sttars=1)
    assert [item.name for item in fleet.repositories] == ["tool"]


def test_a_repository_can_be_renamed_to_another_case_and_back(fleet: Fleet) -> None:
    fleet.rename("acme/tool", "acme/TOOL")
    assert [item.full_name for item in fleet.owned_by("acme")] == ["acme/TOOL"]
    assert fleet.moved("acme", "tool") is None


def test_a_repository_can_become_empty(fleet: Fleet) -> None:
    emptied = fleet.update("acme/tool", empty=True)
    assert (emptied.branches, emptied.contributors) == ((), ())
