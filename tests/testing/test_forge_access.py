"""Permissions on GitHub: tokens, private repositories, unknown paths."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]
NOT_FOUND = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}


def names(reply: Any) -> set[str]:
    return {row["full_name"] for row in reply.json()}


def test_an_unknown_token_is_401(small: Forge, ask: Ask) -> None:
    for headers in ({"Authorization": "Bearer wrong"}, {"Authorization": "token wrong"}, {"Authorization": "Bearer"}):
        reply = ask(f"{small.url}/orgs/Acme", token=None, headers=headers)
        assert reply.status == 401
        assert reply.json()["message"] == "Bad credentials"
        assert reply.headers["x-ratelimit-limit"] == "60"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "token", "Token"])
def test_a_token_can_have_either_scheme(small: Forge, ask: Ask, scheme: str) -> None:
    reply = ask(f"{small.url}/user", token=None, headers={"Authorization": f"{scheme} octo"})
    assert reply.json()["login"] == "octo-user"


def test_user_without_a_token_requires_authentication(small: Forge, ask: Ask) -> None:
    for path in ("/user", "/user/repos"):
        reply = ask(small.url + path, token=None)
        assert (reply.status, reply.json()["message"]) == (401, "Requires authentication")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/nothing/here"),
        ("GET", "/user/"),
        ("GET", "/users/nobody"),
        ("GET", "/users/nobody/repos"),
        ("GET", "/orgs/octo-user"),
        ("GET", "/orgs/octo-user/repos"),
        ("GET", "/repositories/999"),
        ("GET", "/repositories/" + "9" * 30),
        ("GET", "/repositories/../user"),
        ("GET", "/repos/Acme"),
        ("GET", "/repos/Acme/..%2F..%2Fuser"),
        ("GET", "/repos/Acme/Tool/"),
        ("GET", "/repos/Acme/Tool/subscribers"),
        ("GET", "/repos//Tool"),
        ("GET", "/%FF%FE/%00"),
        ("POST", "/user"),
        ("PUT", "/repos/Acme/Tool"),
        ("DELETE", "/repos/Acme"),
    ],
)
def test_unknown_paths_are_404_with_githubs_message(small: Forge, ask: Ask, method: str, path: str) -> None:
    reply = ask(small.url + path, method=method)
    assert reply.status == 404
    assert reply.json().keys() == NOT_FOUND.keys()
    assert reply.json()["message"] == "Not Found"
    if method == "POST" or path == "/nothing/here":
        assert reply.json() == NOT_FOUND


def test_names_are_case_insensitive_and_keep_their_case(small: Forge, ask: Ask) -> None:
    assert ask(f"{small.url}/repos/aCME/tOOL").json()["full_name"] == "Acme/Tool"
    assert ask(f"{small.url}/orgs/ACME").json()["login"] == "Acme"
    assert ask(f"{small.url}/users/OCTO-USER").json()["login"] == "octo-user"


def test_a_private_repository_is_404_for_other_users(small: Forge, ask: Ask) -> None:
    statuses = {
        (path, token): ask(f"{small.url}/repos/{path}", token=token).status
        for path in ("Acme/secret", "octo-user/notes")
        for token in ("forge-token", "octo", "eve", None)
    }
    assert statuses == {
        ("Acme/secret", "forge-token"): 200,
        ("Acme/secret", "octo"): 200,
        ("Acme/secret", "eve"): 404,
        ("Acme/secret", None): 404,
        ("octo-user/notes", "forge-token"): 404,
        ("octo-user/notes", "octo"): 200,
        ("octo-user/notes", "eve"): 404,
        ("octo-user/notes", None): 404,
    }


def test_subresources_of_a_private_repository_are_404(small: Forge, ask: Ask) -> None:
    number = small.fleet.repository("Acme/secret").id
    for path in ("/repos/Acme/secret/branches", "/repos/Acme/secret/contributors", f"/repositories/{number}"):
        assert [ask(small.url + path, token=token).status for token in ("octo", "eve")] == [200, 404]


def test_lists_of_other_users_omit_a_private_repository(small: Forge, ask: Ask) -> None:
    assert names(ask(f"{small.url}/orgs/Acme/repos")) == {"Acme/Tool", "Acme/secret"}
    assert names(ask(f"{small.url}/orgs/Acme/repos", token="octo")) == {"Acme/Tool", "Acme/secret"}
    assert names(ask(f"{small.url}/orgs/Acme/repos", token="eve")) == {"Acme/Tool"}
    assert names(ask(f"{small.url}/orgs/Acme/repos", token=None)) == {"Acme/Tool"}


def test_users_repos_lists_public_repositories_and_user_repos_all(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository("octo-user", "site")
    assert names(ask(f"{small.url}/users/octo-user/repos", token="octo")) == {"octo-user/site"}
    assert names(ask(f"{small.url}/user/repos", token="octo")) == {
        "octo-user/site",
        "octo-user/notes",
        "Acme/Tool",
        "Acme/secret",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("affiliation=owner", {"octo-user/notes"}),
        ("affiliation=owner,organization_member", {"octo-user/notes", "Acme/Tool", "Acme/secret"}),
        ("affiliation=collaborator", set()),
        ("affiliation=owner%2Ccollaborator&visibility=public", set()),
        ("visibility=private", {"octo-user/notes", "Acme/secret"}),
        ("visibility=public", {"Acme/Tool"}),
        ("type=owner", {"octo-user/notes"}),
        ("type=member", {"Acme/Tool", "Acme/secret"}),
        ("type=private", {"octo-user/notes", "Acme/secret"}),
    ],
)
def test_user_repos_applies_its_parameters(small: Forge, ask: Ask, query: str, expected: set[str]) -> None:
    assert names(ask(f"{small.url}/user/repos?{query}", token="octo")) == expected


def test_user_repos_rejects_contradicting_parameters(small: Forge, ask: Ask) -> None:
    assert ask(f"{small.url}/user/repos?type=all&visibility=public").status == 422


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("all", {"Tool", "secret", "copy"}),
        ("public", {"Tool", "copy"}),
        ("private", {"secret"}),
        ("forks", {"copy"}),
        ("sources", {"Tool", "secret"}),
    ],
)
def test_organization_lists_apply_type(small: Forge, ask: Ask, kind: str, expected: set[str]) -> None:
    small.fleet.add_repository("Acme", "copy", fork=True, parent="octo-user/notes")
    assert {row["name"] for row in ask(f"{small.url}/orgs/Acme/repos?type={kind}").json()} == expected


def test_permissions_are_those_of_the_token(small: Forge, ask: Ask) -> None:
    def granted(token: str | None) -> list[str] | None:
        found = ask(f"{small.url}/repos/Acme/Tool", token=token).json().get("permissions")
        return None if found is None else [name for name, given in found.items() if given]

    assert granted("forge-token") == ["admin", "maintain", "push", "triage", "pull"]
    assert granted("octo") == ["push", "triage", "pull"]
    assert granted("eve") == ["pull"]
    assert granted(None) is None


def test_only_the_users_own_token_sees_private_counts(small: Forge, ask: Ask) -> None:
    assert ask(f"{small.url}/user", token="octo").json()["owned_private_repos"] == 1
    assert "owned_private_repos" not in ask(f"{small.url}/users/octo-user", token="eve").json()
    assert ask(f"{small.url}/orgs/Acme", token="octo").json()["owned_private_repos"] == 1
    assert "owned_private_repos" not in ask(f"{small.url}/orgs/Acme", token="eve").json()


def test_trust_any_token_accepts_unknown_tokens_as_the_admins(ask: Ask) -> None:
    with Forge(trust_any_token=True) as forge:
        assert ask(f"{forge.url}/user", token="whatever").json()["login"] == "fleet-admin"
        assert ask(f"{forge.url}/user", token="what ever").status == 401


def test_add_token_adds_an_unknown_user(small: Forge, ask: Ask) -> None:
    small.add_token("new", login="newcomer")
    assert ask(f"{small.url}/user", token="new").json()["login"] == "newcomer"


@pytest.mark.parametrize("token", ["", "two words", "tab\t", "ümlaut", "line\n"])
def test_an_invalid_token_is_rejected_and_not_in_the_message(small: Forge, token: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        small.add_token(token)
    assert not token or token not in str(caught.value)


def test_a_token_cannot_belong_to_an_organization(small: Forge) -> None:
    with pytest.raises(ValueError, match="organization"):
        small.add_token("x", login="acme")


def test_a_prefix_is_part_of_every_url(ask: Ask) -> None:
    fleet = Fleet.generate(organizations=1, repositories=40, users=2, seed=1)
    with Forge(fleet, prefix="/api/v3") as forge:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v3", forge.url)
        reply = ask(f"{forge.url}/orgs/{fleet.organizations[0].login}/repos?per_page=20")
        assert reply.links["next"].startswith(f"{forge.url}/organizations/")
        assert ask(reply.links["next"]).status == 200
        assert reply.json()[0]["url"].startswith(f"{forge.url}/repos/")
        assert ask(forge.url.removesuffix("/api/v3") + "/user").status == 404


@pytest.mark.parametrize("prefix", ["api", "/api/", "/a b", "//", "/replay", "/replay/x"])
def test_an_invalid_prefix_is_rejected(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        Forge(prefix=prefix)
