"""Sending any method at a forge, and pools of tokens by the dozen."""

from __future__ import annotations

import json

from gitfleet_api import Column, GitHubClient, Projection, Response, TokenManager
from gitfleet_api.session.call import Call
from gitfleet_testing import Fleet
from support.clocks import ManualClock

OWNER, NAME = "acme", "tool"
REPOSITORY = f"/repos/{OWNER}/{NAME}"

READS = ("GET", "HEAD")
WRITES = ("POST", "PATCH", "PUT", "DELETE")
METHODS = READS + WRITES

_TARGETS: dict[str, tuple[str, object]] = {
    "GET": (REPOSITORY, None),
    "HEAD": (REPOSITORY, None),
    "POST": (f"{REPOSITORY}/issues", {"title": "Once is enough"}),
    "PATCH": (REPOSITORY, {"description": "changed"}),
    "PUT": (f"{REPOSITORY}/topics", {"names": ["once"]}),
    "DELETE": (REPOSITORY, None),
}


def one_repository() -> Fleet:
    """A fleet of one organization with one repository, of which every method can do something."""
    fleet = Fleet()
    fleet.add_organization(OWNER)
    fleet.add_repository(OWNER, NAME, branches=1, contributors=1)
    return fleet


def many_repositories(count: int, owner: str = OWNER) -> Fleet:
    """A fleet of one organization with ``count`` repositories, named r0, r1, ..., the oldest first."""
    fleet = Fleet()
    fleet.add_organization(owner)
    for number in range(count):
        fleet.add_repository(owner, f"r{number}", branches=1, contributors=1)
    return fleet


async def send(client: GitHubClient, method: str, *, decode: bool = False) -> Response:
    """Send what ``method`` is for at the repository of :func:`one_repository`."""
    path, content = _TARGETS[method]
    body = None if content is None else json.dumps(content).encode()
    projection = Projection((Column(("id",), "int"),)) if decode else None
    return await client.session.send(Call(method, client.base_url + path, projection, body=body))


def pool(*tokens: str, clock: ManualClock | None = None) -> TokenManager:
    """A manager with these tokens of GitHub."""
    manager = TokenManager() if clock is None else TokenManager(clock=clock.time)
    for token in tokens:
        manager.add_token(token, "github")
    return manager
