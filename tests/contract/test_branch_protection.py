"""The protection of branches, on both providers."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import BranchProtection, GitHubClient, NotFoundError, ProviderType
from gitfleet_testing import Branch, Fleet, Forge, Protection
from support.clients import MakeClient
from support.either import PROVIDERS, Ask, asking
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run
from support.sending import NAME, OWNER

STRICT = Protection(
    approvals=2,
    code_owners=True,
    dismiss_stale=True,
    checks=("build", "lint"),
    strict=True,
    conversations=True,
    signatures=True,
    linear=True,
    administrators=True,
    restricted_to=("fleet-admin",),
    push_level=0,
    merge_level=40,
)
LOOSE = Protection(approvals=0, force_push=True, deletion=True, push_level=30)
BRANCHES = (
    Branch("by-both", "1" * 40, protected=True, rules=Protection(), ruleset=Protection(approvals=3, checks=("e2e",))),
    Branch("by-ruleset", "2" * 40, protected=True, rules=None, ruleset=STRICT),
    Branch("loose", "3" * 40, protected=True, rules=LOOSE),
    Branch("main", "4" * 40, protected=True, rules=STRICT),
    Branch("topic/ä#b", "5" * 40),
    Branch("release/1.0", "6" * 40, protected=True),
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("member")
    fleet.add_user("stranger")
    fleet.add_organization(OWNER, members=["member"])
    fleet.add_repository(OWNER, NAME, branches=BRANCHES)
    fleet.add_repository(OWNER, "blank", empty=True)
    fleet.add_repository(OWNER, "open", branches=[Branch("trunk", "7" * 40)], default_branch="trunk")
    with Forge(fleet) as running:
        running.add_token("member-token", login="member")
        running.add_token("stranger-token", login="stranger")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.clear_log()
    return shared


Fetch = Callable[..., BranchProtection]


def _fetching(ask: Ask) -> Fetch:
    def fetch(branch: str | None = None, *, name: str = NAME, **options: Any) -> Any:
        return ask(lambda client: client.fetch_branch_protection(OWNER, name, branch=branch), **options)

    return fetch


@pytest.fixture
def github(engine: str, make_client: MakeClient, forge: Forge) -> Fetch:
    return _fetching(asking("github", engine, make_client, forge))


@pytest.fixture
def other(engine: str, make_client: MakeClient, forge: Forge) -> Fetch:
    return _fetching(asking("gitlab", engine, make_client, forge))


@pytest.fixture(params=PROVIDERS)
def either(request: pytest.FixtureRequest, engine: str, make_client: MakeClient, forge: Forge) -> Fetch:
    return _fetching(asking(request.param, engine, make_client, forge))


def test_github_returns_every_rule_of_branch_protection(github: Fetch, forge: Forge) -> None:
    assert github("main") == BranchProtection(
        "main",
        True,
        sources=("branch protection",),
        required_approvals=2,
        dismiss_stale_approvals=True,
        code_owner_approval=True,
        required_checks=("build", "lint"),
        strict_checks=True,
        resolved_conversations=True,
        signed_commits=True,
        linear_history=True,
        includes_administrators=True,
        allow_force_push=False,
        allow_deletion=False,
        push_access=("fleet-admin",),
    )
    assert len(forge.requests) == 3


def test_github_returns_the_absence_of_every_rule(github: Fetch) -> None:
    assert github("loose") == BranchProtection(
        "loose",
        True,
        sources=("branch protection",),
        required_approvals=0,
        dismiss_stale_approvals=False,
        code_owner_approval=False,
        required_checks=(),
        strict_checks=False,
        resolved_conversations=False,
        signed_commits=False,
        linear_history=False,
        includes_administrators=False,
        allow_force_push=True,
        allow_deletion=True,
    )


@pytest.mark.parametrize("token", [None, "stranger-token"])
def test_everybody_sees_the_rules_of_a_ruleset(github: Fetch, forge: Forge, token: str | None) -> None:
    found = github("by-ruleset", token=token)
    assert found.sources is not None
    assert [source.partition(" ")[0] for source in found.sources] == ["ruleset"]
    classic = github("main")
    only = ("branch", "sources", "includes_administrators", "push_access")
    assert dataclasses.replace(found, **{name: getattr(classic, name) for name in only}) == classic
    assert (found.includes_administrators, found.push_access) == (None, None)
    assert [request.path.rpartition("/")[2] for request in forge.requests][:2] == ["by-ruleset", "by-ruleset"]


def test_of_branch_protection_and_rulesets_the_strictest_rules_apply(github: Fetch) -> None:
    found = github("by-both")
    assert (found.required_approvals, found.required_checks) == (3, ("e2e",))
    assert found.sources is not None
    assert len(found.sources) == 2


def test_rules_that_an_ordinary_token_cannot_see_are_none(github: Fetch) -> None:
    hidden = github("main", token="member-token")
    assert hidden == BranchProtection("main", True, required_checks=("build", "lint"))
    both = github("by-both", token="member-token")
    assert both == BranchProtection(
        "by-both", True, required_checks=("e2e",), allow_force_push=False, allow_deletion=False
    )


def test_gitlab_returns_its_rules(other: Fetch, forge: Forge) -> None:
    assert other("main") == BranchProtection(
        "main",
        True,
        sources=("main",),
        code_owner_approval=True,
        allow_force_push=False,
        push_access=("No one",),
        merge_access=("Maintainers",),
        provider_type=ProviderType.GITLAB,
    )
    assert len(forge.requests) == 2


def test_rules_that_a_visitor_of_gitlab_cannot_see_are_none(other: Fetch) -> None:
    hidden = BranchProtection("main", True, provider_type=ProviderType.GITLAB)
    assert other("main", token="stranger-token") == hidden
    assert other("main", token="member-token").sources == ("main",)


@pytest.mark.parametrize("token", [None, "stranger-token"])
def test_a_branch_without_protection_costs_one_request(either: Fetch, forge: Forge, token: str | None) -> None:
    found = either("topic/ä#b", token=token)
    assert dataclasses.replace(found, provider_type=ProviderType.GITHUB) == BranchProtection("topic/ä#b", False)
    assert len(forge.requests) == 1


def test_a_slash_and_a_dot_in_the_name_of_a_branch_are_kept(either: Fetch) -> None:
    found = either("release/1.0")
    assert (found.branch, found.protected, found.allow_force_push) == ("release/1.0", True, False)


@pytest.mark.parametrize(("name", "branch", "protected"), [(NAME, "main", True), ("open", "trunk", False)])
def test_without_a_branch_it_is_the_default_branch(either: Fetch, name: str, branch: str, protected: bool) -> None:
    found = either(name=name)
    assert (found.branch, found.protected) == (branch, protected)


def test_an_empty_repository_has_no_protected_branch(either: Fetch) -> None:
    found = either(name="blank")
    assert found.branch == ("main" if found.provider_type is ProviderType.GITHUB else None)
    assert (found.protected, found.sources) == (False, None)


@pytest.mark.parametrize(("branch", "name"), [("gone", NAME), (None, "gone"), ("main", "gone")])
def test_a_branch_or_repository_that_does_not_exist_is_not_found(either: Fetch, branch: str | None, name: str) -> None:
    with pytest.raises(NotFoundError):
        either(branch, name=name)


def test_raw_data_has_the_objects_of_the_provider(github: Fetch, other: Fetch) -> None:
    raw = github("main", include_raw=True).raw_data
    assert raw is not None
    assert list(raw) == ["branch", "protection", "rules"]
    assert raw["protection"]["enforce_admins"]["enabled"] is True  # type: ignore[index]
    raw = other("main", include_raw=True).raw_data
    assert raw is not None
    assert [rule["name"] for rule in raw["rules"]] == ["main"]  # type: ignore[attr-defined]
    assert github("topic/ä#b", include_raw=True).raw_data is not None
    assert github("main").raw_data is None


def _served(engine: str, rules: list[dict[str, object]], branch: str) -> BranchProtection:
    def choose(request: RawRequest) -> bytes:
        if "/protected_branches" in request.target:
            return http_response(rules)
        return http_response({"name": branch, "protected": True})

    async def main(url: str) -> BranchProtection:
        async with gitlab(engine, url, "token") as client:
            return await client.fetch_branch_protection("o", "r", branch=branch)

    with RawServer(route(choose)) as server:
        return run(main(server.url))


def _rule(name: str, push: str, *, force: bool = False, owners: bool = False) -> dict[str, object]:
    return {
        "name": name,
        "push_access_levels": [{"access_level_description": push}],
        "merge_access_levels": [{"access_level_description": "Maintainers"}],
        "allow_force_push": force,
        "code_owner_approval_required": owners,
    }


def test_a_branch_of_gitlab_matches_wildcards_and_the_most_permissive_rule_applies(engine: str) -> None:
    rules = [
        _rule("release/*", "Maintainers"),
        _rule("*1.0", "Developers + Maintainers", force=True, owners=True),
        _rule("release/1?0", "No one"),
        _rule("release", "No one"),
    ]
    found = _served(engine, rules, "release/1.0")
    assert found.sources == ("release/*", "*1.0")
    assert found.push_access == ("Maintainers", "Developers + Maintainers")
    assert found.merge_access == ("Maintainers",)
    assert (found.allow_force_push, found.code_owner_approval) == (True, True)


def test_a_free_server_of_gitlab_without_code_owners_leaves_them_out(engine: str) -> None:
    rule = _rule("main", "Maintainers")
    del rule["code_owner_approval_required"]
    assert _served(engine, [rule], "main").code_owner_approval is None


CALLS: dict[str, Callable[[GitHubClient], Awaitable[object]]] = {
    "an empty branch": lambda client: client.fetch_branch_protection("o", "r", branch=""),
    "a branch with two dots": lambda client: client.fetch_branch_protection("o", "r", branch="a/../b"),
    "a number": lambda client: client.fetch_branch_protection("o", "r", branch=5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_name_that_no_branch_has_is_refused(
    make_client: MakeClient, forge: Forge, call: Callable[[GitHubClient], Awaitable[object]]
) -> None:
    async def main() -> None:
        async with make_client(forge.url) as client:
            await call(client)

    with pytest.raises(ValueError, match="branch"):
        run(main())
    assert forge.requests == []
