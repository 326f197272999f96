"""Commits, people, teams, keys, code owners, runs and environments of a repository, on both providers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gitfleet_api import (
    AuthError,
    CodeOwnersRule,
    CollaboratorInfo,
    ConfigurationError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    ProviderType,
    TeamInfo,
)
from gitfleet_testing import Fleet, Forge, Repository
from support.clients import MakeClient
from support.either import PROVIDERS, Ask, asking
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, http_response, route
from support.running import run

ORG, NAME, FULL = "acme", "tool", "acme/tool"
OWNERS = """\
# Owners of everything
*       @everyone   # a comment
/docs/  @writer docs@mail.invalid
/docs/a\\ b.md @writer
/free/
[Design][2] @designer
*.svg
*.png   @painter
^[Optional]
*.txt
"""


def _fleet() -> Fleet:
    fleet = Fleet()
    for login in ("member", "stranger"):
        fleet.add_user(login)
    fleet.add_organization(ORG, members=["member"], teams=("Core Team", "Docs", "Readers", "Unused"))
    fleet.add_organization("partners", members=["stranger"])
    for number in range(3):  # the number decides how many keys and environments a repository has
        fleet.add_repository(ORG, f"r{number}", commits=3, runs=3)
    fleet.add_repository(ORG, NAME, commits=12, runs=250, branches=["main", "topic/one"])
    fleet.add_repository(ORG, "blank", empty=True)
    fleet.add_repository("member", "own", commits=2)
    fleet.share(FULL, "partners")
    return fleet


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(_fleet()) as running:
        running.add_token("member-token", login="member")
        running.add_token("stranger-token", login="stranger")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.clear_log()
    return shared


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(provider: str, engine: str, make_client: MakeClient, forge: Forge) -> Ask:
    return asking(provider, engine, make_client, forge)


@pytest.fixture
def github(engine: str, make_client: MakeClient, forge: Forge) -> Ask:
    return asking("github", engine, make_client, forge)


@pytest.fixture
def other(engine: str, make_client: MakeClient, forge: Forge) -> Ask:
    return asking("gitlab", engine, make_client, forge)


def _with(forge: Forge, keys: int) -> Repository:
    """The repository that has this number of keys and environments."""
    return next(item for item in forge.fleet.repositories if item.name.startswith("r") and item.id % 3 == keys)


# -- commits


@pytest.mark.parametrize("ref", [None, "main", "topic/one", "hash"])
def test_a_commit_has_the_fields_of_the_list_and_its_numbers_of_lines(ask: Ask, forge: Forge, ref: str | None) -> None:
    repository = forge.fleet.repository(FULL)
    known = forge.fleet.history(repository)
    name = known.commits[5].sha if ref == "hash" else ref
    origin = (known.commits_from(repository, name) or [])[0]
    found = ask(lambda client: client.fetch_commit(ORG, NAME, ref=name))
    assert (found.additions, found.deletions) == origin.lines
    [listed, *_] = ask(lambda client: client.fetch_commits(ORG, NAME, ref=name))
    fields = [field for field in listed.__dataclass_fields__ if field != "raw_data"]
    assert [getattr(found, field) for field in fields] == [getattr(listed, field) for field in fields]
    assert found.verified is (False if found.provider_type is ProviderType.GITHUB else None)
    [file] = ask(lambda client: client.fetch_commit_files(ORG, NAME, ref=name))
    assert (file.path, file.status, file.old_path) == (origin.path, "modified", None)
    assert (file.additions, file.deletions) == origin.lines


def test_the_first_commit_adds_its_file(ask: Ask, forge: Forge) -> None:
    first = forge.fleet.history(forge.fleet.repository(FULL)).commits[-1]
    [file] = ask(lambda client: client.fetch_commit_files(ORG, NAME, ref=first.sha))
    assert (file.status, file.deletions) == ("added", 0)


@pytest.mark.parametrize("call", ["fetch_commit", "fetch_commit_files"])
@pytest.mark.parametrize(("name", "status"), [("blank", {"github": 409, "gitlab": 404}), ("gone", {})])
def test_an_empty_or_missing_repository_has_no_commit(
    ask: Ask, provider: str, call: str, name: str, status: dict[str, int]
) -> None:
    with pytest.raises(ProviderError) as caught:
        ask(lambda client: getattr(client, call)(ORG, name))
    assert caught.value.status == status.get(provider, 404)


@pytest.mark.parametrize("call", ["fetch_commit", "fetch_commit_files", "fetch_code_owners"])
def test_a_ref_that_does_not_exist_is_an_error(ask: Ask, provider: str, call: str) -> None:
    with pytest.raises(ProviderError) as caught:
        ask(lambda client: getattr(client, call)(ORG, NAME, ref="no/such"))
    commits = call != "fetch_code_owners"
    assert caught.value.status == (422 if provider == "github" and commits else 404)


def test_changes_of_gitlab_have_their_kind_and_their_lines(engine: str) -> None:
    flags = {"new_file": False, "deleted_file": False, "renamed_file": False}
    rows = [
        {**flags, "new_path": "a", "old_path": "a", "diff": "@@ -1 +1,2 @@\n-x\n+y\n+-z\n"},
        {**flags, "new_path": "b", "old_path": "o", "renamed_file": True, "diff": ""},
        {**flags, "new_path": "c", "old_path": "c", "deleted_file": True, "diff": "@@ -1 +0,0 @@\n-x\n"},
        {**flags, "new_path": "d", "old_path": "d", "diff": "", "too_large": True},
        {**flags, "new_path": "e", "old_path": "e", "diff": "", "collapsed": True},
    ]

    async def main(url: str) -> Any:
        async with gitlab(engine, url, "token") as client:
            return await client.fetch_commit_files("o", "r", ref="main")

    with RawServer(route(lambda _: http_response(rows))) as server:
        found = run(main(server.url))
    assert [(file.path, file.status, file.old_path, file.additions, file.deletions) for file in found] == [
        ("a", "modified", None, 2, 1),
        ("b", "renamed", "o", 0, 0),
        ("c", "removed", None, 0, 1),
        ("d", "modified", None, None, None),
        ("e", "modified", None, None, None),
    ]


def test_every_page_of_the_files_of_a_commit_of_github_is_read(make_client: MakeClient) -> None:
    def rows(first: int, count: int) -> object:
        names = range(first, first + count)
        return {"sha": "a", "files": [{"filename": f"f{number}", "status": "added"} for number in names]}

    async def main(url: str) -> Any:
        async with make_client(url) as client:
            return await client.fetch_commit_files("o", "r", ref="main")

    def choose(request: Any) -> bytes:
        if "page=2" in request.target:
            return http_response(rows(100, 30))
        link = f'<{server.url}/repositories/1/commits/main?per_page=100&page=2>; rel="next"'
        return http_response(rows(0, 100), headers={"link": link})

    with RawServer(route(choose)) as server:
        found = run(main(server.url))
    assert [file.path for file in found] == [f"f{number}" for number in range(130)]


# -- people


def test_github_lists_collaborators_with_their_roles(github: Ask) -> None:
    found = github(lambda client: client.fetch_collaborators(ORG, NAME))
    assert [(row.login, row.role, row.can_push, row.can_administer) for row in found] == [
        ("fleet-admin", "admin", True, True),
        ("member", "write", True, False),
    ]
    assert {row.type for row in found} == {"User"}
    direct = github(lambda client: client.fetch_collaborators(ORG, NAME, direct=True))
    assert [row.login for row in direct] == ["fleet-admin"]


def test_gitlab_lists_members_with_their_roles(other: Ask) -> None:
    found = other(lambda client: client.fetch_collaborators(ORG, NAME))
    assert [(row.login, row.role, row.access_level, row.can_push, row.can_administer) for row in found] == [
        ("fleet-admin", "owner", 50, True, True),
        ("member", "developer", 30, True, False),
        ("stranger", "developer", 30, True, False),
    ]
    assert [row.expires_at for row in found] == [None, date(2030, 1, 31), date(2030, 1, 31)]
    assert other(lambda client: client.fetch_collaborators(ORG, NAME, direct=True)) == []
    [own] = other(lambda client: client.fetch_collaborators("member", "own", direct=True))
    assert (own.login, own.role) == ("member", "owner")


def test_a_collaborator_is_equal_on_both_but_for_the_role(github: Ask, other: Ask) -> None:
    pair = [
        call(lambda client: client.fetch_collaborators("member", "own"), token="member-token")[0]
        for call in (github, other)
    ]
    same = ("id", "login", "can_push", "can_administer", "html_url", "avatar_url")
    left, right = ([getattr(row, name) for name in same] for row in pair)
    assert left == right
    assert [row.role for row in pair] == ["admin", "owner"]


def test_github_shows_collaborators_to_those_who_may_push(github: Ask) -> None:
    assert len(github(lambda client: client.fetch_collaborators(ORG, NAME), token="member-token")) == 2
    with pytest.raises(PermissionDeniedError, match="push access"):
        github(lambda client: client.fetch_collaborators(ORG, NAME), token="stranger-token")


def test_teams_of_github_have_the_words_of_roles(github: Ask) -> None:
    found: list[TeamInfo] = github(lambda client: client.fetch_teams(ORG, NAME))
    assert [(team.name, team.slug, team.role) for team in found] == [
        ("Core Team", "core-team", "admin"),
        ("Docs", "docs", "write"),
        ("Readers", "readers", "read"),
    ]
    with pytest.raises(NotFoundError):
        github(lambda client: client.fetch_teams(ORG, NAME), token="member-token")


def test_teams_of_gitlab_are_the_groups_that_a_project_is_shared_with(other: Ask, forge: Forge) -> None:
    [found] = other(lambda client: client.fetch_teams(ORG, NAME))
    assert (found.slug, found.role, found.access_level) == ("partners", "developer", 30)
    assert len(forge.requests) == 1
    assert other(lambda client: client.fetch_teams(ORG, "blank")) == []


def test_a_visitor_of_gitlab_sees_neither_members_nor_groups(engine: str, forge: Forge) -> None:
    async def main(call: str) -> None:
        async with gitlab(engine, forge.gitlab_url) as client:
            await getattr(client, call)(ORG, NAME)

    for call in ("fetch_teams", "fetch_collaborators", "fetch_deploy_keys", "fetch_environments"):
        with pytest.raises(AuthError):
            run(main(call))


@pytest.mark.parametrize(
    ("row", "role"),
    [
        ({"role_name": "security-manager"}, "security-manager"),
        ({"permissions": {"pull": True, "push": True, "admin": False}}, "write"),
        ({"permissions": {"pull": True, "triage": True, "push": False}}, "triage"),
        ({"permissions": {"pull": False}}, None),
        ({}, None),
    ],
)
def test_the_role_of_a_collaborator_is_its_name_or_its_highest_right(
    make_client: MakeClient, row: dict[str, object], role: str | None
) -> None:
    async def main(url: str) -> list[CollaboratorInfo]:
        async with make_client(url) as client:
            return await client.fetch_collaborators("o", "r")

    with RawServer(route(lambda _: http_response([{"id": 1, "login": "a", **row}]))) as server:
        [found] = run(main(server.url))
    assert found.role == role


@pytest.mark.parametrize(
    ("row", "role"),
    [
        ({"access_level": 20}, "reporter"),
        ({"access_level": 40, "member_role": {"name": "Auditor"}}, "Auditor"),
        ({"access_level": 25}, None),
    ],
)
def test_the_role_of_a_member_is_that_of_the_access_level_or_custom(
    engine: str, row: dict[str, object], role: str | None
) -> None:
    async def main(url: str) -> list[CollaboratorInfo]:
        async with gitlab(engine, url, "token") as client:
            return await client.fetch_collaborators("o", "r")

    with RawServer(route(lambda _: http_response([{"id": 1, "username": "a", **row}]))) as server:
        [found] = run(main(server.url))
    assert (found.role, found.access_level) == (role, row["access_level"])


# -- keys


@pytest.mark.parametrize("count", [0, 1, 2])
def test_deploy_keys_are_listed_with_what_they_allow(ask: Ask, forge: Forge, count: int) -> None:
    repository = _with(forge, count)
    found = ask(lambda client: client.fetch_deploy_keys(ORG, repository.name))
    assert [(key.title, key.read_only) for key in found] == [("deploy-1", True), ("deploy-2", False)][:count]
    assert all(key.key is not None and key.key not in repr(key) for key in found)
    if found and found[0].provider_type is ProviderType.GITHUB:
        assert (found[0].verified, found[0].enabled, found[0].added_by) == (True, True, "fleet-admin")
        assert found[0].last_used_at is not None
    if len(found) == 2 and found[0].provider_type is ProviderType.GITLAB:
        assert [key.expires_at for key in found] == [None, datetime(2030, 1, 31, tzinfo=UTC)]
        assert all(str(key.fingerprint).startswith("SHA256:") for key in found)


def test_deploy_keys_are_hidden_from_those_who_may_only_push(ask: Ask, provider: str) -> None:
    hidden: type[ProviderError] = NotFoundError if provider == "github" else PermissionDeniedError
    with pytest.raises(hidden):
        ask(lambda client: client.fetch_deploy_keys(ORG, NAME), token="member-token")


# -- code owners


@pytest.fixture
def owned(forge: Forge) -> Iterator[Forge]:
    for path in ("CODEOWNERS", "docs/CODEOWNERS"):
        forge.fleet.set_file(FULL, path, None)
    yield forge
    for path in ("CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"):
        forge.fleet.set_file(FULL, path, None)


def _rules(ask: Ask, **options: Any) -> list[CodeOwnersRule]:
    found: list[CodeOwnersRule] = ask(lambda client: client.fetch_code_owners(ORG, NAME, **options))
    return found


def test_code_owners_of_github_are_the_lines_of_the_file(github: Ask, owned: Forge) -> None:
    owned.fleet.set_file(FULL, ".github/CODEOWNERS", OWNERS)
    found = _rules(github)
    assert [(rule.line, rule.pattern, rule.owners) for rule in found] == [
        (2, "*", ("@everyone",)),
        (3, "/docs/", ("@writer", "docs@mail.invalid")),
        (4, "/docs/a\\ b.md", ("@writer",)),
        (5, "/free/", ()),
        (6, "[Design][2]", ("@designer",)),
        (7, "*.svg", ()),
        (8, "*.png", ("@painter",)),
        (9, "^[Optional]", ()),
        (10, "*.txt", ()),
    ]
    assert {(rule.path, rule.section, rule.provider_type) for rule in found} == {
        (".github/CODEOWNERS", None, ProviderType.GITHUB)
    }


def test_code_owners_of_gitlab_have_sections_with_default_owners(other: Ask, owned: Forge) -> None:
    owned.fleet.set_file(FULL, ".gitlab/CODEOWNERS", OWNERS)
    found = _rules(other)
    assert [(rule.line, rule.pattern, rule.owners) for rule in found[:4]] == [
        (2, "*", ("@everyone",)),
        (3, "/docs/", ("@writer", "docs@mail.invalid")),
        (4, "/docs/a\\ b.md", ("@writer",)),
        (5, "/free/", ()),
    ]
    assert [(rule.pattern, rule.owners, rule.section, rule.optional, rule.approvals) for rule in found[4:]] == [
        ("*.svg", ("@designer",), "Design", False, 2),
        ("*.png", ("@painter",), "Design", False, 2),
        ("*.txt", (), "Optional", True, 0),
    ]
    assert {(rule.path, rule.provider_type) for rule in found} == {(".gitlab/CODEOWNERS", ProviderType.GITLAB)}


@pytest.mark.parametrize(
    ("paths", "used"),
    [
        (["docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"], "first"),
        (["docs/CODEOWNERS"], "docs/CODEOWNERS"),
        (["CODEOWNERS"], "CODEOWNERS"),
    ],
)
def test_the_first_file_that_the_provider_looks_for_is_used(
    ask: Ask, provider: str, owned: Forge, paths: list[str], used: str
) -> None:
    for path in paths:
        owned.fleet.set_file(FULL, path, f"* @of-{path.partition('/')[0]}")
    first = {"github": ".github/CODEOWNERS", "gitlab": "CODEOWNERS"}[provider]
    assert [rule.path for rule in _rules(ask)] == [first if used == "first" else used]


def test_a_repository_without_the_file_has_no_rules(ask: Ask, provider: str, owned: Forge) -> None:
    assert _rules(ask) == []
    assert len(owned.requests) == (1 if provider == "github" else 3)
    assert ask(lambda client: client.fetch_code_owners(ORG, "blank")) == []


def test_code_owners_of_a_repository_that_does_not_exist_are_an_error(ask: Ask) -> None:
    with pytest.raises(NotFoundError):
        ask(lambda client: client.fetch_code_owners(ORG, "gone"))


def test_code_owners_become_a_table(ask: Ask, owned: Forge) -> None:
    owned.fleet.set_file(FULL, "CODEOWNERS", OWNERS)
    table = ask(lambda client: client.fetch_code_owners(ORG, NAME).to_arrow())
    assert table.column("owners").to_pylist()[:2] == [["@everyone"], ["@writer", "docs@mail.invalid"]]


def test_bytes_that_are_not_text_break_nothing(engine: str) -> None:
    async def main(url: str) -> list[CodeOwnersRule]:
        async with gitlab(engine, url, "token") as client:
            return await client.fetch_code_owners("o", "r")

    with RawServer(route(lambda _: http_response(b"\xef\xbb\xbf* @a\n/\xff/ @b\r\n\n"))) as server:
        found = run(main(server.url))
    assert [(rule.pattern, rule.owners, rule.line) for rule in found] == [("*", ("@a",), 1), ("/\ufffd/", ("@b",), 2)]


# -- runs and environments


def test_every_run_is_listed_newest_first(ask: Ask, forge: Forge) -> None:
    found = ask(lambda client: client.fetch_workflow_runs(ORG, NAME))
    assert [run.number for run in found] == list(range(250, 0, -1))
    assert len(forge.requests) == 3
    assert {run.status for run in found} <= {"completed", "in_progress", "queued"}
    assert all((run.conclusion is None) == (run.status != "completed") for run in found)
    assert {"success", "failure", "cancelled"} <= {run.conclusion for run in found}
    shas = {commit.sha for commit in forge.fleet.history(forge.fleet.repository(FULL)).commits}
    assert {run.commit_sha for run in found} == shas
    assert {run.branch for run in found} == {"main"}


@pytest.mark.parametrize(("limit", "requests"), [(1, 1), (7, 1), (100, 1), (101, 2), (240, 3), (1000, 3)])
def test_a_limit_requests_no_more_pages_than_needed(ask: Ask, forge: Forge, limit: int, requests: int) -> None:
    found = ask(lambda client: client.fetch_workflow_runs(ORG, NAME, limit=limit))
    assert [run.number for run in found] == list(range(250, 250 - min(limit, 250), -1))
    assert len(forge.requests) == requests


@pytest.mark.parametrize("limit", [0, -1, "5", 1.5, True])
def test_a_limit_that_is_no_positive_number_is_refused(ask: Ask, forge: Forge, limit: Any) -> None:
    with pytest.raises(ConfigurationError, match="limit"):
        ask(lambda client: client.fetch_workflow_runs(ORG, NAME, limit=limit))
    assert forge.requests == []


def test_runs_of_a_branch_and_of_a_time_are_chosen(ask: Ask) -> None:
    every = ask(lambda client: client.fetch_workflow_runs(ORG, NAME))
    assert ask(lambda client: client.fetch_workflow_runs(ORG, NAME, branch="topic/one")) == []
    assert ask(lambda client: client.fetch_workflow_runs(ORG, NAME, branch="main")) == every
    middle = every[3].created_at
    recent = ask(lambda client: client.fetch_workflow_runs(ORG, NAME, since=middle))
    assert recent == [run for run in every if run.created_at >= middle]
    assert 0 < len(recent) < len(every)
    with pytest.raises(ConfigurationError, match="since"):
        ask(lambda client: client.fetch_workflow_runs(ORG, NAME, since=datetime(2024, 1, 1)))  # noqa: DTZ001


def test_old_servers_of_gitlab_that_ignore_the_time_are_filtered(engine: str) -> None:
    times = ("2024-05-02T00:00:00Z", "2024-05-01T00:00:00Z", "2024-04-30T23:59:59Z")
    rows = [{"id": 9 - number, "created_at": time} for number, time in enumerate(times)]

    async def main(url: str) -> list[list[Any]]:
        since = datetime(2024, 5, 1, 0, 0, 0, 5, tzinfo=UTC)
        async with gitlab(engine, url, "token") as client:
            return [await client.fetch_workflow_runs("o", "r", since=since, limit=limit) for limit in (None, 3, 1)]

    with RawServer(route(lambda _: http_response(rows))) as server:
        found = run(main(server.url))
    assert [[row.id for row in runs] for runs in found] == [[9, 8], [9, 8], [9]]


def test_a_repository_without_runs_has_none(ask: Ask) -> None:
    assert ask(lambda client: client.fetch_workflow_runs(ORG, "blank")) == []
    assert ask(lambda client: client.fetch_environments(ORG, "blank")) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_environments_are_listed(ask: Ask, forge: Forge, provider: str, count: int) -> None:
    found = ask(lambda client: client.fetch_environments(ORG, _with(forge, count).name))
    names = ["production", "staging" if provider == "github" else "review/main"]
    assert [item.name for item in found] == names[:count]
    if count and provider == "github":
        assert found[0].protection_rules == ("wait_timer", "branch_policy")
    if count == 2:
        assert found[1].protection_rules == (() if provider == "github" else None)
        assert [item.state for item in found] == ([None] * 2 if provider == "github" else ["available", "stopped"])


@pytest.mark.parametrize(
    ("given", "status", "conclusion"),
    [
        ("success", "completed", "success"),
        ("failed", "completed", "failure"),
        ("canceled", "completed", "cancelled"),
        ("skipped", "completed", "skipped"),
        ("running", "in_progress", None),
        ("canceling", "in_progress", None),
        ("pending", "queued", None),
        ("waiting_for_resource", "queued", None),
        ("manual", "waiting", None),
        ("something_new", "something_new", None),
    ],
)
def test_the_states_of_pipelines_have_one_vocabulary(
    engine: str, given: str, status: str, conclusion: str | None
) -> None:
    async def main(url: str) -> Any:
        async with gitlab(engine, url, "token") as client:
            return await client.fetch_workflow_runs("o", "r")

    with RawServer(route(lambda _: http_response([{"id": 1, "status": given}]))) as server:
        [found] = run(main(server.url))
    assert (found.status, found.conclusion) == (status, conclusion)
