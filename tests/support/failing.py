"""Calls that are meant to fail, and the errors they fail with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gitfleet_api import BranchInfo, GitFleetError, GitHubClient, RepoDetails, Timeout
from support.clients import MakeClient
from support.running import run

TOKEN = "ghp_0secret0"
PATIENT = Timeout(connect=5, read=5, total=20)
ENDLESS = Timeout(connect=50, read=50, total=50)
"""For tests in which no timeout may expire, however busy the machine is."""

Call = Callable[[GitHubClient], Awaitable[object]]


async def details(client: GitHubClient) -> RepoDetails:
    """A call that wants one object."""
    return await client.fetch_repository_details("o", "r")


async def branches(client: GitHubClient) -> list[BranchInfo]:
    """A call that wants pages of objects."""
    return await client.fetch_branches("o", "r")


def error_of(make_client: MakeClient, url: str, call: Call = details, **settings: Any) -> GitFleetError:
    """The error that ``call`` raises; whatever it is, it shows no token."""
    settings = {"token": TOKEN, "timeout": PATIENT, **settings}

    async def main() -> GitFleetError:
        async with make_client(url, **settings) as client:
            with pytest.raises(GitFleetError) as caught:
                await call(client)
        return caught.value

    error = run(main())
    shown = f"{error} {error!r} {error.args} {vars(error)}"
    assert TOKEN not in shown
    return error


def result_of(make_client: MakeClient, url: str, call: Call = details, **settings: Any) -> object:
    """What ``call`` gives."""
    settings = {"token": TOKEN, "timeout": PATIENT, **settings}

    async def main() -> object:
        async with make_client(url, **settings) as client:
            return await call(client)

    return run(main())


REPO = {"id": 1, "name": "r", "full_name": "o/r"}
"""The least that is a repository."""
