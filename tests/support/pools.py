"""Pools of tokens that see different things, on both providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gitfleet_api import GitProviderClient, TokenManager
from gitfleet_api.auth import TokenSource
from gitfleet_testing import Fleet, Forge
from support.clients import maker
from support.gitlab_clients import gitlab

PROVIDERS = ("github", "gitlab")
OWNER = "acme"
MEMBER, OUTSIDER = "member-token", "outsider-token"
PUBLIC = [f"open-{number}" for number in range(150)]
PRIVATE = [f"secret-{number}" for number in range(150)]


def shared_fleet(public: int = 150, private: int = 150) -> Fleet:
    """A fleet of one organization whose member sees twice as much as others do. Both kinds alternate in listings."""
    fleet = Fleet()
    for login in ("ann", "bob"):
        fleet.add_user(login)
    fleet.add_organization(OWNER, members=["ann"])
    for number in range(max(public, private)):
        for names, count, hidden in ((PUBLIC, public, False), (PRIVATE, private, True)):
            if number < count:
                fleet.add_repository(OWNER, names[number], private=hidden, branches=1, contributors=1)
    return fleet


@contextmanager
def shared_forge(public: int = 150, private: int = 150) -> Iterator[Forge]:
    """A forge of that fleet, with a token of a member and one of an outsider."""
    with Forge(shared_fleet(public, private)) as forge:
        forge.add_token(MEMBER, login="ann")
        forge.add_token(OUTSIDER, login="bob")
        yield forge


def pool_of_two(provider: str, *tokens: str) -> TokenManager:
    """A pool of these tokens; both of :func:`shared_forge` by default."""
    manager = TokenManager()
    for token in tokens or (MEMBER, OUTSIDER):
        manager.add_token(token, provider)
    return manager


def client_of(
    provider: str, engine: str, forge: Forge, token: str | TokenSource | None = None, **settings: Any
) -> GitProviderClient:
    """A client of a provider on a forge."""
    if provider == "github":
        return maker(engine)(forge.url, token, **settings)
    return gitlab(engine, forge.gitlab_url, token, **settings)


def paths(forge: Forge) -> list[tuple[str | None, int | None]]:
    """Token and status of each request."""
    return [(request.token, request.status) for request in forge.requests]
