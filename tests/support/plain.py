"""Asking a forge with nothing but the standard library, to know what a client must see."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from gitfleet_testing import Forge

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(forge: Forge, path: str, token: str | None = None) -> Any:
    """The parsed answer to a GET, None for one without a body; leaves no trace in the forge's log."""
    before = forge.requests
    request = urllib.request.Request(forge.url + path)  # noqa: S310  http to this machine
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    with _DIRECT.open(request, timeout=10) as answer:
        body = answer.read()
    assert not before, "ask before the client does"
    forge.clear_log()
    return json.loads(body) if body else None


def fetch_all(forge: Forge, path: str, token: str | None = None) -> list[Any]:
    """All rows of a listing, page by page until one is empty."""
    rows: list[Any] = []
    for page in range(1, 1000):
        found = fetch(forge, f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}", token)
        if not found:
            return rows
        rows += found
    raise AssertionError("a listing without end")
