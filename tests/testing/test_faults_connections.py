"""Faults of the connection, observed on a socket: closed, reset, silent, slow."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gitfleet_testing import Forge

Call = Callable[..., Any]
LISTING = "/orgs/Acme/repos"


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert condition()


def whole(forge: Forge, ask: Call, path: str = LISTING) -> bytes:
    body: bytes = ask(forge.url + path).raw
    forge.clear_log()
    return body


def test_a_dropped_request_is_logged_and_receives_no_response(small: Forge, ask: Call, raw: Call) -> None:
    fault = small.drop("/user")
    seen = raw(f"{small.url}/user")
    assert (seen.data, seen.end) == (b"", "eof")
    logged = small.requests[-1]
    assert (logged.path, logged.status, logged.fault) == ("/user", None, "drop")
    assert logged.finished is not None
    assert (fault.hits, fault.active) == (1, False)
    assert ask(f"{small.url}/user").status == 200
    assert small.requests[-1].fault is None


def test_a_keep_alive_connection_can_be_dropped_at_its_second_request(small: Forge) -> None:
    small.drop("/user", skip=1)
    kept = http.client.HTTPConnection(urlsplit(small.url).netloc, timeout=5)
    headers = {"Authorization": f"Bearer {small.token}"}
    kept.request("GET", "/user", headers=headers)
    assert kept.getresponse().read()
    kept.request("GET", "/user", headers=headers)
    with pytest.raises(http.client.RemoteDisconnected):
        kept.getresponse()
    kept.close()
    assert [request.status for request in small.requests] == [200, None]
    assert len({request.client_port for request in small.requests}) == 1


def test_a_reset_can_come_before_the_response(small: Forge, raw: Call) -> None:
    fault = small.reset("/user")
    seen = raw(f"{small.url}/user")
    assert (seen.data, seen.end) == (b"", "reset")
    assert (small.requests[-1].status, small.requests[-1].fault, fault.hits) == (None, "reset", 1)


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_a_reset_can_come_in_the_middle_of_the_body(small: Forge, ask: Call, raw: Call, count: int) -> None:
    body = whole(small, ask)
    small.reset(LISTING, after_bytes=count)
    seen = raw(small.url + LISTING)
    assert seen.end == "reset"
    assert seen.content_length == len(body)
    assert seen.body == body[:count]
    assert small.requests[-1].status == 200


def test_a_reset_comes_before_the_last_byte_of_the_body(small: Forge, ask: Call, raw: Call) -> None:
    body = whole(small, ask)
    small.reset(LISTING, after_bytes=10**9)
    seen = raw(small.url + LISTING)
    assert (seen.end, len(seen.body)) == ("reset", len(body) - 1)


@pytest.mark.parametrize(("keep", "share"), [(0, 0.0), (100, None), (0.25, 0.25), (0.0, 0.0), (10**9, 1.0)])
def test_a_truncated_body_is_shorter_than_its_content_length(
    small: Forge, ask: Call, raw: Call, keep: float, share: float | None
) -> None:
    body = whole(small, ask)
    small.truncate(LISTING, keep=keep)
    seen = raw(small.url + LISTING)
    expected = keep if share is None else min(int(len(body) * share), len(body) - 1)
    assert seen.end == "eof"
    assert seen.content_length == len(body)
    assert seen.body == body[: int(expected)]
    assert (small.requests[-1].status, small.requests[-1].fault) == (200, "truncate")


def test_a_compressed_body_is_truncated_after_compression(small: Forge, raw: Call) -> None:
    small.truncate(LISTING)
    seen = raw(small.url + LISTING, headers="Accept-Encoding: gzip\r\n")
    assert "content-encoding: gzip" in seen.head
    assert len(seen.body) == seen.content_length // 2
    with pytest.raises(EOFError):
        gzip.decompress(seen.body)


def test_a_stall_can_come_before_the_head(small: Forge, ask: Call) -> None:
    fault = small.stall("/user", seconds=0.3)
    started = time.monotonic()
    assert ask(f"{small.url}/user").status == 200
    assert time.monotonic() - started >= 0.3
    assert small.requests[-1].finished is not None
    assert small.requests[-1].finished - small.requests[-1].started >= 0.29
    assert fault.hits == 1


def test_a_stall_in_the_body_sends_half_of_it_first(small: Forge, ask: Call, raw: Call) -> None:
    body = whole(small, ask)
    small.stall(LISTING, seconds=0.3, where="body", times=2)
    seen = raw(small.url + LISTING, patience=0.1)
    assert (seen.end, seen.body) == ("silence", body[: len(body) // 2])
    assert small.requests[-1].status == 200
    seen = raw(small.url + LISTING)
    assert (seen.end, seen.body) == ("eof", body)
    assert seen.seconds >= 0.3


def test_a_request_is_not_handled_if_the_client_closes_during_a_stall(small: Forge, raw: Call) -> None:
    small.stall("/repos/Acme/Tool/issues", seconds=None)
    assert raw(f"{small.url}/repos/Acme/Tool/issues", method="POST", body=b'{"title":"x"}', patience=0.1).data == b""
    until(lambda: small.requests[-1].finished)
    assert (small.requests[-1].status, small.requests[-1].fault) == (None, "stall")
    assert small.writes == []


def test_a_stall_with_after_handles_the_request_first(small: Forge, raw: Call) -> None:
    small.stall("/repos/Acme/Tool/issues", seconds=None, after=True)
    assert raw(f"{small.url}/repos/Acme/Tool/issues", method="POST", body=b'{"title":"x"}', patience=0.1).data == b""
    assert len(small.writes) == 1


def test_trickle_sends_the_body_at_the_given_speed(small: Forge, ask: Call, raw: Call) -> None:
    body = whole(small, ask, "/nothing")
    fault = small.trickle("/nothing", bytes_per_second=len(body) / 0.4)
    seen = raw(f"{small.url}/nothing")
    assert seen.body == body
    assert 0.35 <= seen.seconds < 2
    assert (small.requests[-1].status, fault.hits) == (404, 1)


@pytest.mark.parametrize("where", ["stall", "stall body", "trickle"])
def test_a_forge_stops_at_once_while_responses_are_stalled(ask: Call, where: str) -> None:
    replies: list[Any] = []
    with Forge() as forge:
        if where == "trickle":
            forge.trickle(bytes_per_second=1)
        else:
            forge.stall(seconds=None, where="body" if "body" in where else "head")
        asking = threading.Thread(target=lambda: replies.append(ask(f"{forge.url}/user")))
        asking.start()
        until(lambda: forge.requests)
        time.sleep(0.05)
        started = time.monotonic()
    assert time.monotonic() - started < 0.9
    asking.join(5)
    assert replies[0].json()["login"] == "fleet-admin"


def test_faults_leave_no_thread_and_no_socket(raw: Call) -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("needs /proc")
    before = (threading.active_count(), len(list(folder.iterdir())))
    with Forge() as forge:
        forge.drop()
        forge.reset()
        forge.reset(after_bytes=5)
        forge.truncate()
        forge.garbage()
        forge.stall(seconds=None, times=None)
        for _ in range(7):
            raw(f"{forge.url}/user", patience=0.1)
        until(lambda: all(request.finished for request in forge.requests))
        assert [request.fault for request in forge.requests] == [
            *("drop", "reset", "reset", "truncate", "garbage", "stall", "stall")
        ]
    assert (threading.active_count(), len(list(folder.iterdir()))) == before


def test_faults_apply_to_head_requests(small: Forge, raw: Call) -> None:
    for act in (small.truncate, small.trickle, small.corrupt):
        act(LISTING)
        seen = raw(small.url + LISTING, method="HEAD")
        assert seen.head.startswith("HTTP/1.1 200")
        assert (seen.body, seen.end) == (b"", "eof")


def test_faults_work_over_tls(ask: Call, tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme", reason="needs trustme to make a certificate")
    authority = trustme.CA()
    pem = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with Forge(ssl_certfile=pem) as forge:
        forge.drop()
        forge.reset()
        forge.truncate()
        forge.fail(status=503)
        for error in (http.client.RemoteDisconnected, ConnectionResetError, http.client.IncompleteRead):
            with pytest.raises(error):
                ask(f"{forge.url}/user", context=context)
        assert ask(f"{forge.url}/user", context=context).status == 503
        assert json.loads(ask(f"{forge.url}/user", context=context).raw)["login"] == "fleet-admin"
        assert [request.status for request in forge.requests] == [None, None, 200, 503, 200]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("reset", {"after_bytes": -1}),
        ("stall", {"seconds": -1}),
        ("stall", {"seconds": float("inf")}),
        ("stall", {"where": "tail"}),
        ("trickle", {"bytes_per_second": 0}),
        ("truncate", {"keep": -1}),
        ("truncate", {"keep": 1.0}),
    ],
)
def test_invalid_arguments_raise_value_error(name: str, arguments: dict[str, Any]) -> None:
    forge = Forge()
    with pytest.raises(ValueError, match=next(iter(arguments))), forge:
        getattr(forge, name)("/user", **arguments)
