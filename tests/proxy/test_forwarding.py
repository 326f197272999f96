"""What happens to requests and responses on their way: statuses, retries, limits, cache, redirects, tokens."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitfleet_testing import Fleet, Forge
from support.proxying import SECRET, ProxyProcess, run_curl
from support.raw_upstream import RawUpstream

from .conftest import POOL


def _get(proxy: ProxyProcess, path: str, *arguments: str) -> tuple[int, str]:
    found = run_curl(f"{proxy.url}/github{path}", *arguments, secret=SECRET)
    return found.status, found.out


def test_errors_of_the_server_arrive_as_they_are(proxy: ProxyProcess) -> None:
    status, body = _get(proxy, "/repos/acme/none")
    assert (status, json.loads(body)["message"]) == (404, "Not Found")


def test_temporary_errors_are_retried_for_safe_methods_only(proxied: Forge) -> None:
    with ProxyProcess(proxied.url, POOL) as proxy:
        for method, path, status in (("GET", "/orgs/acme", 200), ("POST", "/orgs/acme/repos", 502)):
            fault = proxied.fail(path, status=502, times=1)
            arguments = () if method == "GET" else ("-d", "{}")
            assert _get(proxy, path, *arguments)[0] == status
            assert fault.hits == 1
            proxied.clear_faults()
        assert proxy.metric("retries_total") == 1


def test_an_exhausted_budget_is_429_with_the_time_to_wait(proxied: Forge) -> None:
    proxied.add_token("exhausted-token-1234", login="other", limit=10, remaining=0)
    with ProxyProcess(proxied.url, ("exhausted-token-1234",), "--max-wait", "0") as proxy:
        for _ in range(2):
            found = run_curl(f"{proxy.url}/github/orgs/acme", secret=SECRET)
            assert found.status == 429
            assert 0 < int(found.headers["retry-after"]) <= 3600
            assert "exhausted-token" not in found.out


def test_refused_tokens_are_502_because_401_would_blame_the_secret(proxied: Forge) -> None:
    with ProxyProcess(proxied.url, ("unknown-token",)) as proxy:
        status, body = _get(proxy, "/orgs/acme")
    assert status == 502
    assert "were refused" in body
    assert "unknown-token" not in body


def test_rate_limit_headers_of_single_tokens_are_left_out(proxy: ProxyProcess) -> None:
    found = run_curl(f"{proxy.url}/github/orgs/acme", secret=SECRET)
    assert not [name for name in found.headers if "ratelimit" in name]
    assert found.headers["x-github-request-id"]


def test_the_cache_serves_other_programs_and_their_own_conditions(tmp_path: Path) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "tool")
    with Forge(fleet) as forge:
        forge.add_token(POOL[0])
        with ProxyProcess(forge.url, POOL[:1], "--cache", str(tmp_path / "c.sqlite")) as proxy:
            first, second = (run_curl(f"{proxy.url}/github/repos/acme/tool", secret=SECRET) for _ in range(2))
            assert first.out == second.out
            assert [item.status for item in forge.requests] == [200, 304]
            assert proxy.metric("cache_hits_total") == 1
            etag = first.headers["etag"]
            known = run_curl(f"{proxy.url}/github/repos/acme/tool", "-H", f"If-None-Match: {etag}", secret=SECRET)
            assert (known.status, known.out) == (304, "")
            other = run_curl(f"{proxy.url}/github/repos/acme/tool", "-H", 'If-None-Match: "x"', secret=SECRET)
            assert (other.status, other.out) == (200, first.out)
        with ProxyProcess(forge.url, POOL[:1]) as proxy:  # without a cache the server compares
            known = run_curl(f"{proxy.url}/github/repos/acme/tool", "-H", f"If-None-Match: {etag}", secret=SECRET)
            assert (known.status, known.out) == (304, "")


def test_head_has_the_headers_and_no_body(proxy: ProxyProcess) -> None:
    found = run_curl(f"{proxy.url}/github/orgs/acme", "-I", secret=SECRET)
    assert (found.status, found.body) == (200, found.raw)
    assert int(found.headers["content-length"]) > 100


Reply = tuple[str, str, bytes]
"""Status, further headers, body."""


def _echo(token: str) -> Reply:
    body = json.dumps({"token": token}).replace("-", "\\u002d").encode() + token.encode()
    return "200 OK", f"X-Echo: {token}\r\nSet-Cookie: a={token}\r\n", body


def _echo_long(token: str) -> Reply:
    gap = b" " * 3_000_000
    return "200 OK", "Content-Type: text/plain\r\n", gap + token.encode() + gap + token.encode()


_LIST = ["x" * 100] * 200_000
_HOPS = "Keep-Alive: 5\r\nX-Secret-Hop: 1\r\nProxy-Authenticate: x\r\nConnection: X-Secret-Hop\r\n"
_REPLIES: dict[str, Callable[[str], Reply]] = {
    "/here": lambda _: ("200 OK", "", b"{}"),
    "/away": lambda _: ("302 Found", "Location: http://127.0.0.1:9/archive.tar?own=1\r\n", b""),
    "/moved": lambda _: ("301 Moved Permanently", "Location: /here\r\n", b""),
    "/moved-write": lambda _: ("302 Found", "Location: {0}/here\r\n", b""),
    "/echo": _echo,
    "/echo-long": _echo_long,
    "/hops": lambda _: ("200 OK", _HOPS, b"{}"),
    "/gzip": lambda _: ("200 OK", "Content-Encoding: gzip\r\n", gzip.compress(json.dumps(_LIST).encode())),
    "/refuse-upload": lambda _: ("413 Content Too Large", "", b'{"message": "too large"}'),
}


async def _behave(
    first: str, headers: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    path = first.split(" ")[1]
    if path == "/cut":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 5_000_000)
    elif path == "/upload":
        body = json.dumps(await _received(headers, reader)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
    elif path in _REPLIES:
        status, extra, body = _REPLIES[path](headers["authorization"].removeprefix("Bearer "))
        extra = extra.replace("{0}", f"http://{headers['host']}")
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
        writer.write(head.encode() + body)


async def _received(headers: dict[str, str], reader: asyncio.StreamReader) -> dict[str, object]:
    """Return what is known about the body of a request."""
    size, length = 0, int(headers.get("content-length", "-1"))
    while size != length and (data := await reader.read(65536)):
        size += len(data)
        if length < 0 and data.endswith(b"0\r\n\r\n"):
            break
    return {"size": size, "length": length, "type": headers.get("content-type")}


@pytest.fixture(scope="module")
def upstream() -> Iterator[ProxyProcess]:
    """A proxy in front of a server with the replies above."""
    with RawUpstream(_behave) as running, ProxyProcess(running.url, POOL) as proxy:
        yield proxy


def test_a_write_without_a_response_is_502_and_not_repeated(upstream: ProxyProcess) -> None:
    status, body = _get(upstream, "/nothing", "-X", "DELETE")
    assert status == 502
    assert "gitfleet proxy" in json.loads(body)["message"]


def test_a_redirect_to_another_host_is_left_to_the_client(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/away", secret=SECRET)
    assert (found.status, found.headers["location"]) == (302, "http://127.0.0.1:9/archive.tar?own=1")


def test_a_redirect_inside_the_api_is_followed_with_the_token(upstream: ProxyProcess) -> None:
    assert _get(upstream, "/moved") == (200, "{}")


def test_a_redirect_of_a_write_leads_back_to_the_proxy(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/moved-write", "-d", "{}", secret=SECRET)
    assert (found.status, found.headers["location"]) == (302, f"{upstream.url}/github/here")


def test_tokens_that_a_server_echoes_are_masked(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/echo", secret=SECRET)
    whole = (found.raw + found.body).decode().replace("\\u002d", "-")
    assert found.status == 200
    assert not any(token in whole for token in POOL)
    assert "set-cookie" not in found.headers


def test_tokens_in_long_bodies_are_masked_with_the_same_length(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/echo-long", secret=SECRET)
    assert len(found.body) == 6_000_000 + 2 * len(POOL[0]) == int(found.headers["content-length"])
    assert found.body.count(b"*") == 2 * len(POOL[0])


def test_headers_of_the_connection_end_at_the_proxy(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/hops", secret=SECRET)
    assert found.headers.keys().isdisjoint({"keep-alive", "x-secret-hop", "proxy-authenticate"})


def test_compressed_bodies_arrive_plain_also_long_ones(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/gzip", secret=SECRET)
    assert json.loads(found.out) == _LIST
    assert "content-encoding" not in found.headers


def test_a_long_body_that_is_cut_ends_the_connection(upstream: ProxyProcess) -> None:
    found = run_curl(f"{upstream.url}/github/cut", secret=SECRET)
    assert (found.status, found.code) == (200, 18)
    assert len(found.body) <= 5_000_000
    assert upstream.metric("in_flight") == 0


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [0, 10, 5_000_000])
def test_bodies_of_requests_arrive_whole(upstream: ProxyProcess, tmp_path: Path, size: int, chunked: bool) -> None:
    file = tmp_path / "asset"
    file.write_bytes(b"x" * size)
    header = ("-H", "Transfer-Encoding: chunked") if chunked else ()
    given = ("-X", "POST", "-H", "Content-Type: application/zip", "--data-binary", f"@{file}", *header)
    found = run_curl(f"{upstream.url}/github/upload", *given, secret=SECRET)
    arrived = json.loads(found.out)
    if arrived["length"] >= 0:
        assert (arrived["size"], arrived["type"]) == (size, "application/zip")
    else:
        assert arrived["size"] > size  # with the sizes of the chunks


def test_a_server_that_refuses_a_long_body_is_heard_at_once(upstream: ProxyProcess, tmp_path: Path) -> None:
    file = tmp_path / "asset"
    file.write_bytes(b"x" * 20_000_000)
    found = run_curl(f"{upstream.url}/github/refuse-upload", "--data-binary", f"@{file}", secret=SECRET)
    assert found.status in (413, 502)  # 502 if the connection was reset before the response was read
