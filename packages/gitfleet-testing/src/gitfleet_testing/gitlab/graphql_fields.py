"""The resolvers of GitLab's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from ..data.hosts import WEB
from ..data.models import Account, Organization, Repository
from ..graphql.connections import MAX_ROWS, Connection
from ..graphql.execution import Executor, Json, QueryContext, Resolver
from .accounts import name_of
from .graphql_schema import SCHEMA
from .urls import avatar_of, namespace_id, page_of, stamp, web_of
from .visibility import visible

__all__ = ["TABLES", "make_executor", "type_of"]

_MAX_PATHS = 50


def type_of(value: Any) -> str:
    """Return the type name of an object. No field here has several types."""
    return type(value).__name__


# -- the root


def _find(path: str, query: QueryContext) -> Repository | None:
    """Return the project with this path. Unlike in the REST API, old paths do not work."""
    owner, _, name = path.rpartition("/")
    found = None if path.lower() in query.settings.left_out else query.fleet.find(owner, name)
    return found if found is not None and _shown(found, query) else None


def _shown(repository: Repository, query: QueryContext) -> bool:
    protected = repository.owner.lower() in query.settings.protected
    blocked = query.fleet.block_of(repository) is not None or query.fleet.forbidden(repository) is not None
    return visible(query.fleet, repository, query.login) and not protected and not blocked


def _project(_root: Any, arguments: Json, query: QueryContext) -> Repository | None:
    query.repositories += 1
    return _find(arguments["fullPath"], query)


def _projects(_root: Any, arguments: Json, query: QueryContext) -> Connection:
    paths = arguments.get("fullPaths")
    if paths is None:
        rows = [item for item in query.fleet.all_listed() if _shown(item, query)]
    else:
        if len(paths) > _MAX_PATHS:
            raise GraphQLError("You cannot provide more than 50 full_paths")
        query.repositories += len(paths)
        found = {item.id: item for path in paths if (item := _find(path, query)) is not None}
        rows = list(found.values())
    # The newest first, as on the service.
    rows.sort(key=lambda item: -item.id)
    return Connection("projects", rows, arguments, MAX_ROWS)


def _group(_root: Any, arguments: Json, query: QueryContext) -> Organization | None:
    found = query.fleet.account(arguments["fullPath"])
    return found if isinstance(found, Organization) else None


def _namespace(_root: Any, arguments: Json, query: QueryContext) -> Account | None:
    return query.fleet.account(arguments["fullPath"])


def _current_user(_root: Any, _arguments: Json, query: QueryContext) -> Account | None:
    return None if query.login is None else query.fleet.account(query.login)


# -- objects


def _projects_of(group: Organization, arguments: Json, query: QueryContext) -> Connection:
    below = f"{group.login.lower()}/" if arguments.get("includeSubgroups") else None
    rows = [
        item
        for item in query.fleet.all_listed()
        if (item.owner == group.login or (below is not None and f"{item.owner.lower()}/".startswith(below)))
        and _shown(item, query)
    ]
    return Connection("projects", sorted(rows, key=lambda item: -item.id), arguments, MAX_ROWS)


def _namespace_id(account: Account, _arguments: Json, _query: QueryContext) -> str:
    kind = "Group" if isinstance(account, Organization) else "Namespaces::UserNamespace"
    return f"gid://gitlab/{kind}/{namespace_id(account)}"


def _full_name(account: Account, _arguments: Json, _query: QueryContext) -> str:
    return account.login.replace("/", " / ") if "/" in account.login else name_of(account)


def _group_of(repository: Repository, _arguments: Json, query: QueryContext) -> Organization | None:
    owner = query.fleet.owner_of(repository)
    return owner if isinstance(owner, Organization) else None


def _languages(repository: Repository, _arguments: Json, query: QueryContext) -> list[Json]:
    found = query.fleet.history(repository).languages
    total = sum(found.values())
    return [{"name": name, "share": round(100 * size / total, 2)} for name, size in found.items()]


def _own(name: str) -> Resolver:
    """Return a resolver for the attribute ``name``."""
    return lambda source, _arguments, _query: getattr(source, name)


def _time(name: str) -> Resolver:
    return lambda source, _arguments, _query: stamp(getattr(source, name))


_NAMESPACE: Mapping[str, Resolver] = {
    "id": _namespace_id,
    "name": lambda source, _a, _k: name_of(source),
    "path": lambda source, _a, _k: source.login.rpartition("/")[2],
    "fullName": _full_name,
    "fullPath": _own("login"),
    "avatarUrl": lambda source, _a, _k: avatar_of(source),
    "description": lambda source, _a, _k: source.description if isinstance(source, Organization) else None,
}

TABLES: Mapping[str, Mapping[str, Resolver]] = {
    "Query": {
        "currentUser": _current_user,
        "group": _group,
        "namespace": _namespace,
        "project": _project,
        "projects": _projects,
    },
    "CurrentUser": {
        "id": lambda source, _a, _k: f"gid://gitlab/User/{source.id}",
        "name": lambda source, _a, _k: name_of(source),
        "username": _own("login"),
        "webUrl": lambda source, _a, _k: web_of(source),
    },
    "Namespace": _NAMESPACE,
    "Group": {**_NAMESPACE, "webUrl": lambda source, _a, _k: web_of(source), "projects": _projects_of},
    "ProjectConnection": {
        "count": lambda source, _a, _k: source.total,
        "edges": lambda source, _a, _k: source.edges,
        "nodes": lambda source, _a, _k: source.nodes,
        "pageInfo": lambda source, _a, _k: source.page_info,
    },
    "Project": {
        "id": lambda source, _a, _k: f"gid://gitlab/Project/{source.id}",
        "name": _own("name"),
        "path": _own("name"),
        "nameWithNamespace": lambda source, _a, k: f"{name_of(k.fleet.owner_of(source))} / {source.name}",
        "fullPath": _own("full_name"),
        "archived": _own("archived"),
        "avatarUrl": lambda _s, _a, _k: None,
        "createdAt": _time("created_at"),
        "description": _own("description"),
        "forksCount": _own("forks"),
        "group": _group_of,
        "httpUrlToRepo": lambda source, _a, _k: f"{page_of(source)}.git",
        "isForked": _own("fork"),
        "issuesEnabled": _own("has_issues"),
        "languages": _languages,
        "lastActivityAt": _time("pushed_at"),
        "mergeRequestsEnabled": lambda _s, _a, _k: True,
        "namespace": lambda source, _a, k: k.fleet.owner_of(source),
        "openIssuesCount": lambda source, _a, _k: source.open_issues if source.has_issues else None,
        "repository": lambda source, _a, _k: source,
        "sshUrlToRepo": lambda source, _a, _k: f"git@{WEB.removeprefix('https://')}:{source.full_name}.git",
        "starCount": _own("stars"),
        "topics": lambda source, _a, _k: list(source.topics),
        "updatedAt": _time("updated_at"),
        "visibility": _own("visibility"),
        "webUrl": lambda source, _a, _k: page_of(source),
        "wikiEnabled": _own("has_wiki"),
    },
    "Repository": {
        "empty": _own("empty"),
        "exists": lambda _s, _a, _k: True,
        "rootRef": lambda source, _a, _k: None if source.empty else source.default_branch,
    },
}


def make_executor() -> Executor:
    """Return the executor for GitLab's schema."""
    return Executor(SCHEMA, TABLES, type_of)
