"""Crash reporters send the local variables of every frame of an exception: none of them shows a token."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gitfleet_api import GitHubClient, Retry, Timeout
from support.certificates import Authority
from support.clients import maker
from support.crash_report import reported_locals
from support.failing import REPO, branches, details
from support.gitlab_clients import gitlab
from support.raw_server import Link, Play, RawServer, always, http_response, once
from support.running import run
from support.sync_clients import sync_github
from support.tiny_proxy import refuse

TOKEN = "ghp_Zq0secret0" + "x" * 26
PASSWORD = "pr0xy-pa55word"
SHORT = Timeout(connect=2, read=0.3, total=5)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
TOO_MANY = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "60", "x-ratelimit-reset": str(int(time.time()) + 900)}


async def _graphql(client: GitHubClient) -> object:
    return await client.graphql("{ viewer { login } }")


async def _write(client: GitHubClient) -> object:
    return await client.request("POST", "/repos/o/r/issues", json={"title": "t"})


async def _cancelled(client: GitHubClient) -> object:
    return await asyncio.wait_for(details(client), 0.2)


async def _closed(client: GitHubClient) -> object:
    await client.aclose()
    return await details(client)


async def _closed_meanwhile(client: GitHubClient) -> object:
    call = asyncio.create_task(details(client))
    await asyncio.sleep(0.2)
    await client.aclose()
    return await call


class _Failing(NamedTuple):
    """A call that fails: what the server does, which call, and options of the client."""

    play: Play
    call: Callable[[GitHubClient], Awaitable[object]] = details
    options: dict[str, Any] = {}  # noqa: RUF012  never changed


def _stall(link: Link) -> None:
    if link.read() is not None:
        link.wait_until_gone()


def _answering(body: object = "", **more: Any) -> Play:
    return always(http_response(body, **more))


FAILING = {
    "closed without a response": _Failing(once()),
    "reset": _Failing(once(end="reset")),
    "not HTTP": _Failing(once(b"hello\r\n\r\n")),
    "closed within the body": _Failing(once(HEAD + b"content-length: 100\r\n\r\n{")),
    "closed within a chunk": _Failing(once(HEAD + b"transfer-encoding: chunked\r\n\r\n20\r\n{")),
    "broken gzip": _Failing(once(HEAD + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd")),
    "a body that is too large": _Failing(_answering({**REPO, "x": "y" * 200}), options={"max_body": 100}),
    "silence": _Failing(_stall),
    "the total timeout": _Failing(_stall, options={"timeout": Timeout(2, 2, 0.3)}),
    "cancelled": _Failing(_stall, _cancelled),
    "closed before": _Failing(_stall, _closed),
    "closed meanwhile": _Failing(_stall, _closed_meanwhile, {"timeout": Timeout(2, 5, 10)}),
    "401": _Failing(_answering({"message": "Bad credentials"}, status=401)),
    "403": _Failing(_answering({"message": "no"}, status=403)),
    "404": _Failing(_answering({"message": f"no {TOKEN}"}, status=404)),
    "422 to a write": _Failing(_answering({"message": "no"}, status=422), _write),
    "500 after retries": _Failing(_answering("oops", status=500), options={"retry": Retry(2, 0.01, 0.02)}),
    "a rate limit": _Failing(_answering({"message": "limit"}, status=403, headers=TOO_MANY)),
    "not JSON": _Failing(_answering("<html>")),
    "another shape": _Failing(_answering({"id": "x"})),
    "a list of another shape": _Failing(_answering([{"name": 1}]), branches),
    "a redirect to another server": _Failing(_answering(status=301, headers={"location": "https://x.example/"})),
    "a redirect to itself": _Failing(_answering(status=301, headers={"location": "/repos/o/r"})),
    "an error of GraphQL": _Failing(_answering({"errors": [{"message": "no"}]}), _graphql),
}


def _check(error: BaseException, secrets: tuple[str, ...] = (TOKEN,)) -> None:
    reported = list(reported_locals(error))
    assert len(reported) > 5, "no frames were looked at"
    shown = [place for place, text in reported if any(secret in text for secret in secrets)]
    assert shown == []


def _error_of(client: GitHubClient, call: Callable[[GitHubClient], Awaitable[object]] = details) -> BaseException:
    async def main() -> BaseException:
        async with client:
            try:
                await call(client)
            except Exception as error:  # noqa: BLE001  whatever it is
                return error
        pytest.fail("the call did not fail")

    return run(main())


@pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING)
def test_no_frame_of_a_failed_call_shows_the_token(engine: str, failing: _Failing) -> None:
    with RawServer(failing.play) as server:
        client = maker(engine)(server.url, TOKEN, **{"timeout": SHORT, **failing.options})
        _check(_error_of(client, failing.call))


@contextlib.contextmanager
def _unused_port() -> Iterator[int]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield unused.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "no-such-host.invalid"])
def test_no_frame_of_a_failed_connection_shows_the_token(engine: str, host: str) -> None:
    with _unused_port() as port:
        client = maker(engine)(f"http://{host}:{port}", TOKEN, timeout=SHORT, allow_http=True)
        _check(_error_of(client))


def test_no_frame_of_a_failed_handshake_shows_the_token(engine: str, tmp_path: Path) -> None:
    with RawServer(always(http_response(REPO)), tls=Authority(tmp_path).server()) as server:
        _check(_error_of(maker(engine)(server.url, TOKEN, timeout=SHORT)))


def test_no_frame_shows_the_password_of_a_proxy(engine: str) -> None:
    with RawServer(refuse(407)) as proxy, _unused_port() as port:
        for authority in (proxy.authority, f"127.0.0.1:{port}"):
            client = maker(engine)(
                "https://forge.example", TOKEN, timeout=SHORT, proxy=f"http://me:{PASSWORD}@{authority}"
            )
            encoded = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
            _check(_error_of(client), (TOKEN, PASSWORD, encoded))


def test_no_frame_shows_the_private_token_of_gitlab(engine: str) -> None:
    with RawServer(once()) as server:
        client: Any = gitlab(engine, server.url, TOKEN, timeout=SHORT)
        _check(_error_of(client))


def test_no_frame_of_a_synchronous_call_shows_the_token(engine: str) -> None:
    with RawServer(once()) as server, sync_github(engine, server.url, TOKEN, timeout=SHORT) as client:
        try:
            client.fetch_repository_details("o", "r")
        except Exception as error:  # noqa: BLE001  whatever it is
            _check(error)
        else:
            pytest.fail("the call did not fail")


def test_the_check_finds_a_token_in_a_local_variable() -> None:
    namespace: dict[str, Any] = {}
    source = "def fail(token):\n    headers = [('authorization', token)]\n    raise ValueError\n"
    exec(compile(source, "/elsewhere.py", "exec"), namespace)  # noqa: S102  a frame that is not a test's
    try:
        namespace["fail"](TOKEN)
    except ValueError as error:
        shown = [place for place, text in reported_locals(error) if TOKEN in text]
        assert [place.rpartition(" ")[2] for place in shown] == ["token", "headers", "headers[0]"]
