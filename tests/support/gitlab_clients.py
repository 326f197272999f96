"""How tests make clients of GitLab."""

from __future__ import annotations

from typing import Any, cast

from gitfleet_api import GitLabClient
from gitfleet_api.auth import TokenSource
from support.clients import Engine


def gitlab(engine: str, base_url: str, token: str | TokenSource | None = None, **settings: Any) -> GitLabClient:
    """A client; ``settings`` are GitLabClient's own. Unless they say otherwise it sends everything once."""
    once: dict[str, Any] = {"backend": cast("Engine", engine), "retry": None, "max_rate_limit_wait": 0}
    return GitLabClient(token, base_url, **once | settings)
