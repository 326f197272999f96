"""Sending a body over a loopback connection and seeing what an engine makes of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from gitfleet_api import Backend, Column, Projection, Request
from gitfleet_api.backend import Kind
from gitfleet_api.backend.discovery import find_backend
from support.raw_server import Link, RawServer, http_response


class Refused(NamedTuple):
    """How an engine refuses a body: what both must agree on."""

    code: str
    row: int | None = None
    field: str | None = None


Outcome = Refused | tuple[object, ...]


def columns(*paths: str) -> tuple[Column, ...]:
    """Columns from texts like ``owner.login:str``; ``:json`` alone is the row itself."""
    made = []
    for text in paths:
        path, _, kind = text.rpartition(":")
        found: Kind = kind  # type: ignore[assignment]  # Column checks it
        made.append(Column(tuple(path.split(".")) if path else (), found))
    return tuple(made)


def typed(value: object) -> object:
    """A value that is equal to another only if all types are: 1, 1.0 and True are three, -0.0 is not 0.0."""
    if isinstance(value, list):
        return ("list", *map(typed, value))
    if isinstance(value, dict):
        return ("dict", *((key, typed(item)) for key, item in value.items()))
    return (type(value).__name__, repr(value))


def _echo(link: Link) -> None:
    while (request := link.read()) is not None:
        link.send(http_response(request.body))


class Decoder:
    """Has one engine decode bodies, all over one connection."""

    def __init__(self, engine: str, url: str, runner: asyncio.Runner) -> None:
        self._backend: Backend = find_backend(engine).create()
        self._url = url
        self._runner = runner

    def __call__(self, body: bytes, projection: Projection) -> Outcome:
        """The columns with their types, or how they were refused."""
        return self._runner.run(self._outcome(body, projection))

    async def _outcome(self, body: bytes, projection: Projection) -> Outcome:
        async with asyncio.timeout(20):
            response = await self._backend.send(Request("POST", self._url, body=body, projection=projection))
        assert response.status == 200
        assert (response.columns is None) != (response.failure is None)
        if response.failure is not None:
            assert response.body == body[:512]
            return Refused(response.failure.code, response.failure.row, response.failure.field)
        assert response.columns is not None
        return tuple(map(typed, response.columns))

    def close(self) -> None:
        """Close the engine's connection."""
        self._runner.run(self._backend.aclose())


@contextlib.contextmanager
def decoders(*engines: str) -> Iterator[list[Decoder]]:
    """A decoder for each engine, in one event loop."""
    with RawServer(_echo) as server, asyncio.Runner() as runner:
        made = [Decoder(engine, f"{server.url}/echo", runner) for engine in engines]
        try:
            yield made
        finally:
            for decoder in made:
                decoder.close()
