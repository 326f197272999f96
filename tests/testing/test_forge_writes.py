"""Requests that change data, and the log of them."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Forge

Call = Callable[..., Any]
ISSUES = "/repos/Acme/Tool/issues"


def send(forge: Forge, ask: Call, method: str, path: str, content: Any = None, **how: Any) -> Any:
    body = None if content is None else json.dumps(content).encode()
    return ask(forge.url + path, method=method, body=body, **how)


def acted(forge: Forge) -> list[tuple[str, str, Any]]:
    return [(write.method, write.path, write.body) for write in forge.writes]


def test_an_issue_is_opened(small: Forge, ask: Call) -> None:
    first = send(small, ask, "POST", ISSUES, {"title": "Broken", "body": "Very."}, token="octo")
    second = send(small, ask, "POST", ISSUES, {"title": "Again"})
    assert (first.status, second.status) == (201, 201)
    issue = first.json()
    assert (issue["number"], issue["title"], issue["body"], issue["state"]) == (1, "Broken", "Very.", "open")
    assert issue["user"]["login"] == "octo-user"
    assert issue["url"] == first.headers["location"] == f"{small.url}{ISSUES}/1"
    assert second.json()["number"] == 2
    assert second.json()["id"] != issue["id"]
    assert small.fleet.repository("Acme/Tool").open_issues == 2
    assert acted(small) == [
        ("POST", ISSUES, {"title": "Broken", "body": "Very."}),
        ("POST", ISSUES, {"title": "Again"}),
    ]
    assert small.writes[0].token == "octo"
    assert "octo" not in repr(small.writes)


def test_a_repository_is_edited_renamed_and_deleted(small: Forge, ask: Call) -> None:
    changes = {"description": "New.", "archived": True, "has_wiki": False, "unknown": 1}
    reply = send(small, ask, "PATCH", "/repos/Acme/Tool", changes)
    assert (reply.status, reply.json()["description"], reply.json()["archived"]) == (200, "New.", True)
    assert send(small, ask, "PATCH", "/repos/Acme/Tool", {"description": "No."}).status == 403
    assert send(small, ask, "PATCH", "/repos/Acme/Tool", {"archived": False, "name": "Kit"}).status == 200
    assert ask(f"{small.url}/repos/Acme/Kit").json()["description"] == "New."
    assert send(small, ask, "DELETE", "/repos/Acme/Kit").status == 204
    assert [ask(f"{small.url}/repos/Acme/{name}").status for name in ("Kit", "Tool")] == [404, 404]
    assert [write.method for write in small.writes] == ["PATCH", "PATCH", "DELETE"]
    assert small.writes[-1].body is None


def test_topics_are_replaced(small: Forge, ask: Call) -> None:
    reply = send(small, ask, "PUT", "/repos/Acme/Tool/topics", {"names": ["Rust", "cli", "rust"]})
    assert (reply.status, reply.json()) == (200, {"names": ["rust", "cli"]})
    assert ask(f"{small.url}/repos/Acme/Tool").json()["topics"] == ["rust", "cli"]


@pytest.mark.parametrize(
    ("method", "path", "body", "token", "status", "message"),
    [
        ("POST", ISSUES, b'{"title":"x"}', None, 401, "Requires authentication"),
        ("POST", ISSUES, b'{"title":"x"}', "wrong", 401, "Bad credentials"),
        ("POST", ISSUES, b"{", "octo", 400, "Problems parsing JSON"),
        ("POST", ISSUES, b"\xff", "octo", 400, "Problems parsing JSON"),
        ("POST", ISSUES, b"[]", "octo", 400, "Body should be a JSON object"),
        ("POST", ISSUES, b"{}", "octo", 422, "Validation Failed"),
        ("POST", ISSUES, b'{"title":5}', "octo", 422, "Validation Failed"),
        ("POST", "/repos/Acme/secret/issues", b'{"title":"x"}', "eve", 404, "Not Found"),
        ("POST", "/repos/Acme/blocked/issues", b'{"title":"x"}', "octo", 403, "Repository access blocked"),
        ("POST", "/repos/Acme/old/issues", b'{"title":"x"}', "octo", 403, "Repository was archived so is read-only."),
        ("POST", "/repositories/999/issues", b'{"title":"x"}', "octo", 404, "Not Found"),
        ("PATCH", "/repos/Acme/Tool", b"{}", "octo", 403, "Must have admin rights to Repository."),
        ("PATCH", "/repos/Acme/Tool", b'{"private":"yes"}', "forge-token", 422, "Validation Failed"),
        ("PATCH", "/repos/Acme/Tool", b'{"name":"secret"}', "forge-token", 422, "Validation Failed"),
        ("PATCH", "/repos/Acme/Tool", b'{"name":null,"private":true}', "forge-token", 422, "Validation Failed"),
        ("PATCH", "/repos/Acme/Tool", b'{"default_branch":"none"}', "forge-token", 422, "Validation Failed"),
        ("PUT", "/repos/Acme/Tool/topics", b'{"names":[1]}', "octo", 422, "Validation Failed"),
        ("PUT", "/repos/Acme/Tool/topics", b"{}", "octo", 422, "Validation Failed"),
        ("PUT", "/repos/Acme/Tool/topics", b'{"names":[]}', "eve", 403, "Must have admin rights to Repository."),
        ("DELETE", "/repos/Acme/Tool", None, "octo", 403, "Must have admin rights to Repository."),
        ("DELETE", "/repos/Acme/Tool/issues", None, "octo", 404, "Not Found"),
    ],
)
def test_a_rejected_write_changes_nothing(
    small: Forge, ask: Call, method: str, path: str, body: bytes | None, token: str | None, status: int, message: str
) -> None:
    small.fleet.add_repository("Acme", "old", archived=True)
    small.fleet.add_repository("Acme", "blocked")
    small.fleet.block("Acme/blocked")
    before = small.fleet.repositories
    reply = ask(small.url + path, method=method, body=body, token=token)
    assert (reply.status, reply.json()["message"]) == (status, message)
    assert small.writes == []
    assert small.fleet.repositories == before


def test_a_write_to_an_old_name_is_a_307(small: Forge, ask: Call) -> None:
    small.fleet.rename("Acme/Tool", "Acme/Kit")
    reply = send(small, ask, "POST", f"{ISSUES}?a=1", {"title": "x"})
    assert (reply.status, small.writes) == (307, [])
    assert reply.headers["location"].endswith("/issues?a=1")
    assert ask(reply.headers["location"], method="POST", body=b'{"title":"x"}').status == 201


def test_a_deleted_repository_leaves_nothing_behind(small: Forge, ask: Call) -> None:
    small.fleet.rename("Acme/Tool", "Acme/Kit")
    small.fleet.rename("Acme/secret", "Acme/mystery")
    gone = small.fleet.remove("Acme/Kit")
    assert [ask(f"{small.url}/repos/Acme/{name}").status for name in ("Kit", "Tool")] == [404, 404]
    assert ask(f"{small.url}/repositories/{gone.id}").status == 404
    assert small.fleet.add_repository("Acme", "Kit").id > max(gone.id, small.fleet.repository("Acme/mystery").id)
    assert ask(f"{small.url}/repos/Acme/secret").status == 301
    with pytest.raises(KeyError, match="Acme/Tool"):
        small.fleet.remove("Acme/Tool")


@pytest.mark.parametrize("kind", ["fail", "drop", "reset", "garbage", "secondary_limit"])
@pytest.mark.parametrize("after", [True, False])
def test_a_fault_applies_before_or_after_the_write(small: Forge, raw: Call, kind: str, after: bool) -> None:
    fault = getattr(small, kind)(ISSUES, after=after, method="POST")
    raw(small.url + ISSUES, method="POST", body=b'{"title":"x"}')
    assert fault.hits == 1
    assert acted(small) == ([("POST", ISSUES, {"title": "x"})] if after else [])
    assert small.requests[-1].status == {"fail": 502, "secondary_limit": 403}.get(kind)
    free = kind == "secondary_limit" and not after
    assert raw(f"{small.url}/rate_limit").body.count(b'"used":1') == (0 if free else 2)


@pytest.mark.parametrize("kind", ["truncate", "corrupt", "trickle"])
def test_a_fault_that_sends_a_part_of_the_response_executes_the_write(small: Forge, raw: Call, kind: str) -> None:
    speed = {"bytes_per_second": 50_000.0} if kind == "trickle" else {}
    getattr(small, kind)(ISSUES, **speed)
    raw(small.url + ISSUES, method="POST", body=b'{"title":"x"}')
    assert len(small.writes) == 1


def test_a_repeated_write_is_in_the_log_twice(small: Forge, ask: Call) -> None:
    small.truncate(ISSUES, after=True)
    with pytest.raises(http.client.IncompleteRead):
        send(small, ask, "POST", ISSUES, {"title": "once"})
    assert send(small, ask, "POST", ISSUES, {"title": "once"}).status == 201
    assert len(small.writes) == 2
    small.clear_log()
    assert small.writes == []


def test_a_write_counts_as_one_call(small: Forge, ask: Call) -> None:
    assert send(small, ask, "PUT", "/repos/Acme/Tool/topics", {"names": []}).headers["x-ratelimit-used"] == "1"


def test_a_replayed_write_is_not_in_the_log_of_writes(small: Forge, ask: Call) -> None:
    url = small.replay(
        {
            "request": {"method": "POST", "url": "https://x.invalid/a"},
            "response": {"status": 201, "headers": [], "body": {}},
        }
    )
    assert ask(f"{url}/a", method="POST", body=b"{}").status == 201
    assert small.writes == []
