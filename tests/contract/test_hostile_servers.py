"""Servers that response with anything at all: an error with a code, never an exception of the library's own making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import DecodeError, GitFleetError, ProviderError
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

TOKEN = "ghp_Wq7secretONE9x"
QUERY = "query($c: String) { a(after: $c) { nodes { id } pageInfo { hasNextPage endCursor } } }"
ODD: list[Any] = [
    None,
    True,
    -1,
    1.5,
    "x",
    [],
    {},
    [None],
    [[]],
    ["a"],
    {"nodes": 5},
    {"nodes": "x"},
    {"nodes": [5]},
    {"a": 1},
]


@dataclass
class Row:
    """Anything with an id."""

    id: int


@pytest.mark.parametrize("provider", ["github", "gitlab"])
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"r0": value, "g0": value}], ids=["data", "row"])
def test_many_repositories_get_an_outcome_from_data_of_any_shape(
    make_client: MakeClient, engine: str, provider: str, wrap: Callable[[object], object]
) -> None:
    async def main(url: str) -> list[Any]:
        client: Any = make_client(url) if provider == "github" else gitlab(engine, url)
        async with client:
            return await client.fetch_many_repository_details(["a/b"])  # type: ignore[no-any-return]

    for value in ODD:
        with RawServer(always(http_response({"data": wrap(value)}))) as server:
            (outcome,) = run(main(server.url))
            assert isinstance(outcome.error, GitFleetError)
            assert outcome.details is None


@pytest.mark.parametrize("step", ["r" + "9" * 5000, "r²", "r-1", "r", -1, None])
def test_a_problem_with_an_odd_path_is_an_error_of_every_repository(make_client: MakeClient, step: object) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            (outcome,) = await client.fetch_many_repository_details(["a/b"])
        assert outcome.reason in ("error", "gone")
        assert outcome.error is not None

    body = {"data": {"r0": None}, "errors": [{"message": "no", "path": [step]}]}
    with RawServer(always(http_response(body))) as server:
        run(main())


@pytest.mark.parametrize("digits", [19, 5000])
def test_a_page_number_of_very_many_digits_ends_in_an_error(make_client: MakeClient, digits: int) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            with pytest.raises(ProviderError) as caught:
                await client.fetch_all("/x", Row)
        assert caught.value.code == "repeated_page"

    link = f'</x?page={"9" * digits}>; rel="next", </x?page={"9" * digits}>; rel="last"'
    with RawServer(always(http_response([{"id": 1}], headers={"link": link}))) as server:
        run(main())


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 451, 500])
@pytest.mark.parametrize("write", [_escaped, lambda text: _escaped(text[:1]) + text[1:], str], ids=["all", "one", "no"])
def test_a_token_that_comes_back_in_escapes_does_not_show(
    make_client: MakeClient, status: int, write: Callable[[str], str]
) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN) as client:
            for call in (client.fetch_user("x"), client.request("POST", "/x"), client.graphql("{ a }")):
                with pytest.raises(GitFleetError) as caught:
                    await call
                assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)!r}"

    with RawServer(always(http_response(f'{{"message": "{write(TOKEN)}, {TOKEN}"}}', status=status))) as server:
        run(main())


def test_a_token_that_comes_back_as_a_cursor_does_not_show(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN) as client:
            with pytest.raises(ProviderError) as caught:
                await client.graphql(QUERY, None, Row, at="a.nodes")
        assert caught.value.code == "repeated_page"
        assert TOKEN not in f"{caught.value} {vars(caught.value)!r}"

    page = {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": True, "endCursor": TOKEN}}
    with RawServer(always(http_response({"data": {"a": page}}))) as server:
        run(main())


def test_the_path_of_a_graphql_problem_plays_no_tricks_on_a_terminal(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            with pytest.raises(GitFleetError) as caught:
                await client.graphql("{ a }")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1000

    body = {"data": None, "errors": [{"message": "m", "path": ["\x1b[31m\r\n\u202e", "x" * 100_000]}]}
    with RawServer(always(http_response(body))) as server:
        run(main())


LAST = {"hasNextPage": False, "endCursor": None}


@pytest.mark.parametrize(
    "found",
    [
        *([], "x", 5, {"nodes": 5, "pageInfo": LAST}, {"nodes": [5], "pageInfo": LAST}),
        *({"nodes": [], "pageInfo": info} for info in ([], "x", {}, {"hasNextPage": None}, {"hasNextPage": "false"})),
    ],
)
def test_what_should_hold_the_rows_of_a_query_and_does_not_is_a_wrong_shape(
    make_client: MakeClient, found: object
) -> None:
    async def main() -> Any:
        async with make_client(server.url) as client:
            return await client.graphql(QUERY, None, Row, at="a.nodes")

    with RawServer(always(http_response({"data": {"a": found}}))) as server:
        with pytest.raises(DecodeError) as caught:
            run(main())
        assert caught.value.code == "decode_shape"
