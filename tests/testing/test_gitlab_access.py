"""Permissions on GitLab: tokens, visibility of projects, subgroups, moved projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]


def paths(reply: Any) -> set[str]:
    return {row["path_with_namespace"] for row in reply.json()}


@pytest.fixture
def nested(small: Forge) -> Forge:
    """A forge with the subgroup Acme/backend/db, which has a project and the member eve."""
    small.fleet.add_group("acme/backend")
    small.fleet.add_group("Acme/backend/db", members=["eve"])
    small.fleet.add_repository("acme/backend/db", "store", private=True)
    return small


@pytest.mark.parametrize(
    "headers",
    [
        {"PRIVATE-TOKEN": "octo"},
        {"Authorization": "Bearer octo"},
        {"Authorization": "bearer octo"},
        {"PRIVATE-TOKEN": "octo", "Authorization": "Basic x"},
    ],
)
def test_a_token_can_be_in_either_of_two_headers(small: Forge, ask: Ask, headers: dict[str, str]) -> None:
    reply = ask(f"{small.gitlab_url}/user", token=None, headers=headers)
    assert (reply.status, reply.json()["username"]) == (200, "octo-user")
    assert small.requests[-1].token == "octo"
    assert "octo" not in repr(small.requests[-1])


def test_a_job_token_has_access_to_job_and_not_to_user(small: Forge, ask: Ask) -> None:
    def reply(path: str, header: str) -> Any:
        return ask(f"{small.gitlab_url}/{path}", token=None, headers={header: "octo"})

    assert reply("job", "JOB-TOKEN").json()["user"]["username"] == "octo-user"
    assert small.requests[-1].token == "octo"
    statuses = [reply("user", "JOB-TOKEN").status, reply("user", "PRIVATE-TOKEN").status]
    assert statuses == [401, 200]
    assert reply("job", "PRIVATE-TOKEN").status == 401
    assert reply("projects/Acme%2Fsecret", "JOB-TOKEN").status == 200


def test_github_ignores_gitlabs_token_headers(small: Forge, ask: Ask) -> None:
    assert ask(f"{small.url}/user", token=None, headers={"PRIVATE-TOKEN": "octo"}).status == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"PRIVATE-TOKEN": "wrong"}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "token octo"}, 200),
    ],
)
def test_an_unknown_token_is_401_and_an_unknown_scheme_is_ignored(
    small: Forge, ask: Ask, headers: dict[str, str], status: int
) -> None:
    reply = ask(f"{small.gitlab_url}/projects/Acme%2FTool", token=None, headers=headers)
    assert reply.status == status
    if status == 401:
        assert reply.json() == {"message": "401 Unauthorized"}


@pytest.mark.parametrize(
    "path", ["/user", "/job", "/version", "/namespaces/Acme", "/groups/Acme/members", "/groups/Acme/members/all"]
)
def test_some_paths_need_a_token(small: Forge, ask: Ask, path: str) -> None:
    reply = ask(small.gitlab_url + path, token=None)
    assert (reply.status, reply.json()) == (401, {"message": "401 Unauthorized"})


@pytest.mark.parametrize("path", ["/users", "/users/1"])
def test_users_need_a_token(small: Forge, ask: Ask, path: str) -> None:
    reply = ask(small.gitlab_url + path, token=None)
    assert reply.status == 403
    assert reply.json()["message"].startswith("403 Forbidden - Not authorized")
    assert ask(f"{small.gitlab_url}/users?username=eve", token=None).json()[0]["username"] == "eve"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/nothing", {"error": "404 Not Found"}),
        ("/projects/1/nothing/here", {"message": "404 Project Not Found"}),
        ("/projects/Acme%2FTool/nothing", {"error": "404 Not Found"}),
        ("/projects/Acme/Tool", {"message": "404 Project Not Found"}),
        ("/projects/99", {"message": "404 Project Not Found"}),
        ("/groups/nobody", {"message": "404 Group Not Found"}),
        ("/groups/octo-user", {"message": "404 Group Not Found"}),
        ("/users/99", {"message": "404 User Not Found"}),
        ("/namespaces/nobody", {"message": "404 Namespace Not Found"}),
        ("/projects/Acme%2FTool/issues/99", {"message": "404 Not found"}),
        ("/projects/Acme%2FTool/repository/branches/none", {"message": "404 Branch Not Found"}),
        ("/projects/Acme%2FTool/repository/tags/none", {"message": "404 Tag Not Found"}),
        ("/projects/Acme%2FTool/repository/commits/none", {"message": "404 Commit Not Found"}),
    ],
)
def test_unknown_paths_are_404_with_gitlabs_message(small: Forge, ask: Ask, path: str, body: dict[str, str]) -> None:
    reply = ask(small.gitlab_url + path)
    assert (reply.status, reply.json()) == (404, body)


def test_public_internal_and_private_projects_need_different_access(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository("Acme", "inner", internal=True)

    def seen(token: str | None) -> set[str]:
        return paths(ask(f"{small.gitlab_url}/groups/acme/projects", token=token))

    assert seen(None) == {"Acme/Tool"}
    assert seen("eve") == {"Acme/Tool", "Acme/inner"}
    assert seen("octo") == {"Acme/Tool", "Acme/inner", "Acme/secret"}
    assert ask(f"{small.gitlab_url}/projects/Acme%2Fsecret", token="eve").status == 404
    # On GitHub an internal repository is private.
    shown = ask(f"{small.url}/repos/Acme/inner", token="octo").json()
    assert (shown["private"], shown["visibility"]) == (True, "internal")
    assert ask(f"{small.url}/repos/Acme/inner", token="eve").status == 404


def test_groups_are_found_by_number_and_by_path(nested: Forge, ask: Ask) -> None:
    by_path = ask(f"{nested.gitlab_url}/groups/acme%2Fbackend%2Fdb?with_projects=false").json()
    by_number = ask(f"{nested.gitlab_url}/groups/{by_path['id']}?with_projects=false").json()
    assert by_path == by_number
    assert (by_path["full_path"], by_path["path"]) == ("Acme/backend/db", "db")
    above = ask(f"{nested.gitlab_url}/groups/{by_path['parent_id']}").json()
    assert above["full_path"] == "Acme/backend"
    assert ask(f"{nested.gitlab_url}/groups/acme/backend").status == 404


def test_members_of_parent_groups_are_members(nested: Forge, ask: Ask) -> None:
    def logins(path: str) -> list[str]:
        return [row["username"] for row in ask(f"{nested.gitlab_url}/groups/{path}").json()]

    assert logins("acme%2Fbackend%2Fdb/members") == ["eve"]
    assert logins("acme%2Fbackend%2Fdb/members/all") == ["fleet-admin", "octo-user", "eve"]
    assert logins("acme/members/all") == ["fleet-admin", "octo-user"]
    statuses = [
        ask(f"{nested.gitlab_url}/projects/acme%2Fbackend%2Fdb%2Fstore", token=token).status
        for token in ("octo", "eve", None)
    ]
    assert statuses == [200, 200, 404]


def test_subgroups_are_the_direct_children(nested: Forge, ask: Ask) -> None:
    rows = ask(f"{nested.gitlab_url}/groups/acme/subgroups").json()
    assert [row["full_path"] for row in rows] == ["Acme/backend"]


def test_github_has_no_subgroups(nested: Forge, ask: Ask) -> None:
    group = nested.fleet.account("acme/backend/db")
    project = nested.fleet.repository("acme/backend/db/store")
    assert group is not None
    for path in (
        "/orgs/acme%2Fbackend%2Fdb",
        "/users/acme%2Fbackend",
        f"/organizations/{group.id}",
        "/orgs/acme%2Fbackend%2Fdb/repos",
        "/repos/acme%2Fbackend%2Fdb/store",
        f"/repositories/{project.id}",
    ):
        assert ask(nested.url + path).status == 404
    assert all("store" not in row["name"] for row in ask(f"{nested.url}/user/repos").json())


def test_projects_of_subgroups_and_shared_projects_are_listed_once(nested: Forge, ask: Ask) -> None:
    fleet = nested.fleet
    fleet.add_repository("octo-user", "lent", private=True)
    fleet.share("octo-user/lent", "acme")
    fleet.share("acme/tool", "acme/backend")
    url = f"{nested.gitlab_url}/groups/acme/projects"
    own = {"Acme/Tool", "Acme/secret"}
    assert paths(ask(f"{url}?with_shared=false")) == own
    assert paths(ask(url)) == own | {"octo-user/lent"}
    assert paths(ask(f"{url}?include_subgroups=true")) == own | {"octo-user/lent", "Acme/backend/db/store"}
    rows = ask(f"{url}?include_subgroups=true").json()
    assert len(rows) == 4
    lent = next(row for row in rows if row["path"] == "lent")
    assert [share["group_full_path"] for share in lent["shared_with_groups"]] == ["Acme"]
    assert ask(f"{nested.gitlab_url}/projects/octo-user%2Flent", token="eve").status == 404


def test_permissions_are_given_by_project_and_by_group(nested: Forge, ask: Ask) -> None:
    def rights(path: str, token: str) -> tuple[Any, Any]:
        found = ask(f"{nested.gitlab_url}/projects/{path}", token=token).json()["permissions"]
        return tuple(found[name] and found[name]["access_level"] for name in ("project_access", "group_access"))

    assert rights("octo-user%2Fnotes", "octo") == (50, None)
    assert rights("Acme%2FTool", "octo") == (None, 30)
    assert rights("Acme%2FTool", "forge-token") == (None, 50)
    assert rights("Acme%2FTool", "eve") == (None, None)
    assert rights("acme%2Fbackend%2Fdb%2Fstore", "octo") == (None, 30)


def test_only_members_see_a_namespace(nested: Forge, ask: Ask) -> None:
    def kind(key: str, token: str) -> str | None:
        namespace: dict[str, str] = ask(f"{nested.gitlab_url}/namespaces/{key}", token=token).json()
        return namespace.get("kind")

    assert kind("acme%2Fbackend", "octo") == "group"
    assert kind("acme%2Fbackend", "eve") is None
    assert kind("octo-user", "octo") == "user"
    assert kind("octo-user", "eve") is None
    number = ask(f"{nested.gitlab_url}/namespaces/octo-user", token="octo").json()["id"]
    assert kind(str(number), "octo") == "user"


def test_a_users_projects_are_those_of_the_users_namespace(small: Forge, ask: Ask) -> None:
    number = ask(f"{small.gitlab_url}/users?username=OCTO-user").json()[0]["id"]
    url = f"{small.gitlab_url}/users/{number}/projects"
    assert paths(ask(url, token="octo")) == {"octo-user/notes"}
    assert paths(ask(url, token="eve")) == set()
    assert ask(f"{small.gitlab_url}/users?username=nobody").json() == []


def test_a_moved_project_redirects_to_its_number(small: Forge, ask: Ask) -> None:
    number = small.fleet.rename("Acme/Tool", "octo-user/Box").id
    old = ask(f"{small.gitlab_url}/projects/acme%2Ftool/issues?state=opened&per_page=5")
    target = f"{small.gitlab_url}/projects/{number}/issues?state=opened&per_page=5"
    assert (old.status, old.headers["location"]) == (301, target)
    assert target in old.body.decode()
    assert ask(target).status == 200
    assert ask(f"{small.gitlab_url}/projects/acme%2Ftool/issues", method="POST").status == 405
    small.fleet.rename("Acme/secret", "Acme/hidden")
    assert ask(f"{small.gitlab_url}/projects/Acme%2Fsecret", token="eve").status == 404


def test_gitlab_supports_no_writes(small: Forge, ask: Ask) -> None:
    url = f"{small.gitlab_url}/projects/Acme%2FTool"
    assert [ask(url, method=method, token=token).status for method, token in (("PUT", "octo"), ("DELETE", None))] == [
        405,
        401,
    ]
    assert small.writes == []


def test_a_blocked_project_is_forbidden(small: Forge, ask: Ask) -> None:
    small.fleet.block("Acme/Tool", reason="dmca")
    reply = ask(f"{small.gitlab_url}/projects/Acme%2FTool/issues")
    assert (reply.status, reply.json()) == (403, {"message": "403 Forbidden"})


def test_the_prefix_applies_to_github_only(ask: Ask) -> None:
    with Forge(prefix="/api/v3") as forge:
        origin = forge.url.removesuffix("/api/v3")
        assert forge.gitlab_url == f"{origin}/api/v4"
        assert ask(f"{forge.gitlab_url}/user").json()["username"] == "fleet-admin"
        assert ask(f"{forge.url}/user").json()["login"] == "fleet-admin"
        assert ask(f"{origin}/user").status == 404
    for prefix in ("/api/v4", "/api/v4/x"):
        with pytest.raises(ValueError, match="prefix"):
            Forge(prefix=prefix)


@pytest.mark.parametrize("path", ["acme", "nobody/x", "octo-user/x", "acme//x", "acme/-", "acme/x y", "/acme/x"])
def test_an_invalid_group_is_rejected(path: str) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_user("octo-user")
    with pytest.raises(ValueError, match=r"group|login"):
        fleet.add_group(path)
    assert [organization.login for organization in fleet.organizations] == ["acme"]


def test_a_repository_can_be_shared_with_groups_only() -> None:
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "tool")
    with pytest.raises(ValueError, match="no organization or group"):
        fleet.share("fleet-admin/tool", "fleet-admin")
