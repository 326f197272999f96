"""Many repositories in one query of GitHub's GraphQL API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ...client import BatchQuery, GraphQLProblem, Json, Query, Shape, without_fields
from . import shapes

__all__ = ["GitHubBatch"]

_ALIAS = r"r[0-9]{1,3}"
_LEVELS = 5
"""Maximum depth of forks of forks that is followed to find the source."""

_FIELDS = """
  databaseId
  name
  nameWithOwner
  owner {
    __typename
    login
    avatarUrl
    url
    ... on User { databaseId }
    ... on Organization { databaseId }
  }
  description
  url
  sshUrl
  homepageUrl
  defaultBranchRef { name }
  primaryLanguage { name }
  isPrivate
  visibility
  isFork
  isArchived
  isDisabled
  isTemplate
  forkingAllowed
  stargazerCount
  forkCount
  diskUsage
  hasIssuesEnabled
  hasWikiEnabled
  hasProjectsEnabled
  hasDiscussionsEnabled
  createdAt
  updatedAt
  pushedAt
  licenseInfo { spdxId }
  watchers { totalCount }
  issues(states: OPEN) { totalCount }
  pullRequests(states: OPEN) { totalCount }
  repositoryTopics(first: 100) { nodes { topic { name } } }
"""


class GitHubBatch(BatchQuery):
    """One alias per repository: ``r0: repository(owner: $o0, name: $n0)``."""

    largest = 100
    shape: Shape = shapes.DETAILS
    type_name = "Repository"
    # Added after GitHub Enterprise Server 3.0: visibility with 3.3, hasDiscussionsEnabled with 3.8.
    optional_fields: frozenset[str] = frozenset(("forkingAllowed", "hasDiscussionsEnabled", "isTemplate", "visibility"))

    def query(self, names: Sequence[str], without: frozenset[str] = frozenset()) -> tuple[Query, Json]:
        """Return the query for some names, and its variables."""
        variables: Json = {}
        for number, name in enumerate(names):
            variables[f"o{number}"], _, variables[f"n{number}"] = name.partition("/")
        return _query(len(names), without), variables

    def objects(self, data: object, names: Sequence[str]) -> list[Json | None]:
        """Return the object of each name, or None."""
        found = data if isinstance(data, dict) else {}
        objects = [found.get(f"r{number}") for number in range(len(names))]
        return [item if isinstance(item, dict) else None for item in objects]

    def concerned(self, problem: GraphQLProblem, data: object, names: Sequence[str]) -> Sequence[int] | None:
        """Return the name that a problem concerns: its path begins with the alias."""
        alias = problem.path[0] if problem.path else None
        if not isinstance(alias, str) or not re.fullmatch(_ALIAS, alias) or int(alias[1:]) >= len(names):
            return None
        return (int(alias[1:]),)

    def explains(self, problem: GraphQLProblem) -> bool:
        """Return whether the problem is one of the repository itself, with a type that says why it is missing."""
        return len(problem.path) == 1 and problem.type in ("NOT_FOUND", "FORBIDDEN")

    def as_rest(self, found: Json) -> Json:
        """Return an object in the form of ``GET /repos/{owner}/{repo}``, with the fields of the model."""
        ancestors = _ancestors(found)
        return {
            "id": found["databaseId"],
            "name": found["name"],
            "full_name": found["nameWithOwner"],
            "owner": _owner(found["owner"]),
            "description": found["description"],
            "html_url": found["url"],
            "clone_url": f"{found['url']}.git",
            "ssh_url": found["sshUrl"],
            "homepage": found["homepageUrl"],
            "default_branch": (found["defaultBranchRef"] or {}).get("name"),
            "language": (found["primaryLanguage"] or {}).get("name"),
            "private": found["isPrivate"],
            "visibility": found["visibility"].lower() if "visibility" in found else None,
            "fork": found["isFork"],
            "archived": found["isArchived"],
            "disabled": found["isDisabled"],
            "is_template": found.get("isTemplate"),
            "allow_forking": found.get("forkingAllowed"),
            "stargazers_count": found["stargazerCount"],
            # The REST API counts stars as watchers, and watchers as subscribers.
            "watchers_count": found["stargazerCount"],
            "subscribers_count": found["watchers"]["totalCount"],
            "forks_count": found["forkCount"],
            "open_issues_count": found["issues"]["totalCount"] + found["pullRequests"]["totalCount"],
            "size": found["diskUsage"],
            "topics": [node["topic"]["name"] for node in found["repositoryTopics"]["nodes"] if node],
            "has_issues": found["hasIssuesEnabled"],
            "has_wiki": found["hasWikiEnabled"],
            "has_projects": found["hasProjectsEnabled"],
            "has_discussions": found.get("hasDiscussionsEnabled"),
            "created_at": found["createdAt"],
            "updated_at": found["updatedAt"],
            "pushed_at": found["pushedAt"],
            "license": None if found["licenseInfo"] is None else {"spdx_id": found["licenseInfo"]["spdxId"]},
            "parent": {"full_name": ancestors[0]["nameWithOwner"]} if ancestors else None,
            # The last one in the chain is the source only if it is not a fork itself.
            "source": {"full_name": ancestors[-1]["nameWithOwner"]} if _complete(ancestors) else None,
        }


def _ancestors(found: Json) -> list[Json]:
    """Return the parent of a fork, the parent's parent, and so on."""
    ancestors: list[Json] = []
    parent = found["parent"]
    while parent is not None:
        ancestors.append(parent)
        parent = parent.get("parent")
    return ancestors


def _complete(ancestors: list[Json]) -> bool:
    return bool(ancestors) and not ancestors[-1]["isFork"]


def _owner(owner: Json) -> Json:
    return {
        "id": owner.get("databaseId"),
        "login": owner["login"],
        "type": owner["__typename"],
        "avatar_url": _plain_avatar(owner["avatarUrl"]),
        "html_url": owner["url"],
    }


def _plain_avatar(url: str | None) -> str | None:
    """Return the URL of a picture as the REST API has it: without size and content hash."""
    if url is None:
        return None
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("u", "s")]
    return urlunsplit(parts._replace(query=urlencode(kept)))


@cache
def _query(count: int, without: frozenset[str]) -> Query:
    declared = ", ".join(f"$o{number}: String!, $n{number}: String!" for number in range(count))
    asked = "\n".join(
        f"  r{number}: repository(owner: $o{number}, name: $n{number}) {{ ...Details }}" for number in range(count)
    )
    parents = "nameWithOwner isFork"
    for _ in range(_LEVELS - 1):
        parents = f"nameWithOwner isFork parent {{ {parents} }}"
    fragment = f"fragment Details on Repository {{{without_fields(_FIELDS, without)}  parent {{ {parents} }}\n}}"
    return Query(f"query({declared}) {{\n{asked}\n}}\n{fragment}")
