"""The resolvers of GitHub's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from ..access.identity import account_of
from ..data.fleet import Fleet
from ..data.hosts import AVATARS, WEB
from ..data.licenses import LICENSES
from ..data.models import Account, Organization, Repository, User
from ..data.records import Issue, PullRequest
from ..graphql.connections import Connection
from ..graphql.execution import Executor, Json, QueryContext, Resolver
from .graphql_git import GIT_TABLES, Ref, default_branch, refs, releases
from .graphql_schema import SCHEMA
from .urls import node_id
from .visibility import is_member, visible

__all__ = ["TABLES", "make_executor", "type_of"]

_BLOCKED = "Repository access blocked"
_PROTECTED = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this "
    "organization."
)
_ORDERS: Mapping[str, Any] = {
    "CREATED_AT": lambda repository: (repository.created_at, repository.id),
    "UPDATED_AT": lambda repository: (repository.updated_at, repository.id),
    "PUSHED_AT": lambda repository: (repository.pushed_at, repository.id),
    "NAME": lambda repository: (repository.name.lower(), repository.id),
    "STARGAZERS": lambda repository: (repository.stars, repository.id),
}


def type_of(value: Any) -> str:
    """Return the type name of an object."""
    if isinstance(value, Repository):
        return "Repository"
    if isinstance(value, Ref):
        return "Commit"
    return "Organization" if isinstance(value, Organization) else "User"


def _failed(kind: str, message: str, **more: object) -> GraphQLError:
    return GraphQLError(message, extensions={"type": kind, **more})


# -- the root


def _repository(_root: Any, arguments: Json, query: QueryContext) -> Repository | None:
    owner, name = arguments["owner"], arguments["name"]
    query.repositories += 1
    if f"{owner}/{name}".lower() in query.settings.left_out:
        return None
    found = query.fleet.find(owner, name)
    if found is None and arguments["followRenames"]:
        found = query.fleet.moved(owner, name)
    if found is None or not visible(query.fleet, found, query.login):
        raise _failed("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    refusal = _refusal(found, query)
    if refusal is not None:
        raise refusal
    return found


def _refusal(repository: Repository, query: QueryContext) -> GraphQLError | None:
    """Return the error for a repository that the user can see but not read, or None."""
    if query.fleet.block_of(repository) is not None:
        return _failed("FORBIDDEN", _BLOCKED)
    message = query.fleet.forbidden(repository)
    if message is not None:
        return _failed("FORBIDDEN", message)
    if repository.owner.lower() in query.settings.protected:
        return _failed("FORBIDDEN", _PROTECTED, saml_failure=True)
    return None


def _account(_root: Any, arguments: Json, query: QueryContext) -> Account:
    found = query.fleet.account(arguments["login"])
    if found is None:
        raise _failed("NOT_FOUND", f"Could not resolve to a RepositoryOwner with the login of '{arguments['login']}'.")
    return found


def _organization(_root: Any, arguments: Json, query: QueryContext) -> Organization:
    found = query.fleet.account(arguments["login"])
    if not isinstance(found, Organization):
        raise _failed("NOT_FOUND", f"Could not resolve to an Organization with the login of '{arguments['login']}'.")
    return found


def _user(_root: Any, arguments: Json, query: QueryContext) -> User:
    found = query.fleet.account(arguments["login"])
    if not isinstance(found, User):
        raise _failed("NOT_FOUND", f"Could not resolve to a User with the login of '{arguments['login']}'.")
    return found


def _viewer(_root: Any, _arguments: Json, query: QueryContext) -> Account | None:
    return None if query.login is None else query.fleet.account(account_of(query.login))


def _add_star(_root: Any, arguments: Json, query: QueryContext) -> Json:
    given = arguments["input"]
    found = next((item for item in query.fleet.repositories if _id(item) == given["starrableId"]), None)
    if found is None or not visible(query.fleet, found, query.login):
        raise _failed("NOT_FOUND", f"Could not resolve to a node with the global id of '{given['starrableId']}'")
    changed = query.fleet.update(found.full_name, stars=found.stars + 1)
    return {"starrable": changed, "clientMutationId": given.get("clientMutationId")}


# -- lists


def _page(connection: Connection) -> Json:
    """Return a connection for its resolvers, which compute each field lazily."""
    return {"connection": connection}


_CONNECTION: Mapping[str, Resolver] = {
    "nodes": lambda source, _a, _k: source["connection"].nodes,
    "edges": lambda source, _a, _k: source["connection"].edges,
    "pageInfo": lambda source, _a, _k: source["connection"].page_info,
    "totalCount": lambda source, _a, _k: source["connection"].total,
}


def _repositories(account: Account, arguments: Json, query: QueryContext) -> Json:
    owned = [item for item in query.fleet.listed_by(account.login) if visible(query.fleet, item, query.login)]
    if arguments.get("privacy") is not None:
        owned = [item for item in owned if item.private == (arguments["privacy"] == "PRIVATE")]
    if arguments.get("isFork") is not None:
        owned = [item for item in owned if item.fork == arguments["isFork"]]
    order = arguments.get("orderBy") or {"field": "NAME", "direction": "ASC"}
    owned.sort(key=_ORDERS[order["field"]], reverse=order["direction"] == "DESC")
    rows = [_refusal(item, query) or item for item in owned]
    return _page(Connection("repositories", rows, arguments))


def _members(account: Organization, arguments: Json, query: QueryContext) -> Json:
    seen = account.members if is_member(query.fleet, account.login, query.login) else ()
    rows = [query.fleet.account(login) for login in seen]
    return _page(Connection("membersWithRole", rows, arguments))


def _discussions(repository: Repository, arguments: Json, query: QueryContext, *, pulls: bool) -> Json:
    history = query.fleet.history(repository)
    rows: Sequence[Issue] = history.pulls if pulls else history.issues
    if arguments.get("states") is not None:
        rows = [item for item in rows if _state(item) in arguments["states"]]
    connection = Connection("pullRequests" if pulls else "issues", rows[::-1], arguments)
    if arguments.get("states") == ["OPEN"]:
        # The repository's own count takes precedence, because tests set it.
        opened = min(sum(item.state == "open" for item in history.pulls), repository.open_issues)
        connection.total = opened if pulls else repository.open_issues - opened
    return _page(connection)


def _state(item: Issue) -> str:
    return "MERGED" if isinstance(item, PullRequest) and item.merged_at is not None else item.state.upper()


def _languages(repository: Repository, arguments: Json, query: QueryContext) -> Json:
    found = query.fleet.history(repository).languages
    rows = [{"name": name, "size": size} for name, size in found.items()]
    return {"connection": Connection("languages", rows, arguments), "totalSize": sum(found.values())}


def _language_edges(source: Json, _arguments: Json, _query: QueryContext) -> list[Json]:
    return [{**edge, "size": edge["node"]["size"]} for edge in source["connection"].edges]


def _topics(repository: Repository, arguments: Json, _query: QueryContext) -> Json:
    return _page(Connection("repositoryTopics", [{"topic": {"name": name}} for name in repository.topics], arguments))


# -- one object


def _id(item: Account | Repository) -> str:
    if isinstance(item, Repository):
        return node_id("R", item.id)
    return node_id("O" if isinstance(item, Organization) else "U", item.id)


def _avatar(account: Account, arguments: Json, _query: QueryContext) -> str:
    # In GraphQL, unlike REST, the URL of a user's picture contains a digest.
    query = [f"s={arguments['size']}"] if arguments.get("size") else []
    query += [f"u={account.id:040x}"] if isinstance(account, User) else []
    return f"{AVATARS}/u/{account.id}?{'&'.join([*query, 'v=4'])}"


def _license(repository: Repository, _arguments: Json, _query: QueryContext) -> Json | None:
    if repository.license is None:
        return None
    name, spdx = LICENSES.get(repository.license, ("Other", "NOASSERTION"))
    return {"key": repository.license if repository.license in LICENSES else "other", "name": name, "spdxId": spdx}


def _parent(repository: Repository, _arguments: Json, query: QueryContext) -> Repository | None:
    if repository.parent is None:
        return None
    found = _named(query.fleet, repository.parent)
    return found if found is not None and visible(query.fleet, found, query.login) else None


def _named(fleet: Fleet, full_name: str) -> Repository | None:
    owner, _, name = full_name.partition("/")
    return fleet.find(owner, name) or fleet.moved(owner, name)


def _rate_limit(_root: Any, _arguments: Json, query: QueryContext) -> Json:
    return {"cost": 1, "nodeCount": 0, **query.more["rateLimit"]}


def _own(name: str) -> Resolver:
    """Return a resolver for the attribute ``name``."""
    return lambda source, _arguments, _query: getattr(source, name)


_ACCOUNT: Mapping[str, Resolver] = {
    "id": lambda source, _a, _k: _id(source),
    "databaseId": _own("id"),
    "login": _own("login"),
    "name": _own("name"),
    "avatarUrl": _avatar,
    "url": lambda source, _a, _k: f"{WEB}/{source.login}",
    "location": _own("location"),
    "createdAt": _own("created_at"),
    "updatedAt": _own("updated_at"),
    "repositories": _repositories,
}
_DISCUSSION: Mapping[str, Resolver] = {
    "author": lambda source, _a, query: None if source.author is None else query.fleet.account(source.author),
    "createdAt": _own("created_at"),
    "databaseId": _own("id"),
    "number": _own("number"),
    "state": lambda source, _a, _k: _state(source),
    "title": _own("title"),
    "url": lambda source, _a, _k: f"{WEB}/discussions/{source.id}",
}

TABLES: Mapping[str, Mapping[str, Resolver]] = {
    "Query": {
        "repository": _repository,
        "organization": _organization,
        "repositoryOwner": _account,
        "user": _user,
        "viewer": _viewer,
        "rateLimit": _rate_limit,
    },
    "Mutation": {"addStar": _add_star},
    "User": {
        **_ACCOUNT,
        "bio": _own("bio"),
        "company": _own("company"),
        "email": lambda source, _a, _k: source.email or "",
    },
    "Organization": {
        **_ACCOUNT,
        "description": _own("description"),
        "email": _own("email"),
        "membersWithRole": _members,
    },
    "Repository": {
        "id": lambda source, _a, _k: _id(source),
        "databaseId": _own("id"),
        "name": _own("name"),
        "nameWithOwner": _own("full_name"),
        "owner": lambda source, _a, query: query.fleet.owner_of(source),
        "createdAt": _own("created_at"),
        "defaultBranchRef": default_branch,
        "description": _own("description"),
        "diskUsage": _own("size"),
        "forkCount": _own("forks"),
        "forkingAllowed": lambda _s, _a, _k: True,
        "hasDiscussionsEnabled": _own("has_discussions"),
        "hasIssuesEnabled": _own("has_issues"),
        "hasProjectsEnabled": lambda _s, _a, _k: True,
        "hasWikiEnabled": _own("has_wiki"),
        "homepageUrl": _own("homepage"),
        "isArchived": _own("archived"),
        "isDisabled": _own("disabled"),
        "isEmpty": _own("empty"),
        "isFork": _own("fork"),
        "isPrivate": _own("private"),
        "isTemplate": _own("is_template"),
        "issues": lambda source, arguments, query: _discussions(source, arguments, query, pulls=False),
        "languages": _languages,
        "licenseInfo": _license,
        "parent": _parent,
        "primaryLanguage": lambda source, _a, _k: None if source.language is None else {"name": source.language},
        "pullRequests": lambda source, arguments, query: _discussions(source, arguments, query, pulls=True),
        "pushedAt": _own("pushed_at"),
        "refs": refs,
        "releases": releases,
        "repositoryTopics": _topics,
        "sshUrl": lambda source, _a, _k: f"git@forge.invalid:{source.full_name}.git",
        "stargazerCount": _own("stars"),
        "updatedAt": _own("updated_at"),
        "url": lambda source, _a, _k: f"{WEB}/{source.full_name}",
        "visibility": lambda source, _a, _k: source.visibility.upper(),
        "watchers": lambda source, _a, _k: {"totalCount": source.subscribers},
    },
    **GIT_TABLES,
    "Issue": _DISCUSSION,
    "PullRequest": _DISCUSSION,
    "RepositoryConnection": _CONNECTION,
    "OrganizationMemberConnection": _CONNECTION,
    "IssueConnection": _CONNECTION,
    "PullRequestConnection": _CONNECTION,
    "RefConnection": _CONNECTION,
    "ReleaseConnection": _CONNECTION,
    "CommitHistoryConnection": _CONNECTION,
    "RepositoryTopicConnection": _CONNECTION,
    "LanguageConnection": {**_CONNECTION, "edges": _language_edges, "totalSize": lambda s, _a, _k: s["totalSize"]},
}


def make_executor() -> Executor:
    """Return the executor for GitHub's schema."""
    return Executor(SCHEMA, TABLES, type_of)
