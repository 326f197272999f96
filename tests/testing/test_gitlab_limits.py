"""GitLab's rate limits, ETags and faults, separate from GitHub's."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from gitfleet_testing import Forge

Ask = Callable[..., Any]


def left(reply: Any) -> tuple[str, str, str]:
    names = ("ratelimit-limit", "ratelimit-observed", "ratelimit-remaining")
    return tuple(reply.headers[name] for name in names)


def test_every_response_has_gitlabs_rate_limit_headers(small: Forge, ask: Ask) -> None:
    small.add_token("t", limit=10, window=60)
    before = time.time()
    reply = ask(f"{small.gitlab_url}/user", token="t")
    assert left(reply) == ("10", "1", "9")
    assert reply.headers["ratelimit-name"] == "throttle_authenticated_api"
    reset = int(reply.headers["ratelimit-reset"])
    assert before + 59 <= reset <= time.time() + 62
    assert parsedate_to_datetime(reply.headers["ratelimit-resettime"]).timestamp() == reset
    assert left(ask(f"{small.gitlab_url}/nothing", token="t")) == ("10", "2", "8")
    assert "retry-after" not in reply.headers


def test_an_exhausted_limit_is_429_with_plain_text(small: Forge, ask: Ask) -> None:
    small.limit("octo", remaining=1, reset_in=20)
    assert ask(f"{small.gitlab_url}/user", token="octo").status == 200
    reply = ask(f"{small.gitlab_url}/user", token="octo")
    assert (reply.status, reply.body) == (429, b"Retry later\n")
    assert reply.headers["content-type"].startswith("text/plain")
    assert 19 <= int(reply.headers["retry-after"]) <= 21
    assert reply.headers["ratelimit-remaining"] == "0"
    assert ask(f"{small.gitlab_url}/user", token="eve").status == 200


def test_the_two_services_have_separate_limits(small: Forge, ask: Ask) -> None:
    small.limit("octo", remaining=5, limit=10)
    ask(f"{small.gitlab_url}/user", token="octo")
    assert ask(f"{small.url}/user", token="octo").headers["x-ratelimit-remaining"] == "4"
    assert left(ask(f"{small.gitlab_url}/user", token="octo"))[2] == "3"
    small.limit("octo", remaining=0, resource="gitlab")
    assert ask(f"{small.gitlab_url}/user", token="octo").status == 429
    assert ask(f"{small.url}/user", token="octo").status == 200
    small.limit("octo", remaining=0, resource="core")
    small.limit("octo", remaining=1, resource="gitlab")
    assert ask(f"{small.gitlab_url}/user", token="octo").status == 200
    assert ask(f"{small.url}/user", token="octo").status == 403
    assert "gitlab" not in ask(f"{small.url}/rate_limit", token="octo").json()["resources"]
    small.reset_limits()
    assert [ask(f"{url}/user", token="octo").status for url in (small.url, small.gitlab_url)] == [200, 200]


def test_requests_without_a_token_have_a_separate_limit(small: Forge, ask: Ask) -> None:
    reply = ask(f"{small.gitlab_url}/projects", token=None)
    assert left(reply) == ("60", "1", "59")
    assert reply.headers["ratelimit-name"] == "throttle_unauthenticated_api"
    # Requests with an unknown token count against this limit, too.
    assert left(ask(f"{small.gitlab_url}/projects", token="wrong"))[2] == "58"


def test_an_unchanged_response_is_304_and_counts(small: Forge, ask: Ask) -> None:
    url = f"{small.gitlab_url}/projects/Acme%2FTool"
    first = ask(url, token="octo")
    tag = first.headers["etag"]
    again = ask(url, token="octo", headers={"If-None-Match": tag})
    assert (again.status, again.raw, again.headers["etag"]) == (304, b"", tag)
    assert int(left(again)[2]) == int(left(first)[2]) - 1
    small.fleet.update("Acme/Tool", stars=6)
    assert ask(url, token="octo", headers={"If-None-Match": tag}).status == 200


def test_pages_keep_their_headers_when_nothing_changed(small: Forge, ask: Ask) -> None:
    url = f"{small.gitlab_url}/projects?per_page=1"
    first = ask(url)
    again = ask(url, headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304
    assert (again.links, again.headers["x-next-page"]) == (first.links, "2")


def test_responses_have_gitlabs_headers(small: Forge, ask: Ask) -> None:
    replies = [ask(small.gitlab_url + path) for path in ("/user", "/user", "/nothing", "/projects/9")]
    assert len({reply.headers["x-request-id"] for reply in replies}) == len(replies)
    for reply in replies:
        assert reply.headers["content-type"] == "application/json"
        assert "x-runtime" in reply.headers
        assert not any(name.startswith(("x-github", "x-ratelimit")) for name in reply.headers)


def test_head_is_a_get_without_the_body(small: Forge, ask: Ask) -> None:
    reply = ask(f"{small.gitlab_url}/projects", method="HEAD")
    assert (reply.status, reply.raw, reply.headers["x-total"]) == (200, b"", "2")


@pytest.mark.parametrize(
    "path",
    [
        "/projects/{id}/issues",
        "/projects/acme%2Ftool/issues",
        "/projects/Acme%2FTool/issues",
        "/api/v4/projects/{id}/issues",
        "/api/v4/projects/Acme%2FTool/issues",
        "/projects/*",
        "/api/v4/*",
        "*",
        None,
    ],
)
@pytest.mark.parametrize("asked", ["/projects/{id}/issues", "/projects/acme%2Ftool/issues"])
def test_faults_accept_gitlabs_paths(small: Forge, ask: Ask, path: str | None, asked: str) -> None:
    number = small.fleet.repository("Acme/Tool").id
    fault = small.fail(None if path is None else path.format(id=number), status=502)
    # A path can have the form of the request or the service's own form.
    known = path is None or "acme%2Ftool" not in path or "acme" in asked
    assert ask(small.gitlab_url + asked.format(id=number)).status == (502 if known else 200)
    assert fault.hits == known


def test_a_fault_can_apply_to_one_service_only(small: Forge, ask: Ask) -> None:
    small.fail("/api/v4/user")
    assert ask(f"{small.url}/user").status == 200
    assert ask(f"{small.gitlab_url}/user").status == 502


def test_a_fault_counts_against_the_limit_of_its_service(small: Forge, ask: Ask) -> None:
    small.limit("octo", remaining=9)
    small.fail("/api/v4/user")
    ask(f"{small.gitlab_url}/user", token="octo")
    assert left(ask(f"{small.gitlab_url}/user", token="octo"))[2] == "7"
    assert ask(f"{small.url}/user", token="octo").headers["x-ratelimit-remaining"] == "8"


def test_both_services_reject_a_revoked_token(small: Forge, ask: Ask) -> None:
    small.revoke("octo")
    assert [ask(f"{url}/user", token="octo").status for url in (small.url, small.gitlab_url)] == [401, 401]
