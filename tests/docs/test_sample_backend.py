"""The backend of the guide does what the guide requires."""

from __future__ import annotations

import asyncio
import time
from types import ModuleType
from typing import Any

import pytest

from gitfleet_api import (
    Backend,
    ConfigurationError,
    ConnectionFailedError,
    DecodeError,
    GitHubClient,
    GitLabClient,
    NotFoundError,
    ProtocolError,
    Request,
    RequestTimeoutError,
    Response,
    Timeout,
)
from gitfleet_testing import Forge
from support.documented import fleet, module_of
from support.raw_server import RawServer, http_response, once

GUIDE: ModuleType = module_of("writing-a-backend.md")


def _send(request: Request) -> Response:
    async def main() -> Response:
        backend: Backend = GUIDE.ThreadBackend.create()
        return await backend.send(request)

    return asyncio.run(main())


def test_both_providers_list_the_same_with_it_as_with_the_python_engine() -> None:
    async def main(forge: Forge, **settings: Any) -> list[object]:
        github = GitHubClient(forge.token, forge.url, **settings)
        gitlab = GitLabClient(forge.token, forge.gitlab_url, **settings)
        async with github, gitlab:
            return [
                await github.fetch_repositories("python"),
                await github.fetch_commits("python", "cpython"),
                await github.fetch_repository_details("python", "mypy"),
                await gitlab.fetch_repositories("gnome"),
            ]

    with Forge(fleet()) as forge:
        found = asyncio.run(main(forge, backend=GUIDE.ThreadBackend()))
        assert found == asyncio.run(main(forge, use_python_impl=True))
    assert [len(rows) for rows in found if isinstance(rows, list)] == [123, 30, 2]


def test_an_error_of_the_provider_is_the_usual_one() -> None:
    async def main(forge: Forge) -> None:
        client = GitHubClient(forge.token, forge.url, backend=GUIDE.ThreadBackend())
        with pytest.raises(NotFoundError) as caught:
            await client.fetch_repository_details("python", "none")
        assert caught.value.status == 404

    with Forge(fleet()) as forge:
        asyncio.run(main(forge))


def test_a_body_that_is_no_json_keeps_its_headers() -> None:
    async def main(url: str) -> None:
        with pytest.raises(DecodeError) as caught:
            await GitHubClient(base_url=url, backend=GUIDE.ThreadBackend()).fetch_user("octo-user")
        assert caught.value.code == "decode_json"
        assert caught.value.request_id == "7"

    with RawServer(once(http_response(b"<html>", headers={"x-github-request-id": "7"}))) as server:
        asyncio.run(main(server.url))


def test_a_refused_connection_was_not_sent() -> None:
    with pytest.raises(ConnectionFailedError):
        _send(Request("GET", "http://127.0.0.1:9/"))


def test_silence_ends_with_the_read_timeout() -> None:
    with Forge() as forge:
        forge.stall("/user", seconds=None)
        with pytest.raises(RequestTimeoutError) as caught:
            _send(Request("GET", f"{forge.url}/user", timeout=Timeout(read=0.2)))
    assert caught.value.code == "timeout_read"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param(b"content-length: 10", b"[]", id="length"),
        pytest.param(b"transfer-encoding: chunked", b"2\r\n[]\r\n", id="chunked"),
    ],
)
def test_a_truncated_body_is_an_error(head: bytes, body: bytes) -> None:
    with RawServer(once(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)) as server:
        with pytest.raises(ProtocolError) as caught:
            _send(Request("GET", f"{server.url}/"))
        assert caught.value.code == "connection_lost"


def test_a_body_above_the_limit_is_refused() -> None:
    with RawServer(once(http_response(b"x" * 100))) as server, pytest.raises(ProtocolError) as caught:
        _send(Request("GET", f"{server.url}/", max_body=99))
    assert caught.value.code == "body_too_large"


def test_a_closed_engine_sends_nothing() -> None:
    async def main() -> None:
        backend: Backend = GUIDE.ThreadBackend()
        await backend.aclose()
        with pytest.raises(ConfigurationError) as caught:
            await backend.send(Request("GET", "http://127.0.0.1:9/"))
        assert caught.value.code == "closed"

    asyncio.run(main())


def test_a_cancelled_request_ends_its_thread() -> None:
    request = Request("GET", "", timeout=Timeout(read=120))

    async def main(forge: Forge) -> None:
        request.url = f"{forge.url}/user"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(GUIDE.ThreadBackend().send(request), 0.5)

    with Forge() as forge:
        forge.stall("/user", seconds=None, where="body")
        begin = time.monotonic()
        asyncio.run(main(forge))  # waits for the threads of the event loop
        assert time.monotonic() - begin < 60
        assert len(forge.requests) == 1
