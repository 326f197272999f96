"""Tools walk the causes and the suppressed contexts of an error: none of them has a token that a server repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import GitFleetError, GitHubClient, Timeout
from support.clients import MakeClient
from support.raw_server import Play, RawRequest, RawServer, always, http_response, once, route
from support.running import run

TOKEN = "ghp_Zq0secret0" + "x" * 26
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
Call = Callable[[GitHubClient], Awaitable[object]]


@dataclass
class Named:
    """A user's model."""

    name: str


async def _fetch(client: GitHubClient) -> object:
    return await client.fetch("/x", Named)


async def _rows(client: GitHubClient) -> object:
    return await client.fetch_all("/x", Named)


async def _request(client: GitHubClient) -> object:
    return await client.request("GET", "/x")


async def _branches(client: GitHubClient) -> object:
    return await client.fetch_branches("o", "r")


async def _graphql(client: GitHubClient) -> object:
    return await client.graphql("{ a { nodes { name } } }", None, Named, at="a.nodes")


async def _graphql_pages(client: GitHubClient) -> object:
    query = "query($endCursor: String) { a(after: $endCursor) { nodes { name } pageInfo { hasNextPage endCursor } } }"
    return await client.graphql(query, None, Named, at="a.nodes")


def _repeated(_request: RawRequest) -> bytes:
    return http_response([{"name": "a"}], headers={"link": f'</x?page=2&seen={TOKEN}>; rel="next"'})


def _say(body: object, **more: Any) -> Play:
    return always(http_response(body, **more))


_PAGE = {"nodes": [{"name": "a"}], "pageInfo": {"hasNextPage": True, "endCursor": TOKEN}}
FAILING: dict[str, tuple[Play, Call]] = {
    "not JSON": (_say(f"oops {TOKEN}"), _fetch),
    "not JSON, as rows": (_say(f"[oops {TOKEN}"), _rows),
    "not JSON, without a model": (_say(f'{{"a": {TOKEN}'), _request),
    "not UTF-8": (_say(b'{"name": "' + TOKEN.encode() + b'\xff"}'), _fetch),
    "not UTF-8, without a model": (_say(TOKEN.encode() + b"\xff"), _request),
    "nested too deeply": (_say(f'{{"name": "{TOKEN}", "x": {"[" * 600}{"]" * 600}}}'), _fetch),
    "another shape": (_say({"name": {TOKEN: TOKEN}}), _fetch),
    "rows of another shape": (_say([{"name": "a"}, {"name": [TOKEN]}]), _rows),
    "no rows": (_say({TOKEN: TOKEN}), _rows),
    "a library model of another shape": (_say([{"name": "a", "commit": TOKEN}]), _branches),
    "a listing that repeats itself": (route(_repeated), _rows),
    "a redirect in a circle": (_say("", status=301, headers={"location": f"/x?{TOKEN}"}), _fetch),
    "a redirect to another server": (_say("", status=301, headers={"location": f"https://x.example/{TOKEN}"}), _fetch),
    "a link to another server": (_say([], headers={"link": f'<https://x.example/{TOKEN}>; rel="next"'}), _rows),
    "a wrong length": (once(HEAD + f"content-length: {TOKEN}\r\n\r\n".encode()), _fetch),
    "a wrong status line": (once(f"HTTP/1.1 {TOKEN}\r\n\r\n".encode()), _fetch),
    "a wrong header": (once(HEAD + f"{TOKEN} x\r\n\r\n".encode()), _fetch),
    "a wrong chunk": (once(HEAD + f"transfer-encoding: chunked\r\n\r\n{TOKEN}\r\n".encode()), _fetch),
    "a wrong encoding": (once(HEAD + f"content-encoding: gzip\r\ncontent-length: 40\r\n\r\n{TOKEN}".encode()), _fetch),
    "401": (_say({"message": TOKEN}, status=401), _fetch),
    "403": (_say({"message": TOKEN}, status=403), _rows),
    "404": (_say(TOKEN, status=404), _fetch),
    "422": (_say({"errors": [{"message": TOKEN}]}, status=422), _request),
    "a GraphQL error": (_say({"errors": [{"message": TOKEN}]}), _graphql),
    "GraphQL rows of another shape": (_say({"data": {"a": {"nodes": [{"name": [TOKEN]}]}}}), _graphql),
    "no GraphQL": (_say(TOKEN, status=404), _graphql),
    "GraphQL pages that repeat": (_say({"data": {"a": _PAGE}}), _graphql_pages),
}


def _chain(error: BaseException) -> Iterator[BaseException]:
    left, seen = [error], set[int]()
    while left:
        item = left.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        left += [part for part in (item.__cause__, item.__context__) if part is not None]


def _texts(value: object, depth: int = 3) -> Iterator[str]:
    """What a tool can read from an object: its text, its arguments and its attributes."""
    yield from (str(value), repr(value))
    if isinstance(value, bytes):
        yield value.decode("latin-1")
    if depth:
        parts = [*getattr(value, "args", ()), *getattr(value, "__dict__", {}).values()]
        parts += [getattr(value, name, None) for name in ("doc", "object", "url", "reason")]
        if isinstance(value, list | tuple):
            parts += value
        if isinstance(value, dict):
            parts += [*value, *value.values()]
        for part in parts:
            yield from _texts(part, depth - 1)


@pytest.mark.parametrize(("play", "call"), FAILING.values(), ids=FAILING.keys())
def test_no_error_of_the_chain_has_a_token_that_the_server_repeated(
    make_client: MakeClient, play: Play, call: Call
) -> None:
    async def main() -> GitFleetError:
        async with make_client(server.url, TOKEN, timeout=Timeout(2, 2, 10)) as client:
            with pytest.raises(GitFleetError) as caught:
                await call(client)
        return caught.value

    with RawServer(play) as server:
        error = run(main())
    shown = [repr(item)[:300] for item in _chain(error) if any(TOKEN in text for text in _texts(item))]
    assert shown == []


def test_the_check_finds_a_token_in_a_suppressed_context() -> None:
    error = ValueError()
    error.__context__ = UnicodeDecodeError("utf-8", TOKEN.encode(), 0, 1, "no")
    error.__suppress_context__ = True
    assert [any(TOKEN in text for text in _texts(item)) for item in _chain(error)] == [False, True]
