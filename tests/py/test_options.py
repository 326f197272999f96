"""What PythonBackend passes on to httpx, for people who debug and tune."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from GitFleet import GitHubClient, ProtocolError, ProviderError, RepoDetails
from gitfleet_py import PythonBackend
from support.certificates import Authority
from support.failing import REPO, branches, details
from support.raw_server import RawServer, always, http_response
from support.running import run

pytestmark = pytest.mark.python


def _client(backend: PythonBackend, url: str = "http://127.0.0.1:9", **settings: int) -> GitHubClient:
    return GitHubClient("t0", url, backend=backend, **settings)  # type: ignore[arg-type]


async def _once(backend: PythonBackend, url: str = "http://127.0.0.1:9") -> RepoDetails:
    try:
        async with _client(backend, url) as client:
            return await details(client)
    finally:
        await backend.aclose()


def test_a_transport_takes_the_place_of_the_network() -> None:
    seen: list[httpx.Request] = []

    def answer_it(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=REPO)

    found = run(_once(PythonBackend(transport=httpx.MockTransport(answer_it))))
    assert found.name == "r"
    assert [str(request.url) for request in seen] == ["http://127.0.0.1:9/repos/o/r"]
    assert seen[0].headers["authorization"] == "Bearer t0"


@pytest.mark.parametrize("location", ["http://[::1/", "javascript:x", "\\\\x", "https://elsewhere.example/"])
def test_a_redirect_of_a_transport_is_judged_as_any_other(location: str) -> None:
    def moved(_: httpx.Request) -> httpx.Response:
        return httpx.Response(301, headers={"location": location})

    with pytest.raises(ProviderError) as caught:
        run(_once(PythonBackend(transport=httpx.MockTransport(moved))))
    assert caught.value.code == "foreign_link"


def test_a_body_of_a_transport_may_not_be_too_large() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b" " * 100))

    async def main() -> None:
        async with _client(PythonBackend(transport=transport), max_body=99) as client:
            await details(client)

    with pytest.raises(ProtocolError) as caught:
        run(main())
    assert caught.value.code == "body_too_large"


def test_a_streamed_body_of_a_transport_is_unpacked() -> None:
    async def parts() -> object:  # an async generator
        yield http_response(REPO, compress=True).partition(b"\r\n\r\n")[2]

    def streamed(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": "gzip"}, content=parts())  # type: ignore[arg-type]

    assert run(_once(PythonBackend(transport=httpx.MockTransport(streamed)))).name == "r"


def test_event_hooks_see_requests_and_responses_as_they_are() -> None:
    said: list[str] = []

    async def sent(request: httpx.Request) -> None:
        said.append(f"{request.method} {request.url.path}")

    async def received(response: httpx.Response) -> None:
        said.append(f"{response.status_code} {response.headers.get('location')}")

    hooks: dict[str, list[Callable[..., Any]]] = {"request": [sent], "response": [received]}
    moved = http_response(status=301, headers={"location": "/repositories/1"})
    with RawServer(always(moved, http_response(REPO))) as server:
        run(_once(PythonBackend(event_hooks=hooks), server.url))
    assert said == ["GET /repos/o/r", "301 /repositories/1", "GET /repositories/1", "200 None"]
    assert {name: len(found) for name, found in hooks.items()} == {"request": 1, "response": 1}


def test_an_event_hook_may_read_the_body() -> None:
    bodies: list[object] = []

    async def received(response: httpx.Response) -> None:
        bodies.append(json.loads(await response.aread()))

    with RawServer(always(http_response(REPO, compress=True))) as server:
        found = run(_once(PythonBackend(event_hooks={"response": [received]}), server.url))
    assert found.name == "r"
    assert bodies == [REPO]


def test_an_ssl_context_says_whom_to_trust(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = ssl.create_default_context(cafile=str(authority.file))
    with RawServer(always(http_response(REPO)), tls=authority.server()) as server:
        assert run(_once(PythonBackend(verify=context), server.url)).name == "r"


def test_limits_bound_the_connections() -> None:
    async def main() -> None:
        backend = PythonBackend(limits=httpx.Limits(max_connections=1))
        async with _client(backend, server.url) as client:
            await asyncio.gather(*(branches(client) for _ in range(10)))
        await backend.aclose()

    with RawServer(always(http_response([{"name": "main", "commit": {"sha": "c"}}]))) as server:
        run(main())
        assert (server.connections, len(server.requests)) == (1, 10)


def test_mounts_choose_a_transport_by_url() -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(200, json=REPO))
    assert run(_once(PythonBackend(mounts={"http://127.0.0.1:9": mock}))).name == "r"
