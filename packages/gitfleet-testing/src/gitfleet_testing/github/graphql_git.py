"""Resolvers of branches, tags, commits and releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..data.models import Branch, Repository
from ..graphql.connections import Connection
from ..graphql.execution import Json, QueryContext, Resolver
from .visibility import role

__all__ = ["GIT_TABLES", "Ref", "default_branch", "refs", "releases"]

_HEADS, _TAGS = "refs/heads/", "refs/tags/"


class Ref(NamedTuple):
    """A branch or a tag, and its repository. It is its own commit."""

    name: str
    sha: str
    repository: Repository
    prefix: str = _HEADS


def _head(branch: Branch, repository: Repository) -> Ref:
    return Ref(branch.name, branch.sha, repository)


def refs(repository: Repository, arguments: Json, query: QueryContext) -> Json:
    """Return the branches, the tags, or both."""
    prefix = arguments["refPrefix"]
    found = [_head(branch, repository) for branch in repository.branches] if _HEADS.startswith(prefix) else []
    if _TAGS.startswith(prefix):
        found += [Ref(tag.name, tag.sha, repository, _TAGS) for tag in query.fleet.history(repository).tags]
    return {"connection": Connection("refs", found, arguments)}


def default_branch(repository: Repository, _arguments: Json, _query: QueryContext) -> Ref | None:
    """Return the default branch, or None."""
    heads = (branch for branch in repository.branches if branch.name == repository.default_branch)
    return next((_head(branch, repository) for branch in heads), None)


def releases(repository: Repository, arguments: Json, query: QueryContext) -> Json:
    """Return the releases, with drafts for users with push access."""
    may_write = role(query.fleet, repository, query.login) in ("admin", "write")
    found = [item for item in query.fleet.history(repository).releases if may_write or not item.draft]
    return {"connection": Connection("releases", found, arguments)}


def _committed_date(ref: Ref, _arguments: Json, query: QueryContext) -> str:
    found = query.fleet.history(ref.repository).commits_from(ref.repository, ref.name)
    assert found, "the repository of a ref is not empty"  # noqa: S101
    return found[0].committed_at


def _history(ref: Ref, arguments: Json, query: QueryContext) -> Json:
    found = query.fleet.history(ref.repository).commits_from(ref.repository, ref.name) or []
    return {"connection": Connection("history", found, arguments)}


def _own(name: str) -> Resolver:
    return lambda source, _arguments, _query: getattr(source, name)


def _itself(source: Any, _arguments: Json, _query: QueryContext) -> Any:
    return source


GIT_TABLES: Mapping[str, Mapping[str, Resolver]] = {
    "Ref": {"name": _own("name"), "prefix": _own("prefix"), "target": _itself},
    "Commit": {"oid": _own("sha"), "committedDate": _committed_date, "history": _history},
    "Release": {"name": _own("name"), "tagName": _own("tag"), "isDraft": _own("draft")},
}
