"""What goes over the wire, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api import GitHubClient, Timeout, __version__
from support.clients import MakeClient
from support.failing import REPO, TOKEN, details, result_of
from support.raw_server import RawServer, always, http_response

FAST = Timeout(connect=2, read=2, total=5)


def test_a_request_carries_these_headers_and_no_others(make_client: MakeClient) -> None:
    with RawServer(always(http_response(REPO))) as server:
        result_of(make_client, server.url)
        result_of(make_client, server.url, token=None, user_agent="probe/1")
        with_token, without = (request.headers for request in server.requests)
    assert with_token.pop("connection", "keep-alive") == "keep-alive"
    assert with_token == {
        "host": server.authority,
        "accept": "application/vnd.github+json, application/json",
        "accept-encoding": "gzip",
        "authorization": f"Bearer {TOKEN}",
        "user-agent": f"gitfleet/{__version__}",
        "x-github-api-version": "2022-11-28",
    }
    assert "authorization" not in without
    assert without["user-agent"] == "probe/1"


def test_cookies_are_not_sent_back(make_client: MakeClient) -> None:
    async def twice(client: GitHubClient) -> None:
        await details(client)
        await details(client)

    with RawServer(always(http_response(REPO, headers={"Set-Cookie": "session=1; Path=/"}))) as server:
        result_of(make_client, server.url, twice)
        assert len(server.requests) == 2
        assert all("cookie" not in request.headers for request in server.requests)


def test_netrc_is_not_used(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with RawServer(always(http_response(REPO))) as server:
        result_of(make_client, server.url, token=None)
        assert "authorization" not in server.requests[0].headers


def test_no_referer_is_sent_after_a_redirect(make_client: MakeClient) -> None:
    moved = http_response(status=301, headers={"location": "/repositories/1"})
    with RawServer(always(moved, http_response(REPO))) as server:
        result_of(make_client, server.url)
        assert all("referer" not in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("owner", "repo", "target"),
    [
        ("o", "r.git", "/repos/o/r.git"),
        ("o", "r_-.~", "/repos/o/r_-.~"),
        ("o", "ümläut", "/repos/o/%C3%BCml%C3%A4ut"),
        ("o", "a%2Fb", "/repos/o/a%252Fb"),
        ("o", "%2e%2e", "/repos/o/%252e%252e"),
        ("o", "...", "/repos/o/..."),
        ("a;b", "c&d=e", "/repos/a%3Bb/c%26d%3De"),
        ("@x", "y:z", "/repos/%40x/y%3Az"),
        ("[x]", "{y}|^`<>\"'", "/repos/%5Bx%5D/%7By%7D%7C%5E%60%3C%3E%22%27"),
        ("\U0001f600", "*", "/repos/%F0%9F%98%80/%2A"),
    ],
)
def test_a_name_is_one_segment_of_the_path(make_client: MakeClient, owner: str, repo: str, target: str) -> None:
    async def call(client: GitHubClient) -> object:
        return await client.fetch_repository_details(owner, repo)

    with RawServer(always(http_response(REPO))) as server:
        result_of(make_client, server.url, call)
        assert server.requests[0].target == target


@pytest.mark.parametrize("base", ["", "/", "/api/v3", "/api/v3/", "/a%20b/v3"])
def test_the_base_url_may_have_a_path_and_a_slash_at_its_end(make_client: MakeClient, base: str) -> None:
    with RawServer(always(http_response(REPO))) as server:
        result_of(make_client, server.url + base)
        assert server.requests[0].target == base.rstrip("/") + "/repos/o/r"


def test_the_scheme_and_host_may_be_written_in_capitals(make_client: MakeClient) -> None:
    with RawServer(always(http_response(REPO)), host="localhost") as server:
        assert result_of(make_client, f"HTTP://LOCALHOST:{server.port}")
