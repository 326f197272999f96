"""Fixtures for the tests of ``gitfleet proxy``, which runs as a separate process."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator

import pytest

from gitfleet_testing import Fleet, Forge
from support.proxying import ProxyProcess

_NEEDED = ("aiohttp", "click", "rich", "github")
_CAN_RUN = all(map(importlib.util.find_spec, _NEEDED)) and shutil.which("curl") and sys.platform != "win32"
collect_ignore_glob = [] if _CAN_RUN else ["test_*.py"]

POOL = ("pool-token-one-1111111111", "pool-token-two-2222222222")


@pytest.fixture(scope="module")
def proxied() -> Iterator[Forge]:
    """A forge with 250 repositories of ``acme`` for tests that change nothing; the tokens of POOL."""
    fleet = Fleet()
    fleet.add_organization("acme")
    for number in range(250):
        fleet.add_repository("acme", f"tool-{number:03}", branches=["main", "dev"])
    with Forge(fleet) as running:
        for token in POOL:
            running.add_token(token)
        yield running


@pytest.fixture(scope="module")
def proxy(proxied: Forge) -> Iterator[ProxyProcess]:
    """A proxy in front of ``proxied``, for both APIs."""
    with ProxyProcess(proxied.url, POOL, "-v", gitlab=proxied.gitlab_url) as running:
        yield running
