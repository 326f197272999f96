"""A fleet with some of everything, and asking a client about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from gitfleet_api import GitHubClient
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.running import run

ORG, USER, ADMIN = "many-things", "octo-user", "fleet-admin"


def varied_fleet() -> Fleet:
    """Private, forked, renamed, blocked, empty and busy repositories of two owners."""
    fleet = Fleet()
    fleet.add_user(USER, name="Ö. User", bio=None, location="Zürich 🏔", email="octo@forge.invalid", followers=7)
    fleet.add_organization(ORG, members=[USER])
    for number in range(230):
        fleet.add_repository(
            ORG,
            f"r{number:03}",
            private=number % 5 == 0,
            description=None if number % 3 else f'"quoted" \\ {number} é 漢 \u2028',
            topics=("a", "b-c") if number % 2 else (),
            license="mit" if number % 4 else None,
            language=None if number % 7 == 0 else "Rust",
            archived=number % 11 == 0,
            stars=number**3,
        )
    fleet.add_repository(USER, "own")
    fleet.add_repository(USER, "hidden", private=True)
    fleet.add_repository(USER, "forked", fork=True, parent=f"{ORG}/r001")
    fleet.add_repository(ORG, "busy", branches=250, contributors=120)
    fleet.add_repository(ORG, "empty", empty=True)
    fleet.add_repository(ORG, "before")
    fleet.rename(f"{ORG}/before", f"{ORG}/after")
    fleet.add_repository(ORG, "banned")
    fleet.block(f"{ORG}/banned")
    fleet.add_repository(ORG, "taken-down")
    fleet.block(f"{ORG}/taken-down", "dmca")
    return fleet


def ask(
    make_client: MakeClient,
    forge: Forge,
    call: Callable[[GitHubClient], Awaitable[Any]],
    token: str | None = "octo",
    **settings: Any,
) -> Any:
    """What ``call`` gives on a client of ``forge``."""

    async def main() -> Any:
        async with make_client(forge.url, token, **settings) as client:
            return await call(client)

    return run(main())
