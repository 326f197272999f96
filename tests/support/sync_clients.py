"""How tests make sync clients, and look at the thread that runs them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from gitfleet_api.sync import GitHubClient, GitLabClient, run
from support.clients import Engine
from support.running import other_tasks


def sync_github(engine: str, base_url: str, token: str | None = None, **settings: Any) -> GitHubClient:
    """A client of GitHub; unless ``settings`` say otherwise it sends everything once."""
    once: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
    return GitHubClient(token, base_url, **once | settings)


def sync_gitlab(engine: str, base_url: str, token: str | None = None, **settings: Any) -> GitLabClient:
    """A client of GitLab; unless ``settings`` say otherwise it sends everything once."""
    once: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
    return GitLabClient(token, base_url, **once | settings)


def wait_until(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Come back when ``condition()`` is true; what never is fails."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def tasks_in_background() -> int:
    """How many tasks are under way in the thread of the sync clients."""

    async def count() -> int:
        return len(other_tasks())

    return run(count())
