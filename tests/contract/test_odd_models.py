"""Dataclasses that nobody should write: refused with a reason, before anything is sent."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import pytest

from gitfleet_api import ConfigurationError, DecodeError
from support.clients import MakeClient
from support.raw_server import RawServer, always, http_response
from support.running import run

T = TypeVar("T")


@dataclass
class Growing(Generic[T]):
    """Its kind never comes to an end: each holds one of a longer name."""

    id: int
    more: list[Growing[list[T]]] | None = None


@dataclass
class Box(Generic[T]):
    """Holds something."""

    id: T


@dataclass
class Picky:
    """Shows what it refuses."""

    id: str

    def __post_init__(self) -> None:
        raise ValueError(f"no {self.id}")


def _chain(length: int) -> type:
    found = dataclasses.make_dataclass("Link0", [("id", int | None, None)])
    for number in range(1, length):
        found = dataclasses.make_dataclass(f"Link{number}", [("next", found | None, None)])
    return found


def _nested_lists(depth: int) -> type:
    hint: Any = int
    for _ in range(depth):
        hint = list[hint]
    return dataclasses.make_dataclass("Nested", [("id", hint)])


MODELS: list[Any] = [Growing, Growing[int], _chain(900), _nested_lists(600), Box[Annotated[int, []]]]


@pytest.mark.parametrize("model", MODELS, ids=["growing", "growing from int", "chain", "lists", "not hashable"])
def test_a_model_without_an_end_or_a_hash_is_refused(make_client: MakeClient, model: Any) -> None:
    client = make_client("http://127.0.0.1:9")
    with pytest.raises(ConfigurationError):
        client.fetch_all("/x", model)
    with pytest.raises(ConfigurationError):
        client.graphql("{ a }", None, model)


def test_what_a_class_says_of_a_value_plays_no_tricks_on_a_terminal(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            with pytest.raises(DecodeError) as caught:
                await client.fetch("/x", Picky)
        assert str(caught.value).isprintable()

    with RawServer(always(http_response({"id": "\x1b[31m\r\nall is well"}))) as server:
        run(main())
