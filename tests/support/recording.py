"""An engine that notes what is sent and answered, in the order in which the policies above it know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from gitfleet_api import PROTOCOL, Backend, Request, Response
from gitfleet_api.backend.discovery import find_backend


@dataclass(slots=True)
class Exchange:
    """One request.

    Attributes:
        token: it was sent with.
        begun: number of the moment at which it was handed to the engine; moments count beginnings and ends.
        ended: the same for its end; None as long as it is under way.
        remaining: calls left, as its response says; None when it says nothing.
    """

    url: str
    token: str = field(repr=False)
    begun: int
    ended: int | None = None
    status: int | None = None
    remaining: int | None = None


class RecordingBackend(Backend):
    """Hands everything to the engine called ``name``.

    Attributes:
        exchanges: all so far, in the order of their beginnings.
        most: how many were under way at once at most.
    """

    protocol = PROTOCOL

    def __init__(self, name: str) -> None:
        self._inner = find_backend(name).create()
        self.name = name
        self.exchanges: list[Exchange] = []
        self.most = 0
        self._moment = 0
        self._under_way = 0

    @classmethod
    def create(cls, *, verify: bool | str = True) -> Self:
        """Not for clients to make for themselves."""
        raise NotImplementedError  # tests hand the object itself to a client

    def _next(self) -> int:
        self._moment += 1
        return self._moment

    async def send(self, request: Request) -> Response:
        """As the engine does."""
        token = dict(request.headers).get("authorization", "").removeprefix("Bearer ")
        exchange = Exchange(request.url, token, self._next())
        self.exchanges.append(exchange)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            response = await self._inner.send(request)
        finally:
            self._under_way -= 1
            exchange.ended = self._next()
        left = response.headers.get("x-ratelimit-remaining")
        exchange.status, exchange.remaining = response.status, None if left is None else int(left)
        return response

    async def aclose(self) -> None:
        """As the engine does."""
        await self._inner.aclose()

    def of(self, token: str) -> list[Exchange]:
        """What was sent with this token."""
        return [exchange for exchange in self.exchanges if exchange.token == token]
