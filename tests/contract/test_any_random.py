"""Random dataclasses over random JSON: both engines give equal objects, or the same error."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gitfleet_api import DecodeError, GitHubClient
from support.clients import maker
from support.decoding import typed
from support.random_models import models
from support.raw_server import RawRequest, RawServer, http_response, route

SETTINGS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Refused(NamedTuple):
    """How a body is refused."""

    code: str
    row: int | None
    field: str | None


class Question(NamedTuple):
    """A dataclass, and the body of a response to read it from."""

    model: type[Any]
    body: bytes


@st.composite
def _questions(draw: st.DrawFn) -> Question:
    made = draw(models)
    rows = draw(st.lists(made.texts, max_size=3))
    return Question(made.annotation, f"[{','.join(rows)}]".encode())


def _plain(value: object) -> object:
    """A value as lists and dicts that are equal only if all types are."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return (type(value).__name__, [_plain(item) for item in value])
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return typed(value)


Ask = Callable[[Question], list[object]]


@pytest.fixture
def ask(both_engines: tuple[str, str]) -> Iterator[Ask]:
    """Gives what each engine makes of a question."""
    said = [b""]

    def tell(_: RawRequest) -> bytes:
        return http_response(said[0])

    async def one(client: GitHubClient, question: Question) -> object:
        try:
            async with asyncio.timeout(20):
                return _plain(await client.fetch_all("/x", question.model))
        except DecodeError as error:
            return Refused(error.code, error.row, error.field)

    with RawServer(route(tell)) as server, asyncio.Runner() as runner:
        clients = [maker(engine)(server.url) for engine in both_engines]

        def put(question: Question) -> list[object]:
            said[0] = question.body
            return [runner.run(one(client, question)) for client in clients]

        try:
            yield put
        finally:
            for client in clients:
                runner.run(client.aclose())


@settings(SETTINGS, max_examples=600)
@given(question=_questions())
def test_both_engines_make_the_same_objects_of_any_body(ask: Ask, question: Question) -> None:
    python, native = ask(question)
    event(python.code if isinstance(python, Refused) else "objects")
    assert native == python, question
