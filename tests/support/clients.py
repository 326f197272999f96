"""How tests make clients."""

from __future__ import annotations

from typing import Any, Literal, Protocol, cast

from gitfleet_api import GitHubClient
from gitfleet_api.auth import TokenSource

Engine = Literal["native", "python"]


class MakeClient(Protocol):
    """Makes a client that uses the engine under test."""

    def __call__(self, base_url: str, token: str | TokenSource | None = None, **settings: Any) -> GitHubClient:
        """A client; ``settings`` are GitHubClient's own. Unless they say otherwise it sends everything once."""
        ...


def maker(engine: str) -> MakeClient:
    """A function that makes clients with ``engine``."""

    def make(base_url: str, token: str | TokenSource | None = None, **settings: Any) -> GitHubClient:
        once: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
        return GitHubClient(token, base_url, **once | settings)

    return make
