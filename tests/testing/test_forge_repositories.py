"""Objects of repositories and accounts; renamed, blocked and empty repositories."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Branch, Contributor, Forge

Ask = Callable[..., Any]


def all_keys(value: Any) -> int:
    """Number of keys, including those of nested objects."""
    if not isinstance(value, dict):
        return 0
    return len(value) + sum(map(all_keys, value.values()))


def test_a_listed_repository_has_the_size_and_keys_of_the_service(forge: Forge, ask: Ask) -> None:
    rows = ask(f"{forge.url}/orgs/{forge.fleet.organizations[0].login}/repos?per_page=100").json()
    sizes = [len(json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()) for row in rows]
    assert min(sizes) > 5 * 1024
    assert max(sizes) < 6 * 1024
    for row in rows:
        assert len(row) >= 79
        assert all_keys(row) >= 90
        assert len(row["owner"]) >= 18
        assert sum(key.endswith("_url") for key in row) >= 40


def test_bodies_are_compact_utf_8(forge: Forge, ask: Ask) -> None:
    body = ask(f"{forge.url}/orgs/{forge.fleet.organizations[0].login}/repos?per_page=100").body
    assert "—".encode() in body
    assert b'", "' not in body.replace(b'\\"', b"")


def test_a_single_repository_has_more_keys(forge: Forge, ask: Ask) -> None:
    listed = ask(f"{forge.url}/orgs/{forge.fleet.organizations[0].login}/repos?per_page=1").json()[0]
    single = ask(f"{forge.url}/repos/{listed['full_name']}").json()
    assert len(single) >= 90
    assert {key: single[key] for key in listed} == listed
    assert {
        "subscribers_count",
        "network_count",
        "organization",
        "security_and_analysis",
        "allow_squash_merge",
        "temp_clone_token",
    } <= single.keys() - listed.keys()
    assert ask(listed["url"]).json() == single
    assert ask(f"{forge.url}/repositories/{listed['id']}").json() == single


def test_a_fork_names_its_parent(forge: Forge, ask: Ask) -> None:
    fork = next(item for item in forge.fleet.repositories if item.fork)
    shown = ask(f"{forge.url}/repositories/{fork.id}", token=forge.token)
    if shown.status == 404:  # a user's private repository
        pytest.fail("forks of the generated fleet are expected to be visible to its admin")
    assert shown.json()["parent"]["full_name"] == shown.json()["source"]["full_name"] == fork.parent


def test_generated_data_contains_awkward_values(forge: Forge, ask: Ask) -> None:
    rows = [
        row
        for page in range(1, 4)
        for row in ask(f"{forge.url}/orgs/{forge.fleet.organizations[0].login}/repos?per_page=100&page={page}").json()
    ]
    for key in ("description", "language", "license", "homepage"):
        assert None in [row[key] for row in rows]
        assert any(row[key] for row in rows)
    assert "NOASSERTION" in {row["license"]["spdx_id"] for row in rows if row["license"]}
    assert any(ord(letter) > 0xFFFF for row in rows for letter in row["description"] or "")


def test_users_and_organizations_have_their_type(forge: Forge, ask: Ask) -> None:
    organization = forge.fleet.organizations[0]
    as_user = ask(f"{forge.url}/users/{organization.login}").json()
    assert as_user["type"] == ask(f"{forge.url}/orgs/{organization.login}").json()["type"] == "Organization"
    assert ask(f"{forge.url}/organizations/{organization.id}").json()["login"] == organization.login
    me = ask(f"{forge.url}/user").json()
    assert me["type"] == "User"
    assert len(me) >= 40
    assert ask(f"{forge.url}/user/{me['id']}").json() == me
    assert me["public_repos"] + me["total_private_repos"] == len(forge.fleet.owned_by("fleet-admin"))


def test_every_mentioned_account_exists(forge: Forge, ask: Ask) -> None:
    busy = next(item for item in forge.fleet.repositories if len(item.contributors) > 130)
    people = ask(f"{forge.url}/repos/{busy.full_name}/contributors?per_page=100").json()
    people += ask(f"{forge.url}/repos/{busy.full_name}/contributors?per_page=100&page=2").json()
    assert [ask(person["url"]).json()["login"] for person in people] == [person["login"] for person in people]
    assert "Bot" in {person["type"] for person in people}


def test_a_single_branch_has_its_commit(forge: Forge, ask: Ask) -> None:
    repository = forge.fleet.repositories[0]
    listed = ask(f"{forge.url}/repos/{repository.full_name}/branches?per_page=100").json()
    slashed = next(row for row in listed if "/" in row["name"])
    plain = ask(f"{forge.url}/repos/{repository.full_name}/branches/{slashed['name']}")
    escaped = ask(f"{forge.url}/repos/{repository.full_name}/branches/{slashed['name'].replace('/', '%2F')}")
    assert plain.json() == escaped.json()
    assert plain.json()["commit"]["sha"] == slashed["commit"]["sha"]
    assert plain.json()["commit"]["commit"]["author"]["date"] == repository.pushed_at
    missing = ask(f"{forge.url}/repos/{repository.full_name}/branches/missing")
    assert (missing.status, missing.json()["message"]) == (404, "Branch not found")
    protected = ask(f"{forge.url}/repos/{repository.full_name}/branches?protected=true").json()
    assert [row["name"] for row in protected] == ["main"]


def test_an_empty_repository_has_no_contributors_and_no_branches(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository("Acme", "void", empty=True)
    contributors = ask(f"{small.url}/repos/Acme/void/contributors")
    assert (contributors.status, contributors.raw) == (204, b"")
    branches = ask(f"{small.url}/repos/Acme/void/branches")
    assert (branches.status, branches.json()) == (200, [])


def test_a_renamed_repository_redirects(small: Forge, ask: Ask) -> None:
    repository = small.fleet.rename("acme/tool", "Acme/Toolbox")
    old = ask(f"{small.url}/repos/Acme/Tool")
    target = f"{small.url}/repositories/{repository.id}"
    assert (old.status, old.headers["location"]) == (301, target)
    assert old.json().items() >= {"message": "Moved Permanently", "url": target}.items()
    assert ask(target).json()["full_name"] == "Acme/Toolbox"
    below = ask(f"{small.url}/repos/Acme/Tool/branches?per_page=2")
    assert below.headers["location"] == f"{target}/branches?per_page=2"
    assert len(ask(below.headers["location"]).json()) == 2


def test_a_second_rename_redirects_from_both_old_names(small: Forge, ask: Ask) -> None:
    small.fleet.rename("Acme/Tool", "Acme/Toolbox")
    small.fleet.rename("Acme/Toolbox", "octo-user/Box")
    for old in ("Acme/Tool", "Acme/Toolbox"):
        assert ask(ask(f"{small.url}/repos/{old}").headers["location"]).json()["full_name"] == "octo-user/Box"
    small.fleet.add_repository("Acme", "Tool")
    assert ask(f"{small.url}/repos/Acme/Tool").json()["full_name"] == "Acme/Tool"


def test_a_redirect_does_not_reveal_a_private_repository(small: Forge, ask: Ask) -> None:
    small.fleet.rename("Acme/secret", "Acme/hidden")
    assert [ask(f"{small.url}/repos/Acme/secret", token=token).status for token in ("octo", "eve")] == [301, 404]


def test_access_to_a_blocked_repository_is_denied(small: Forge, ask: Ask) -> None:
    small.fleet.block("Acme/Tool")
    for path in ("", "/branches", "/contributors"):
        reply = ask(f"{small.url}/repos/Acme/Tool{path}")
        assert (reply.status, reply.json()["message"]) == (403, "Repository access blocked")
        assert int(reply.headers["x-ratelimit-remaining"]) > 0
    small.fleet.block("Acme/secret", reason="dmca")
    assert ask(f"{small.url}/repos/Acme/secret").status == 451


def test_the_next_request_sees_a_change(small: Forge, ask: Ask) -> None:
    url = f"{small.url}/repos/Acme/Tool"
    first = ask(url)
    small.fleet.update("Acme/Tool", stars=77, archived=True)
    second = ask(url)
    assert (first.json()["stargazers_count"], second.json()["stargazers_count"]) == (5, 77)
    assert second.json()["archived"] is True
    assert first.headers["etag"] != second.headers["etag"]


def test_given_branches_and_contributors_are_served(small: Forge, ask: Ask) -> None:
    small.fleet.add_repository(
        "Acme",
        "own",
        branches=[Branch("main", "a" * 40), "topic"],
        contributors=[Contributor("octo-user", 3), Contributor(None, 9, name="X", email="x@mail.invalid")],
    )
    branches = ask(f"{small.url}/repos/Acme/own/branches").json()
    assert [row["name"] for row in branches] == ["main", "topic"]
    assert branches[0]["commit"]["sha"] == "a" * 40
    people = ask(f"{small.url}/repos/Acme/own/contributors?anon=true").json()
    assert [(row.get("login"), row["contributions"]) for row in people] == [(None, 9), ("octo-user", 3)]


def test_responses_have_githubs_headers(small: Forge, ask: Ask) -> None:
    replies = [ask(f"{small.url}{path}") for path in ("/user", "/user", "/nothing", "/rate_limit")]
    assert len({reply.headers["x-github-request-id"] for reply in replies}) == len(replies)
    for reply in replies:
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        assert reply.headers["x-github-media-type"] == "github.v3; format=json"
        assert reply.headers["date"].endswith(" GMT")


def test_repeated_headers_and_odd_queries_are_accepted(small: Forge, ask: Ask) -> None:
    for query in ("?", "?&&", "?=", "?page", "?page=2&page=3", "?%", "?a=%FF", "?per_page[]=3"):
        assert ask(f"{small.url}/orgs/Acme/repos{query}").status == 200
