"""A real nginx that ends each HTTP/2 connection after 7 requests and is reloaded: nothing is lost or repeated.

The same cases with a server that needs no nginx are in ``test_http2_refusals.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitfleet_api import Backend, GitHubClient, NetworkError, Request
from gitfleet_api.backend.discovery import find_backend
from support.certificates import Authority
from support.nginx_server import PAGES, PER_PAGE, RestlessServer, find_nginx, restless_nginx
from support.running import run

NGINX = find_nginx()
pytestmark = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed (Debian and Ubuntu: apt-get install nginx)"
)
WRITES = 200


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def server(tmp_path: Path, authority: Authority) -> Iterator[RestlessServer]:
    assert NGINX is not None
    with restless_nginx(NGINX, tmp_path, authority) as running:
        yield running


def _backend(engine: str, authority: Authority) -> Backend:
    if engine == "native":
        return find_backend(engine).create(verify=str(authority.file))
    from gitfleet_py import PythonBackend

    return PythonBackend(verify=str(authority.file), http2=True)


@pytest.mark.parametrize("at_once", [10, 50, WRITES])
def test_each_write_is_executed_once(engine: str, authority: Authority, tmp_path: Path, at_once: int) -> None:
    async def main(server: RestlessServer) -> None:
        backend = _backend(engine, authority)
        slots = asyncio.Semaphore(at_once)

        async def write(number: int) -> int:
            async with slots:
                response = await backend.send(Request("POST", f"{server.url}/write/{number}", body=b"[1]"))
                return response.status

        statuses = await asyncio.gather(*map(write, range(WRITES)))
        await backend.aclose()
        assert statuses == [200] * WRITES

    assert NGINX is not None
    with restless_nginx(NGINX, tmp_path, authority) as server:
        run(main(server))
    assert server.executed() == {("POST", f"/write/{number}"): 1 for number in range(WRITES)}


def test_no_write_without_a_body_is_executed_twice(engine: str, authority: Authority, tmp_path: Path) -> None:
    async def main(server: RestlessServer) -> list[int | str]:
        backend = _backend(engine, authority)
        slots = asyncio.Semaphore(10)

        async def write(number: int) -> int | str:
            async with slots:
                try:
                    return (await backend.send(Request("POST", f"{server.url}/write/{number}"))).status
                except NetworkError as error:
                    return error.code

        statuses = await asyncio.gather(*map(write, range(WRITES)))
        await backend.aclose()
        return statuses

    assert NGINX is not None
    with restless_nginx(NGINX, tmp_path, authority) as server:
        statuses = run(main(server))
    executed = server.executed()
    # A write whose connection ended while it was sent may have been executed; it is not sent again.
    assert set(statuses) <= {200, "connection_lost"}
    assert statuses.count(200) > WRITES // 2
    assert set(executed) >= {("POST", f"/write/{number}") for number, status in enumerate(statuses) if status == 200}
    assert set(executed.values()) == {1}


def test_no_row_and_no_read_is_lost_without_retries(engine: str, authority: Authority, server: RestlessServer) -> None:
    async def main() -> None:
        backend = _backend(engine, authority)
        async with GitHubClient("token-one", server.url, backend=backend, retry=None) as client:
            rows = await client.fetch_branches("o", "r")
            assert [row.name for row in rows] == [f"b{number}" for number in range(PAGES * PER_PAGE)]
            found = await asyncio.gather(*(client.fetch_repository_details("o", "r") for _ in range(500)))
            assert len(found) == 500
        await backend.aclose()

    run(main())
