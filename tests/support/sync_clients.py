"""Sync clients for tests, and the state of the thread that runs them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from gitfleet_api.auth import TokenSource
from gitfleet_api.sync import GitHubClient, GitLabClient, run
from support.clients import Engine
from support.running import other_tasks


def sync_github(engine: str, base_url: str, token: str | TokenSource | None = None, **settings: Any) -> GitHubClient:
    """A GitHub client; by default it makes no retries and does not wait for rate limits."""
    defaults: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
    return GitHubClient(token, base_url, **defaults | settings)


def sync_gitlab(engine: str, base_url: str, token: str | None = None, **settings: Any) -> GitLabClient:
    """A GitLab client; by default it makes no retries and does not wait for rate limits."""
    defaults: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
    return GitLabClient(token, base_url, **defaults | settings)


def wait_until(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Return when ``condition()`` is true; fail after ``within`` seconds."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, "the condition never became true"
        time.sleep(0.01)


def tasks_in_background() -> int:
    """The number of running tasks in the thread of the sync clients."""

    async def count() -> int:
        return len(other_tasks())

    return run(count())
