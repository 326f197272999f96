"""Faults of the response: statuses, garbage, cut JSON, secondary limits, revoked tokens."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from gitfleet_testing import Forge

Call = Callable[..., Any]
SENTENCE = "You have exceeded a secondary rate limit."


def test_fail_sends_the_chosen_response_unchanged(small: Forge, ask: Call, raw: Call) -> None:
    fault = small.fail("/user", status=503, headers={"Retry-After": "7", "Content-Type": "text/html"}, body=b"<html>")
    seen = raw(f"{small.url}/user")
    assert seen.head.startswith("HTTP/1.1 503 Service Unavailable\r\n")
    assert "retry-after: 7" in seen.head
    assert (seen.content_length, seen.body) == (6, b"<html>")
    assert (small.requests[-1].status, small.requests[-1].fault, fault.hits) == (503, "fail", 1)
    assert ask(f"{small.url}/user").status == 200


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        (b"raw", None, b"raw"),
        ("Retry later\n", "text/plain; charset=utf-8", b"Retry later\n"),
        ({"message": "ä"}, "application/json; charset=utf-8", '{"message":"ä"}'.encode()),
        ([1, 2], "application/json; charset=utf-8", b"[1,2]"),
        (b"", None, b""),
    ],
)
def test_the_body_sets_the_content_type(small: Forge, ask: Call, body: Any, kind: str | None, sent: bytes) -> None:
    small.fail(status=429, body=body)
    reply = ask(f"{small.url}/user")
    assert (reply.status, reply.headers.get("content-type"), reply.raw) == (429, kind, sent)


def test_fail_can_repeat_a_header(small: Forge, raw: Call) -> None:
    small.fail(status=200, headers=[("Link", "<a>"), ("Link", "<b>")])
    assert raw(f"{small.url}/user").head.count("link: <") == 2


def test_fail_with_a_location_is_a_redirect(small: Forge, ask: Call) -> None:
    small.fail("/user", status=301, headers={"Location": "http://elsewhere.invalid/user"})
    assert ask(f"{small.url}/user").headers["location"] == "http://elsewhere.invalid/user"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"status": 99}, ValueError, "status"),
        ({"status": 600}, ValueError, "status"),
        ({"headers": {"X Y": "1"}}, ValueError, "header"),
        ({"headers": {"X": "1\r\nY: 2"}}, ValueError, "header"),
        ({"headers": {"content-length": "5"}}, ValueError, "content-length"),
        ({"status": 204, "body": b"x"}, ValueError, "no body"),
        ({"body": 5}, TypeError, "body"),
    ],
)
def test_fail_rejects_invalid_responses(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Forge().fail("/user", **arguments)


def test_statuses_without_a_body_have_no_content_length(small: Forge, raw: Call) -> None:
    for status in (204, 304):
        small.fail(status=status)
        seen = raw(f"{small.url}/user")
        assert (seen.body, seen.end) == (b"", "eof")
        assert f" {status} " in seen.head
        assert "content-length" not in seen.head.lower()


@pytest.mark.parametrize("data", [b"not http\r\n\r\n", b"\x00" * 100, None])
def test_garbage_is_not_http(small: Forge, ask: Call, raw: Call, data: bytes | None) -> None:
    small.garbage("/user", data=data, times=2)
    seen = raw(f"{small.url}/user")
    assert seen.data == data or (data is None and seen.data and not seen.data.startswith(b"HTTP"))
    assert (seen.end, small.requests[-1].status, small.requests[-1].fault) == ("eof", None, "garbage")
    with pytest.raises(http.client.BadStatusLine):
        ask(f"{small.url}/user")


@pytest.mark.parametrize("path", ["/user", "/orgs/Acme/repos", "/repos/Acme/Tool", "/nothing"])
@pytest.mark.parametrize("packed", [True, False])
def test_corrupt_json_is_a_valid_http_message(small: Forge, ask: Call, path: str, packed: bool) -> None:
    small.fleet.update("Acme/Tool", description="ü" * 3000)
    small.corrupt(path)
    reply = ask(small.url + path, headers={"Accept-Encoding": "gzip"} if packed else None)
    assert len(reply.raw) == int(reply.headers["content-length"])
    text = reply.body.decode()
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert ask(small.url + path).raw.decode().startswith(text)


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_has_githubs_message(small: Forge, ask: Call, status: int) -> None:
    fault = small.secondary_limit("/user", retry_after=3, status=status)
    reply = ask(f"{small.url}/user")
    assert (reply.status, reply.headers["retry-after"]) == (status, "3")
    assert reply.json()["message"].startswith(SENTENCE)
    assert "secondary-rate-limits" in reply.json()["documentation_url"]
    assert reply.headers["x-ratelimit-remaining"] == "5000"
    assert (small.requests[-1].status, small.requests[-1].fault, fault.hits) == (status, "secondary_limit", 1)
    assert ask(f"{small.url}/user").headers["x-ratelimit-remaining"] == "4999"


def test_a_secondary_limit_can_omit_header_and_message(small: Forge, ask: Call) -> None:
    small.secondary_limit(message=False)
    reply = ask(f"{small.url}/user")
    assert "retry-after" not in reply.headers
    assert "rate" not in reply.raw.decode()


@pytest.mark.parametrize("after", ["date", datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)])
def test_retry_after_can_be_a_date(small: Forge, ask: Call, after: Any) -> None:
    small.secondary_limit(retry_after=after)
    said = parsedate_to_datetime(ask(f"{small.url}/user").headers["retry-after"])
    if isinstance(after, datetime):
        assert said == after
    else:
        assert 0.9 <= (said - datetime.now(UTC)).total_seconds() <= 2


def test_a_secondary_limit_can_start_after_some_requests_and_end_after_a_time(small: Forge, ask: Call) -> None:
    fault = small.secondary_limit(requests_to_trip=3, times=None, lasts=0.4)
    statuses = [ask(f"{small.url}/user").status for _ in range(6)]
    assert statuses == [200, 200, 200, 403, 403, 403]
    assert fault.active
    time.sleep(0.45)
    assert (ask(f"{small.url}/user").status, fault.hits, fault.active) == (200, 3, False)


@pytest.mark.parametrize(
    "wrong",
    [{"status": 500}, {"retry_after": -1}, {"retry_after": "soon"}, {"retry_after": datetime(2031, 1, 1)}],  # noqa: DTZ001  # must be rejected
)
def test_secondary_limit_rejects_invalid_arguments(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"secondary limit|retry_after"):
        Forge().secondary_limit(**wrong)


def test_a_revoked_token_receives_401(small: Forge, ask: Call) -> None:
    assert ask(f"{small.url}/user", token="eve").status == 200
    small.revoke("eve")
    reply = ask(f"{small.url}/user", token="eve")
    assert (reply.status, reply.json()["message"]) == (401, "Bad credentials")
    assert "eve" not in small.tokens
    small.add_token("eve", login="eve")
    assert ask(f"{small.url}/user", token="eve").status == 200


def test_a_revoked_token_is_not_trusted_again_and_errors_do_not_contain_tokens(ask: Call) -> None:
    with Forge(trust_any_token=True) as forge:
        assert ask(f"{forge.url}/user", token="mine").status == 200
        forge.revoke("mine")
        assert ask(f"{forge.url}/user", token="mine").status == 401
        with pytest.raises(ValueError, match="token") as caught:
            forge.revoke("verysecret")
        assert "verysecret" not in str(caught.value)


@pytest.mark.parametrize(("status", "cost"), [(502, 1), (500, 1), (404, 1), (401, 0), (304, 0), (429, 0)])
def test_fail_counts_as_a_call_unless_it_concerns_access(small: Forge, ask: Call, status: int, cost: int) -> None:
    small.fail("/user", status=status)
    ask(f"{small.url}/user")
    assert ask(f"{small.url}/user").headers["x-ratelimit-used"] == str(cost + 1)


@pytest.mark.parametrize("kind", ["drop", "reset", "garbage", "truncate", "corrupt"])
def test_other_faults_count_against_the_rate_limit(small: Forge, ask: Call, raw: Call, kind: str) -> None:
    getattr(small, kind)("/user")
    raw(f"{small.url}/user")
    assert ask(f"{small.url}/user").headers["x-ratelimit-used"] == "2"
