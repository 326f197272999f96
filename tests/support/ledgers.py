"""Runs with ledgers in tests, and how tests read ledgers."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from gitfleet_api import GitProviderClient
from gitfleet_fleet import Fleet, RunSummary
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet
from support.gitlab_clients import gitlab

__all__ = ["PROVIDERS", "client_of", "identity", "names_by_repository", "query", "run_fleet"]

PROVIDERS = ("github", "gitlab")
_NAMES = {"branches": "name", "contributors": "login", "pull_requests": "number"}


def identity(kind: str, row: Any) -> Any:
    """What identifies a row of a kind."""
    return getattr(row, _NAMES[kind])


def query(path: Path, text: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(text, values).fetchall()


def names_by_repository(path: Path, kind: str) -> dict[str, Counter[Any]]:
    """What identifies the rows of a kind, by repository, with how often it is there."""
    found: dict[str, Counter[Any]] = {}
    for repository, name in query(path, f"SELECT repository, {_NAMES[kind]} FROM {kind}"):  # noqa: S608
        found.setdefault(repository, Counter())[name] += 1
    return found


def client_of(make_client: MakeClient, engine: str, served: ServedFleet, provider: str = "github") -> GitProviderClient:
    """A client of a forge."""
    if provider == "gitlab":
        return gitlab(engine, served.forge.gitlab_url, served.forge.token)
    return make_client(served.forge.url, served.forge.token)


async def run_fleet(client: GitProviderClient, path: Path, calls: Any = KINDS, **options: Any) -> RunSummary:
    """Run a fleet with a ledger and close the client. ``options`` are those of the run, or of the fleet."""
    events = options.pop("on_event", None)
    owners = options.pop("owners", OWNERS)
    async with client:
        fleet = Fleet(*(f"{client.provider_type}:{owner}" for owner in owners), clients=client, on_event=events)
        return await fleet.run(calls, ledger=path, **options)
