"""Listings of owners: their repositories or members."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from gitfleet_api import GitProviderClient, NotFoundError, RepoInfo
from gitfleet_fleet.filters import Filters as RepositoryFilters
from gitfleet_fleet.filters import filters_of
from gitfleet_fleet.targets import Target

from .clients import Clients
from .exit_codes import CommandError
from .fetching import NamedListing
from .resources import Filters, Pages, Resource
from .selection import Selection

__all__ = ["owner_listings"]


def owner_listings(
    resource: Resource, selection: Selection, clients: Clients, ahead: int
) -> list[tuple[str, NamedListing]]:
    """Return the names of owners and their listings.

    Args:
        resource: what is listed: repositories or members.
        selection: the owners, and for repositories also single ones, and the filters.
        clients: the clients.
        ahead: pages to fetch before they are needed.

    Raises:
        CommandError: members of a repository are wanted.
        ConfigurationError: a target or a filter is invalid.
    """
    filters = filters_of(selection.filters)
    chosen = [clients[provider] for provider in selection.providers]
    seen: set[object] = set()
    found = []
    for target in selection.targets(chosen):
        client = target.client
        assert client is not None  # noqa: S101  only listings have none, and these are texts
        filters.check(client.provider_type)
        if resource.model is RepoInfo:
            pages = _repositories(resource, client, target, ahead, filters, seen)
        elif target.form == "repository":
            raise CommandError(f"{target.text!r} names a repository: use a form like github:python")
        else:
            pages = resource.listing(client, [target.path], Filters()).pages(ahead=ahead)
        found.append((target.path, NamedListing(target.text, pages)))
    return found


async def _repositories(
    resource: Resource,
    client: GitProviderClient,
    target: Target,
    ahead: int,
    filters: RepositoryFilters,
    seen: set[object],
) -> Pages:
    async with aclosing(_pages(resource, client, target, ahead)) as pages:
        async for page in pages:
            kept = []
            for repo in page:
                key = (client.base_url, repo.id)
                if key not in seen and filters.accepts(repo):
                    seen.add(key)
                    kept.append(repo)
            yield kept


async def _pages(
    resource: Resource, client: GitProviderClient, target: Target, ahead: int
) -> AsyncGenerator[Sequence[RepoInfo], None]:
    """Yield the repositories of an owner; for the path of a repository, that repository."""
    if target.form != "repository":
        try:
            async with aclosing(resource.listing(client, [target.path], Filters()).pages(ahead=ahead)) as pages:
                async for page in pages:
                    yield page
        except NotFoundError:
            if target.form != "either":
                raise
        else:
            return
    owner, _, name = target.path.rpartition("/")
    yield [await client.fetch_repository_details(owner, name)]
