"""The cost of GitFleet's policies, with a backend that returns at once: prints µs per call instead of its memory.

With the argument ``budgets`` its token pool shares budgets with others of the process.
"""

from __future__ import annotations

import asyncio
import sys
import time

from gitfleet_api import GitHubClient, TokenManager
from gitfleet_api.backend import Backend, Headers, Request, Response
from gitfleet_api.budgets import MemoryBudgets

_CALLS = 5000
_AT_ONCE = 50
_HEADERS = [
    ("content-type", "application/json; charset=utf-8"),
    ("etag", '"5f1c"'),
    ("x-ratelimit-limit", "1000000"),
    ("x-ratelimit-remaining", "999999"),
    ("x-ratelimit-reset", str(int(time.time()) + 3600)),
    ("x-ratelimit-resource", "core"),
]
_VALUES = {"str": "2024-05-06T07:08:09Z", "int": 1, "float": 1.0, "bool": True, "json": None}


class Instant(Backend):
    """Returns the same repository for every request."""

    name = "instant"
    protocol = 1

    def __init__(self) -> None:
        self._columns: list[list[object]] = []

    @classmethod
    def create(cls, *, verify: bool | str = True) -> Instant:  # noqa: ARG003
        """Return a backend."""
        return cls()

    async def send(self, request: Request) -> Response:
        """Return the repository."""
        if not self._columns:
            assert request.projection is not None
            self._columns = [[_VALUES[column.kind]] for column in request.projection.columns]
        return Response(200, Headers(_HEADERS), columns=self._columns)

    async def aclose(self) -> None:
        """Close nothing."""


async def main() -> None:
    tokens = TokenManager(budgets=MemoryBudgets() if "budgets" in sys.argv else None)
    tokens.add_token("token", "github")
    github = GitHubClient(
        base_url="http://127.0.0.1:1", token_manager=tokens, backend=Instant(), max_concurrency=_AT_ONCE
    )

    async def calls(number: int) -> None:
        for _ in range(number // _AT_ONCE):
            await asyncio.gather(*(github.fetch_repository_details("owner", "name") for _ in range(_AT_ONCE)))

    await calls(_AT_ONCE)
    before = time.process_time()
    await calls(_CALLS)
    print(_CALLS, 0, (time.process_time() - before) / _CALLS * 1e6)


asyncio.run(main())
