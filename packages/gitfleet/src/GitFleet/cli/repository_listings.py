"""Listings of the repositories of a fleet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from gitfleet_api import GitProviderClient
from gitfleet_fleet import Fleet, FleetEvent, Repository

from .clients import Clients
from .fleet_fetching import FleetSource
from .resources import Filters, Pages, Resource
from .selection import Selection

__all__ = ["fleet_source", "position_in"]

_AHEAD = 3
"""Pages of each of many repositories that are fetched before they are needed."""


def fleet_source(
    resource: Resource, selection: Selection, filters: Filters, clients: Clients, ahead: int
) -> FleetSource:
    """Return what a listing command does for each repository.

    Args:
        resource: what is listed.
        selection: the targets and filters of repositories.
        filters: the filters of rows.
        clients: the clients.
        ahead: pages of a single repository to fetch before they are needed.

    Raises:
        ConfigurationError: a target or a filter is invalid.
    """
    chosen = [clients[provider] for provider in selection.providers]
    pages_ahead = ahead if selection.is_one_repository else min(ahead, _AHEAD)

    def create(on_event: Callable[[FleetEvent], None]) -> Fleet:
        return Fleet(*selection.texts, clients=chosen, on_event=on_event, **selection.filters)

    async def pages(client: GitProviderClient, repo: Repository) -> Pages:
        listing = resource.listing(client, [repo.owner, repo.name], filters)
        async with aclosing(listing.pages(ahead=pages_ahead)) as found:
            async for page in found:
                yield page

    return FleetSource(
        create,
        resource.kind,
        pages if resource.of == "repository" else None,
        cache(lambda: _order(selection)),
        filters.accepts,
    )


def position_in(selection: Selection) -> Callable[[Any], Any]:
    """Return a function for the position of a repository in a table: in the order of the targets, then by its name."""
    order = cache(lambda: _order(selection))

    def position(repo: Repository) -> tuple[int, str]:
        path, known = repo.full_name.lower(), order()
        while path not in known and path:
            path = path.rpartition("/")[0]
        return known.get(path, len(known)), repo.full_name.lower()

    return position


def _order(selection: Selection) -> Mapping[str, int]:
    """Return the number of each target by its path in lower case."""
    found: dict[str, int] = {}
    for number, text in enumerate(selection.texts):
        path = urlsplit(text).path if "://" in text else text.rpartition(":")[2]
        found.setdefault(path.strip("/").removesuffix(".git").lower(), number)
    return found
