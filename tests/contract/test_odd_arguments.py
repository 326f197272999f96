"""Odd values for any argument: one clear error before anything is sent, or what a careful reader would expect."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import ANY

import pytest

from gitfleet_api import ConfigurationError, GitHubClient
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

HUGE = 10**5000


@dataclass
class Row:
    """Anything."""

    id: int | None


class Word(str, enum.Enum):  # noqa: UP042  a StrEnum would write its value
    """Text that is a member of an Enum."""

    RED = "red"


class Number(int, enum.Enum):
    """A number that is a member of an Enum."""

    SEVEN = 7


CALLS: dict[str, Callable[[GitHubClient], Any]] = {
    "a login that is a huge number": lambda client: client.fetch_user(HUGE),  # type: ignore[arg-type]
    "a ref that is a huge number": lambda client: client.fetch_commits("o", "r", ref=HUGE),  # type: ignore[arg-type]
    "a state that equals everything": lambda client: client.fetch_issues("o", "r", state=ANY),
    "a kind that equals everything": lambda client: client.fetch_repositories("o", kind=ANY),
    "a kind that is a huge number": lambda client: client.fetch_repositories("o", kind=HUGE),  # type: ignore[arg-type]
    "a path that is a huge number": lambda client: client.request("GET", HUGE),  # type: ignore[arg-type]
    "a segment that is a huge number": lambda client: client.fetch("/x/{a}", Row, a=HUGE),
    "a parameter that is a huge number": lambda client: client.fetch("/x", Row, params={"a": HUGE}),
    "the name of a parameter that is a huge number": lambda client: client.request(
        "GET",
        "/x",
        params={HUGE: 1},  # type: ignore[dict-item]
    ),
    "the name of a header that is a huge number": lambda client: client.request(
        "GET",
        "/x",
        headers={HUGE: "a"},  # type: ignore[dict-item]
    ),
    "the name of a header that is huge": lambda client: client.request("GET", "/x", headers={"a" * 70_000: "a"}),
    "a model that is a huge number": lambda client: client.fetch("/x", HUGE),  # type: ignore[arg-type]
    "a place that is a huge number": lambda client: client.fetch("/x", Row, at=HUGE),  # type: ignore[arg-type]
    "a query that is a huge number": lambda client: client.graphql(HUGE),  # type: ignore[call-overload]
    "names that are a huge number": lambda client: client.fetch_many_repository_details(HUGE),  # type: ignore[arg-type]
    "a long name with a slash": lambda client: client.fetch_user("x/" * 1_000_000),
    "a name that makes too long a URL": lambda client: client.request("GET", "/x/{a}", a="x" * 100_000),
    "parameters that make too long a URL": lambda client: client.request("GET", "/x", params={"a": ["b"] * 100_000}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_what_can_not_work_is_refused_in_a_few_words(
    make_client: MakeClient, engine: str, provider: str, call: Callable[[Any], Any]
) -> None:
    async def main() -> None:
        client: Any = make_client(server.url) if provider == "github" else gitlab(engine, server.url)
        async with client:
            with pytest.raises(ConfigurationError) as caught:
                await call(client)
        assert len(str(caught.value)) < 2500

    with RawServer(always(http_response([]))) as server:
        run(main())
        assert server.requests == []


@pytest.mark.parametrize("at", ["a." * 40 + "a", "\ud800", "a..b"])
def test_a_place_that_can_not_be_found_is_refused_when_the_listing_is_asked_for(
    make_client: MakeClient, at: str
) -> None:
    with pytest.raises(ConfigurationError):
        make_client("http://127.0.0.1:9").fetch_all("/x", Row, at=at)


def test_a_member_of_an_enum_is_sent_as_what_it_stands_for(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            params: dict[str, Any] = {"a": Word.RED, "b": Number.SEVEN, "c": [Word.RED, True, 1.5], Word.RED: 1}
            await client.request("GET", "/x/{name}/{number}", params=params, name=Word.RED, number=Number.SEVEN)

    with RawServer(always(http_response([]))) as server:
        run(main())
        assert server.requests[0].target == "/x/red/7?a=red&b=7&c=red&c=true&c=1.5&red=1"


def test_a_member_of_an_enum_leads_to_what_it_stands_for(make_client: MakeClient) -> None:
    async def main() -> Row:
        async with make_client(server.url) as client:
            return await client.fetch("/x", Row, at=(Word.RED,))

    with RawServer(always(http_response({"red": {"id": 7}}))) as server:
        assert run(main()) == Row(7)
