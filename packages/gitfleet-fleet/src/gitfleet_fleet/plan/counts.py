"""The rows of listings, counted by GraphQL for up to 100 repositories in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from gitfleet_api import GitFleetError, GitProviderClient, GraphQLError, ProviderType
from gitfleet_api.client import gather_all

from ..kinds import Kind
from ..repository import Repository

__all__ = ["count_calls", "is_countable"]

_BATCH = 100
_PULLS = {"open": "(states: OPEN)", "closed": "(states: [CLOSED, MERGED])", "all": ""}
_ISSUES = {"open": "(states: OPEN)", "closed": "(states: CLOSED)", "all": ""}
_COMMITS = "commits: defaultBranchRef { target { ... on Commit { history { totalCount } } } }"


def is_countable(kind: Kind, client: GitProviderClient) -> bool:
    """Return whether the pages of a kind can be counted: on GitHub with a token, without filters that it cannot count.

    Args:
        kind: The kind.
        client: The client.
    """
    can_count = client.provider_type is ProviderType.GITHUB and bool(client.session.tokens())
    return can_count and _fields(kind) is not None


def _fields(kind: Kind) -> str | None:
    """Return the GraphQL fields that count the rows of a kind; None if they cannot be counted."""
    given = {name: value for name, value in kind.arguments.items() if value is not None}
    state = str(given.pop("state", "all"))
    if kind.method == "fetch_issues":
        given.pop("pull_requests", None)  # the endpoint sends them in any case
        both = f"pulls: pullRequests{_PULLS[state]} {{ totalCount }} issues{_ISSUES[state]} {{ totalCount }}"
        found = f"hasIssuesEnabled {both}"
    elif kind.method == "fetch_pull_requests":
        found = f"pulls: pullRequests{_PULLS[state]} {{ totalCount }}"
    else:
        plain = {
            "fetch_branches": 'branches: refs(refPrefix: "refs/heads/") { totalCount }',
            "fetch_tags": 'tags: refs(refPrefix: "refs/tags/") { totalCount }',
            "fetch_releases": "releases { totalCount }",
            "fetch_commits": _COMMITS,
        }
        found = plain.get(kind.method or "", "")
    return found if found and not given else None


async def count_calls(client: GitProviderClient, kind: Kind, repos: Sequence[Repository]) -> list[int] | None:
    """Return the requests that a kind takes for each repository, or None if they cannot be counted.

    Args:
        client: The client.
        kind: A kind that can be counted.
        repos: The repositories.
    """
    batches = [repos[start : start + _BATCH] for start in range(0, len(repos), _BATCH)]
    try:
        found = await gather_all(_count(client, kind, batch) for batch in batches)
    except GitFleetError:
        return None
    return [calls for part in found for calls in part]


async def _count(client: GitProviderClient, kind: Kind, repos: Sequence[Repository]) -> list[int]:
    variables = {f"o{number}": repo.owner for number, repo in enumerate(repos)}
    variables |= {f"n{number}": repo.name for number, repo in enumerate(repos)}
    declared = ", ".join(f"$o{number}: String!, $n{number}: String!" for number in range(len(repos)))
    asked = " ".join(
        f"r{number}: repository(owner: $o{number}, name: $n{number}) {{ ...Counts }}" for number in range(len(repos))
    )
    query = f"query({declared}) {{ {asked} }} fragment Counts on Repository {{ {_fields(kind)} }}"
    try:
        data = await client.graphql(query, variables)
    except GraphQLError as error:
        if not isinstance(error.data, dict):
            raise
        data = error.data  # of some repositories only: the others are gone or forbidden
    return [_calls(data.get(f"r{number}")) for number in range(len(repos))]


def _calls(found: Any) -> int:
    """Return the requests for a repository: one if it cannot be read."""
    if not isinstance(found, dict) or found.get("hasIssuesEnabled") is False:
        return 1
    rows = sum(_total(value) for value in found.values())
    # A full page without links does not say that it is the last one: another request follows.
    return max(1, ceil(rows / 100)) + (rows == 100)


def _total(value: Any) -> int:
    """Return the sum of the counts in a value."""
    if not isinstance(value, Mapping):
        return 0
    own = value.get("totalCount")
    return own if isinstance(own, int) else sum(map(_total, value.values()))
