"""No state of a cache file changes what a call returns, and at most one warning reports it."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitfleet_api import CacheWarning, SQLiteCache
from support.clients import MakeClient
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

TOKEN = "ghp_S3cretTokenValue0123456789"


@dataclass
class Item:
    """A user's model."""

    name: str


def _statement(*statements: str) -> Callable[[Path, ExitStack], None]:
    def change(path: Path, _stack: ExitStack) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def _lock(path: Path, stack: ExitStack) -> None:
    connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    connection.execute("BEGIN IMMEDIATE")


def _cut(path: Path, _stack: ExitStack) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _remove(path: Path, _stack: ExitStack) -> None:
    path.unlink()
    path.parent.rmdir()


STATES: dict[str, tuple[Callable[[Path, ExitStack], None], int]] = {
    "unchanged": (lambda *_: None, 0),
    "locked": (_lock, 0),
    "cut": (_cut, 1),
    "text": (lambda path, _: path.write_text("my notes\n") and None, 1),
    "of another program": (_statement("PRAGMA application_id = 1"), 1),
    "of another release": (_statement("PRAGMA user_version = 9"), 1),
    "without tables": (_statement("DROP TABLE contents", "DROP TABLE entries"), 1),
    "with wrong values": (_statement("UPDATE contents SET data = 1.5", "UPDATE entries SET size = 'x'"), 1),
    "in a folder that is gone": (_remove, 1),
}


@pytest.mark.parametrize(("change", "expected"), STATES.values(), ids=STATES.keys())
def test_calls_return_the_same_whatever_the_state_of_the_file(
    make_client: MakeClient, tmp_path: Path, change: Callable[[Path, ExitStack], None], expected: int
) -> None:
    async def use(cache: SQLiteCache) -> None:
        async with make_client(server.url, TOKEN, cache=cache) as client:
            for number in range(5):
                assert await client.fetch(f"/{number}", Item) == Item(f"/{number}")
                assert await client.request("GET", f"/{number}") == {"name": f"/{number}"}
        await cache.aclose()

    def choose(request: RawRequest) -> bytes:
        if "if-none-match" in request.headers:
            return http_response(status=304)
        return http_response({"name": request.target}, headers={"etag": f'"{request.target}"'})

    folder = tmp_path / "caches"
    folder.mkdir()
    path = folder / "a?b#c%20\u00e9.db"
    with RawServer(route(choose)) as server, ExitStack() as stack:
        run(use(SQLiteCache(path)))
        cache = SQLiteCache(path)
        change(path, stack)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run(use(cache))
        statuses = ["if-none-match" in request.headers for request in server.requests]
    assert [item.category for item in caught] == [CacheWarning] * expected
    assert statuses[:10] == [False] * 10
    assert statuses[10:] == [True] * 10 or expected == 1
