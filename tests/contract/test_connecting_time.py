"""Connecting takes its own time, and none of the time that a server may be silent."""

from __future__ import annotations

import ssl
import time

import pytest

from gitfleet_api import GitHubClient, RequestTimeoutError, Timeout
from support.certificates import Authority
from support.clients import MakeClient
from support.failing import REPO, details, error_of, result_of
from support.raw_server import Link, Play, RawServer, http_response


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def _slow_handshake(context: ssl.SSLContext, pause: float, *, stall: bool = False) -> Play:
    def play(link: Link) -> None:
        time.sleep(pause)
        with context.wrap_socket(link.socket, server_side=True) as link.socket:
            if link.read() is not None and not stall:
                link.send(http_response(REPO))
            link.wait_until_gone()

    return play


def _url(server: RawServer) -> str:
    return f"https://{server.authority}"


def test_a_slow_handshake_does_not_count_as_silence(make_client: MakeClient, authority: Authority) -> None:
    with RawServer(_slow_handshake(authority.server(), 1.0)) as server:
        timeout = Timeout(connect=10, read=0.5, total=None)
        assert result_of(make_client, _url(server), verify=authority.file, timeout=timeout)


def test_a_handshake_may_take_as_long_as_connecting_may(make_client: MakeClient, authority: Authority) -> None:
    with RawServer(_slow_handshake(authority.server(), 2.0)) as server:
        timeout = Timeout(connect=0.5, read=10, total=None)
        started = time.monotonic()
        error = error_of(make_client, _url(server), verify=authority.file, timeout=timeout)
        assert time.monotonic() - started < 1.9
    assert type(error) is RequestTimeoutError
    assert error.code == "timeout_connect"


def test_silence_counts_from_when_the_connection_was_made(make_client: MakeClient, authority: Authority) -> None:
    with RawServer(_slow_handshake(authority.server(), 1.0, stall=True)) as server:
        timeout = Timeout(connect=20, read=0.6, total=None)
        started = time.monotonic()
        error = error_of(make_client, _url(server), verify=authority.file, timeout=timeout)
        assert 1.5 < time.monotonic() - started < 5
    assert error.code == "timeout_read"


def test_silence_on_a_connection_that_was_there_counts_from_the_start(make_client: MakeClient) -> None:
    def answer_once(link: Link) -> None:
        if link.read() is not None:
            link.send(http_response(REPO))
        link.wait_until_gone()

    async def twice(client: GitHubClient) -> object:
        await details(client)
        started.append(time.monotonic())
        return await details(client)

    started: list[float] = []
    with RawServer(answer_once) as server:
        timeout = Timeout(connect=20, read=0.5, total=None)
        error = error_of(make_client, server.url, twice, timeout=timeout)
        assert 0.4 < time.monotonic() - started[0] < 3
        assert server.connections == 1
    assert error.code == "timeout_read"
