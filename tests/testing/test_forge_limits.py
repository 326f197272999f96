"""Rate limits of tokens and addresses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Ask = Callable[..., Any]


def left(reply: Any) -> tuple[int, int, int]:
    return tuple(int(reply.headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "used"))  # type: ignore[return-value]


def test_every_response_has_rate_limit_headers(small: Forge, ask: Ask) -> None:
    before = time.time()
    for used, path in enumerate(("/user", "/nothing", "/repos/Acme/secret/branches"), start=1):
        reply = ask(small.url + path, token="octo")
        assert left(reply) == (5000, 5000 - used, used)
        assert reply.headers["x-ratelimit-resource"] == "core"
        assert before + 3600 <= int(reply.headers["x-ratelimit-reset"]) <= before + 3700


def test_tokens_and_addresses_have_separate_limits(small: Forge, ask: Ask) -> None:
    ask(f"{small.url}/user", token="octo")
    assert left(ask(f"{small.url}/user", token="eve")) == (5000, 4999, 1)
    assert left(ask(f"{small.url}/orgs/Acme", token=None)) == (60, 59, 1)


def test_an_exhausted_limit_is_403(small: Forge, ask: Ask) -> None:
    small.add_token("short", login="eve", limit=2)
    assert [ask(f"{small.url}/user", token="short").status for _ in range(3)] == [200, 200, 403]
    reply = ask(f"{small.url}/orgs/Acme", token="short")
    assert left(reply) == (2, 0, 2)
    eve = small.fleet.account("eve")
    assert eve is not None
    assert reply.json()["message"] == f"API rate limit exceeded for user ID {eve.id}."


def test_requests_without_a_token_have_a_limit(ask: Ask) -> None:
    with Forge(anonymous_limit=1) as forge:
        assert ask(f"{forge.url}/users/fleet-admin", token=None).status == 200
        reply = ask(f"{forge.url}/users/fleet-admin", token=None)
        assert reply.status == 403
        assert reply.json()["message"].startswith("API rate limit exceeded for 127.0.0.1. (But here's")
        assert ask(f"{forge.url}/user").status == 200


def test_rate_limit_requests_do_not_count(small: Forge, ask: Ask) -> None:
    ask(f"{small.url}/user", token="octo")
    for _ in range(2):
        reply = ask(f"{small.url}/rate_limit", token="octo")
        shown = reply.json()
        assert shown["rate"] == shown["resources"]["core"]
        assert (shown["rate"]["limit"], shown["rate"]["remaining"], shown["rate"]["used"]) == (5000, 4999, 1)
        assert shown["rate"]["reset"] == int(reply.headers["x-ratelimit-reset"])
        assert {"search", "graphql", "code_search"} <= shown["resources"].keys()
    assert ask(f"{small.url}/rate_limit", token="wrong").status == 401


def test_the_rate_limit_can_be_requested_when_it_is_exhausted(small: Forge, ask: Ask) -> None:
    small.add_token("spent", remaining=0)
    assert ask(f"{small.url}/user", token="spent").status == 403
    assert ask(f"{small.url}/rate_limit", token="spent").json()["rate"]["remaining"] == 0


def test_the_count_restarts_after_a_window(small: Forge, ask: Ask) -> None:
    small.add_token("brief", limit=10, remaining=0, window=0.5)
    first = ask(f"{small.url}/user", token="brief")
    assert first.status == 403
    assert int(first.headers["x-ratelimit-reset"]) >= time.time() - 0.5
    time.sleep(0.6)
    assert left(ask(f"{small.url}/user", token="brief")) == (10, 9, 1)


def test_reset_limits_restores_all_limits(small: Forge, ask: Ask) -> None:
    small.add_token("spent", remaining=0)
    ask(f"{small.url}/user", token="octo")
    small.reset_limits()
    assert left(ask(f"{small.url}/user", token="spent"))[1] == 4999
    assert left(ask(f"{small.url}/user", token="octo"))[1] == 4999


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"limit": 5, "remaining": 6}, {"remaining": -1}, {"window": 0}])
def test_add_token_rejects_invalid_limits(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        Forge(Fleet()).add_token("t", **wrong)
    with pytest.raises(ValueError, match="limit"):
        Forge(anonymous_limit=-1)


def test_the_remaining_calls_can_be_set(small: Forge, ask: Ask) -> None:
    before = time.time()
    small.limit("octo", remaining=2, reset_in=100)
    reply = ask(f"{small.url}/user", token="octo")
    assert left(reply) == (5000, 1, 4999)
    assert before + 100 <= int(reply.headers["x-ratelimit-reset"]) <= before + 102
    small.limit("octo", limit=10)
    assert left(ask(f"{small.url}/user", token="octo")) == (10, 0, 10)
    assert ask(f"{small.url}/user", token="octo").status == 403
    small.limit("octo", remaining=7)
    assert left(ask(f"{small.url}/user", token="octo")) == (10, 6, 4)
    assert int(ask(f"{small.url}/user", token="octo").headers["x-ratelimit-reset"]) <= before + 102
    assert left(ask(f"{small.url}/user", token="eve")) == (5000, 4999, 1)


def test_windows_after_a_changed_one_have_their_full_length(small: Forge, ask: Ask) -> None:
    small.limit("octo", remaining=0, reset_in=0.3)
    assert ask(f"{small.url}/user", token="octo").status == 403
    time.sleep(0.35)
    reply = ask(f"{small.url}/user", token="octo")
    assert left(reply) == (5000, 4999, 1)
    assert int(reply.headers["x-ratelimit-reset"]) > time.time() + 3500


def test_the_limit_of_requests_without_a_token_can_be_set(small: Forge, ask: Ask) -> None:
    small.limit(None, remaining=0)
    assert ask(f"{small.url}/orgs/Acme", token=None).status == 403
    assert ask(f"{small.url}/orgs/Acme").status == 200


@pytest.mark.parametrize(
    "wrong", [{"remaining": 5001}, {"remaining": -1}, {"reset_in": 0}, {"limit": -1}, {"resource": "nonsense"}]
)
def test_limit_rejects_invalid_values_and_changes_nothing(small: Forge, ask: Ask, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"remaining|reset_in|limit|resource"):
        small.limit("octo", **wrong)
    assert left(ask(f"{small.url}/user", token="octo")) == (5000, 4999, 1)


def test_limit_rejects_an_unknown_token_and_does_not_name_it(small: Forge) -> None:
    with pytest.raises(ValueError, match="token") as caught:
        small.limit("verysecret", remaining=1)
    assert "verysecret" not in str(caught.value)
