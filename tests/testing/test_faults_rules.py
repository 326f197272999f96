"""The requests that a fault applies to: paths, methods, times, order, one in n, cancelling."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge
from gitfleet_testing.faults import Drop, Fail, Reset, Truncate

Call = Callable[..., Any]


def statuses(forge: Forge, ask: Call, *paths: str) -> list[int]:
    return [ask(forge.url + path).status for path in paths]


@pytest.mark.parametrize(
    ("path", "hit"),
    [
        ("/user", ["/user"]),
        ("/repos/*", ["/repos/Acme/Tool", "/repos/Acme/Tool/branches"]),
        ("*/branches", ["/repos/Acme/Tool/branches"]),
        ("/repos/Acme/Tool", ["/repos/Acme/Tool"]),
        ("*", ["/user", "/repos/Acme/Tool", "/repos/Acme/Tool/branches", "/orgs/Acme"]),
        (None, ["/user", "/repos/Acme/Tool", "/repos/Acme/Tool/branches", "/orgs/Acme"]),
    ],
)
def test_a_path_is_exact_or_a_pattern_or_any(small: Forge, ask: Call, path: str | None, hit: list[str]) -> None:
    fault = small.fail(path, times=None)
    asked = ["/user", "/repos/Acme/Tool", "/repos/Acme/Tool/branches", "/orgs/Acme"]
    assert [name for name in asked if ask(small.url + name).status == 502] == hit
    assert fault.hits == len(hit)


def test_a_path_matches_any_query_and_has_no_prefix(ask: Call) -> None:
    with Forge(prefix="/api/v3") as forge:
        forge.fail("/user", times=None)
        assert statuses(forge, ask, "/user", "/user?x=1") == [502, 502]


def test_a_path_matches_the_further_pages_of_its_listing(small: Forge, ask: Call) -> None:
    small.fail("/orgs/Acme/repos", skip=1)
    first = ask(f"{small.url}/orgs/Acme/repos?per_page=1")
    assert "/organizations/" in first.links["next"]
    assert ask(first.links["next"]).status == 502
    number = small.fleet.repository("Acme/Tool").id
    small.fail("/repos/Acme/Tool/branches")
    assert statuses(small, ask, f"/repositories/{number}/contributors") == [200]
    assert statuses(small, ask, f"/repositories/{number}/branches") == [502]
    small.fail("/users/eve")
    eve = small.fleet.account("eve")
    assert eve is not None
    assert statuses(small, ask, f"/user/{eve.id}") == [502]


def test_faults_apply_to_replays(small: Forge, ask: Call) -> None:
    recorded = {
        "request": {"method": "GET", "url": "https://x.invalid/a"},
        "response": {"status": 200, "headers": [], "body": {"a": 1}},
    }
    url = small.replay(recorded)
    small.fail("/replay/1/a")
    small.secondary_limit("/replay/*")
    assert [ask(f"{url}/a").status for _ in range(3)] == [502, 403, 200]


def test_each_rule_counts_its_times_and_rules_apply_in_order(small: Forge, ask: Call) -> None:
    first = small.fail("/user", status=500, times=2)
    second = small.fail("*", status=503)
    assert statuses(small, ask, "/user", "/orgs/Acme", "/user", "/user") == [500, 503, 500, 200]
    assert (first.hits, second.hits) == (2, 1)


def test_a_fault_without_a_limit_ends_when_it_is_cancelled(small: Forge, ask: Call) -> None:
    fault = small.fail("/user", times=None)
    assert statuses(small, ask, *["/user"] * 4) == [502] * 4
    assert (fault.hits, fault.active) == (4, True)
    assert "4 hits, active" in repr(fault)
    fault.cancel()
    assert statuses(small, ask, "/user") == [200]
    assert (fault.hits, fault.active) == (4, False)


def test_all_faults_can_be_cleared(small: Forge, ask: Call) -> None:
    faults = [small.fail(times=None), small.drop(times=None), small.hide_totals()]
    small.clear_faults()
    assert statuses(small, ask, "/user") == [200]
    assert [fault.active for fault in faults] == [False] * 3


def test_a_method_and_a_condition_select_requests(small: Forge, ask: Call) -> None:
    small.fail("/user", method="post", status=500)
    small.fail("/orgs/*", when=lambda request: request.query.get("page") == "2", status=501)
    small.fail(when=lambda request: request.token == "eve", status=503)
    assert statuses(small, ask, "/user", "/orgs/Acme/repos?page=1", "/orgs/Acme/repos?page=2") == [200, 200, 501]
    assert ask(f"{small.url}/user", method="POST").status == 500
    assert ask(f"{small.url}/user", token="eve").status == 503


def test_each_nth_request_receives_a_fault(small: Forge, ask: Call) -> None:
    every = small.faults_every(3, [Fail(500), Fail(503)], "/user")
    got = statuses(small, ask, *["/user"] * 12)
    assert got == [200, 200, 500, 200, 200, 503, 200, 200, 500, 200, 200, 503]
    assert every.hits == 4


def test_a_seed_selects_the_same_requests_each_time(ask: Call) -> None:
    def run(seed: int) -> list[int]:
        with Forge() as forge:
            forge.faults_every(5, [Fail(502), Fail(429)], seed=seed)
            return statuses(forge, ask, *["/users/fleet-admin"] * 60)

    first = run(1)
    assert first == run(1) != run(2)
    assert 4 <= 60 - first.count(200) <= 24
    assert set(first) == {200, 502, 429}


def test_faults_of_all_kinds_take_turns(small: Forge, raw: Call) -> None:
    small.faults_every(1, [Fail(502), Drop(), Reset(), Truncate(keep=5)], times=8)
    for _ in range(9):
        raw(f"{small.url}/user")
    assert [(item.fault, item.status) for item in small.requests] == [
        *([("fail", 502), ("drop", None), ("reset", None), ("truncate", 200)] * 2),
        (None, 200),
    ]


def test_concurrent_requests_receive_no_more_faults_than_times(small: Forge, ask: Call) -> None:
    fault = small.fail("/user", times=5)
    small.delay = 0.05
    threads = [threading.Thread(target=ask, args=(f"{small.url}/user",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(request.status or 0 for request in small.requests) == [200] * 15 + [502] * 5
    assert fault.hits == 5


def test_a_condition_that_raises_is_a_500(small: Forge, ask: Call, caplog: pytest.LogCaptureFixture) -> None:
    small.fail(when=lambda _: 1 / 0)
    assert statuses(small, ask, "/user") == [500]
    assert small.requests[-1].status == 500
    assert "division by zero" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [{"path": "user"}, {"path": "/user?page=2"}, {"path": ""}, {"times": 0}, {"skip": -1}, {"lasts": 0}],
)
def test_rules_reject_invalid_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"path|times|skip|lasts"):
        Forge().drop(**wrong)


def test_faults_every_rejects_invalid_arguments() -> None:
    forge = Forge(Fleet())
    with pytest.raises(ValueError, match="at least 1"):
        forge.faults_every(0, [Drop()])
    with pytest.raises(ValueError, match="faults"):
        forge.faults_every(2, [])
    with pytest.raises(ValueError, match="faults"):
        forge.faults_every(2, [forge.drop()])  # type: ignore[list-item]


def test_faults_can_be_added_before_the_forge_starts(ask: Call) -> None:
    forge = Forge()
    fault = forge.fail("/user")
    with forge:
        assert statuses(forge, ask, "/user", "/user") == [502, 200]
    assert fault.hits == 1
