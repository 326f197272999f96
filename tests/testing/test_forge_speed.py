"""The forge's limits on the speed of requests, and its clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge

Call = Callable[..., Any]
PROJECT = "/projects/Acme%2FTool"


def _issue(forge: Forge, ask: Call, **how: Any) -> Any:
    body = json.dumps({"title": "One"}).encode()
    return ask(f"{forge.url}/repos/Acme/Tool/issues", method="POST", body=body, **how)


def test_writes_above_a_limit_are_refused_until_its_window_ends(small: Forge, ask: Call) -> None:
    small.speed.limit("writes", (2, 0.6), (100, 60))
    assert [_issue(small, ask).status for _ in range(3)] == [201, 201, 403]
    refused = _issue(small, ask)
    assert refused.headers["retry-after"] == "1"
    assert "secondary rate limit" in refused.json()["message"]
    assert int(refused.headers["x-ratelimit-remaining"]) > 0
    assert ask(f"{small.url}/repos/Acme/Tool").status == 200
    assert _issue(small, ask, token="octo").status == 201, "each user has a limit"
    time.sleep(0.7)
    assert _issue(small, ask).status == 201
    assert len(small.writes) == 4


def test_an_endpoint_of_gitlab_above_its_limit_is_refused_without_limit_headers(small: Forge, ask: Call) -> None:
    small.speed.limit("projects/:id", (2, 60))
    assert [ask(small.gitlab_url + PROJECT).status for _ in range(3)] == [200, 200, 429]
    refused = ask(f"{small.gitlab_url}{PROJECT}?license=true")
    assert "requested too many times" in refused.json()["message"]["error"]
    assert not [name for name in refused.headers if name.startswith("ratelimit") or name == "retry-after"]
    for path in (f"{PROJECT}/repository/branches", "/projects", "/groups/Acme", "/groups/Acme/projects"):
        assert ask(small.gitlab_url + path).status == 200, path
    assert ask(f"{small.url}/repos/Acme/Tool").status == 200


def test_a_limit_can_be_removed(small: Forge, ask: Call) -> None:
    small.speed.limit("writes", (1, 60))
    assert [_issue(small, ask).status for _ in range(2)] == [201, 403]
    small.speed.limit("writes")
    assert _issue(small, ask).status == 201


@pytest.mark.parametrize("window", [(0, 1), (1, 0), (1, float("inf")), (1, float("nan"))])
def test_a_limit_that_is_none_is_refused(window: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="window"):
        Forge().speed.limit("writes", window)


@pytest.mark.parametrize("offset", [-3600, 3600])
def test_the_servers_clock_can_differ_from_the_machines(ask: Call, offset: float) -> None:
    with Forge(Fleet.generate(organizations=1, repositories=1), clock_offset=offset) as forge:
        for url, reset in ((forge.url, "x-ratelimit-reset"), (forge.gitlab_url, "ratelimit-reset")):
            reply = ask(f"{url}/user")
            assert parsedate_to_datetime(reply.headers["date"]).timestamp() == pytest.approx(
                time.time() + offset, abs=2
            )
            assert int(reply.headers[reset]) == pytest.approx(time.time() + 3600 + offset, abs=3)
        body = ask(f"{forge.url}/rate_limit").json()
        assert body["resources"]["core"]["reset"] == pytest.approx(time.time() + 3600 + offset, abs=3)
        forge.clock.offset = 0.0
        assert parsedate_to_datetime(ask(f"{forge.url}/user").headers["date"]).timestamp() == pytest.approx(
            time.time(), abs=2
        )


def test_a_clock_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="clock_offset"):
        Forge(clock_offset=float("nan"))
