"""The log of requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from gitfleet_testing import Forge

Ask = Callable[..., Any]


def test_the_log_contains_requests_and_statuses(small: Forge, ask: Ask) -> None:
    before = time.monotonic()
    ask(f"{small.url}/orgs/Acme/repos?per_page=1&type=a%20b&x=1&x=2", token="octo", headers={"X-Mine": "Yes"})
    ask(f"{small.url}/a%2Fb", token=None, method="POST", body=b'{"a":1}')
    first, second = small.requests
    assert (first.method, first.path, first.status) == ("GET", "/orgs/Acme/repos", 200)
    assert first.query == {"per_page": "1", "type": "a b", "x": "2"}
    assert first.target == "/orgs/Acme/repos?per_page=1&type=a%20b&x=1&x=2"
    assert first.token == "octo"
    assert first.headers["x-mine"] == "Yes"
    assert first.headers["authorization"] == "Bearer octo"
    assert first.client_port > 0
    assert first.finished is not None
    assert before <= first.started <= first.finished <= second.started <= time.monotonic()
    assert (second.method, second.path, second.token, second.body) == ("POST", "/a%2Fb", None, b'{"a":1}')
    assert second.status == 404


def test_the_log_can_be_cleared_and_is_a_snapshot(small: Forge, ask: Ask) -> None:
    ask(f"{small.url}/user")
    kept = small.requests
    small.clear_log()
    assert (len(kept), small.requests) == (1, [])
    kept.clear()
    ask(f"{small.url}/user")
    assert len(small.requests) == 1


def test_no_repr_contains_a_token(small: Forge, ask: Ask) -> None:
    small.add_token("verysecret")
    ask(f"{small.url}/user", token="verysecret")
    ask(f"{small.url}/user", token="wrongsecret")
    shown = repr(small.requests) + str(small.requests[0]) + repr(small) + repr(small.fleet)
    assert "secret'" not in shown.replace("'Acme/secret'", "")
    assert "verysecret" not in shown
    assert "wrongsecret" not in shown
    assert "uthorization" not in shown


def test_a_request_is_logged_before_its_response(small: Forge, ask: Ask) -> None:
    small.delay = 0.5
    asking = threading.Thread(target=ask, args=(f"{small.url}/user",))
    asking.start()
    deadline = time.monotonic() + 5
    while not small.requests and time.monotonic() < deadline:
        time.sleep(0.005)
    assert small.requests[0].status is None
    assert small.requests[0].finished is None
    asking.join()
    assert small.requests[0].status == 200


def test_the_log_can_be_cleared_during_a_request(small: Forge, ask: Ask) -> None:
    small.delay = 0.3
    asking = threading.Thread(target=ask, args=(f"{small.url}/user",))
    asking.start()
    deadline = time.monotonic() + 5
    while not small.requests and time.monotonic() < deadline:
        time.sleep(0.005)
    small.clear_log()
    asking.join()
    assert small.requests == []


def test_all_concurrent_requests_are_logged(small: Forge, ask: Ask) -> None:
    small.delay = 0.2
    threads = [threading.Thread(target=ask, args=(f"{small.url}/users/eve?n={n}",)) for n in range(30)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 2
    assert sorted(int(item.query["n"]) for item in small.requests) == list(range(30))
    assert all(item.finished is not None and item.finished - item.started >= 0.19 for item in small.requests)
