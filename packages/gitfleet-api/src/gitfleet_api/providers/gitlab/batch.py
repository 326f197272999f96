"""Many projects in one query of GitLab's GraphQL API."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from ...client import BatchQuery, GraphQLProblem, Json, Query, Shape, without_fields
from . import shapes

__all__ = ["GitLabBatch"]

_MOST_PATHS = 50
"""Maximum number of paths in ``fullPaths:``. Two such groups have a complexity of about 120 of the allowed 200."""

_FIELDS = """
  id
  path
  fullPath
  description
  webUrl
  httpUrlToRepo
  sshUrlToRepo
  visibility
  archived
  isForked
  starCount
  forksCount
  openIssuesCount
  issuesEnabled
  wikiEnabled
  topics
  createdAt
  updatedAt
  lastActivityAt
  repository { rootRef }
  namespace { id fullPath avatarUrl }
  group { webUrl }
"""


class GitLabBatch(BatchQuery):
    """Two groups of paths: ``g0: projects(fullPaths: $p0)`` and ``g1: projects(fullPaths: $p1)``.

    Unlike the REST API, GraphQL does not find a project by its old path. Projects that are missing in the result are
    requested by REST, one by one. So are all of them before GitLab 16.9, which added `isForked`: without it a fork
    would look like any other project. `fullPaths:` came with GitLab 16.6.
    """

    largest = 2 * _MOST_PATHS
    shape: Shape = shapes.DETAILS
    type_name = "Project"
    omits_missing = True

    def query(self, names: Sequence[str], without: frozenset[str] = frozenset()) -> tuple[Query, Json]:
        """Return the query for some names, and its variables."""
        groups = [list(names[start : start + _MOST_PATHS]) for start in range(0, len(names), _MOST_PATHS)]
        return _query(tuple(map(len, groups)), without), {f"p{number}": group for number, group in enumerate(groups)}

    def objects(self, data: object, names: Sequence[str]) -> list[Json | None]:
        """Return the object of each name, or None."""
        groups = data.values() if isinstance(data, dict) else ()
        by_path = {path: node for group in groups for path, node in zip(_paths(group), _nodes(group), strict=True)}
        return [by_path.get(name.lower()) for name in names]

    def concerned(self, problem: GraphQLProblem, data: object, names: Sequence[str]) -> Sequence[int] | None:
        """Return the names that a problem concerns.

        Its path is that of a node, ``g0.nodes.3``, whose place in the list is not that of its name. If the node is
        null, it may be any project of the group that is missing; so it is for a problem of the whole group.
        """
        alias = problem.path[0] if problem.path else None
        numbers = {f"g{number}": number for number in range(-(-len(names) // _MOST_PATHS))}
        if not isinstance(data, dict) or alias not in numbers:
            return None
        start = numbers[alias] * _MOST_PATHS
        own = range(start, min(start + _MOST_PATHS, len(names)))
        paths = _paths(data.get(str(alias)))
        row = problem.path[2] if len(problem.path) > 2 and problem.path[1] == "nodes" else None
        path = paths[row] if isinstance(row, int) and 0 <= row < len(paths) else None
        found = [index for index in own if names[index].lower() == path]
        return found or [index for index in own if names[index].lower() not in paths]

    def explains(self, problem: GraphQLProblem) -> bool:
        """Return False: GitLab leaves out missing projects without a reason."""
        return False

    def as_rest(self, found: Json) -> Json:
        """Return an object in the form of ``GET /projects/:id``, with the fields that the model and GraphQL share."""
        return {
            "id": _number(found["id"]),
            "path": found["path"],
            "path_with_namespace": found["fullPath"],
            "description": found["description"],
            "namespace": _namespace(found),
            "web_url": found["webUrl"],
            "http_url_to_repo": found["httpUrlToRepo"],
            "ssh_url_to_repo": found["sshUrlToRepo"],
            "default_branch": (found["repository"] or {}).get("rootRef"),
            "visibility": found["visibility"],
            "archived": found["archived"],
            # GraphQL says that it is a fork, but not of which project.
            "forked_from_project": {"id": 0} if found["isForked"] else None,
            "star_count": found["starCount"],
            "forks_count": found["forksCount"],
            "open_issues_count": found["openIssuesCount"],
            "issues_enabled": found["issuesEnabled"],
            "wiki_enabled": found["wikiEnabled"],
            "topics": found["topics"],
            "created_at": found["createdAt"],
            "updated_at": found["updatedAt"],
            "last_activity_at": found["lastActivityAt"],
        }


def _nodes(group: object) -> list[Any]:
    nodes = group.get("nodes") if isinstance(group, dict) else None
    return nodes if isinstance(nodes, list) else []


def _paths(group: object) -> list[str | None]:
    """Return the path of each node in lower case; None for a null."""
    return [str(node.get("fullPath")).lower() if isinstance(node, dict) else None for node in _nodes(group)]


def _namespace(found: Json) -> Json | None:
    namespace, group = found["namespace"], found["group"]
    if namespace is None:
        return None
    return {
        "id": _number(namespace["id"]),
        "full_path": namespace["fullPath"],
        "kind": "user" if "UserNamespace" in namespace["id"] else "group",
        "avatar_url": namespace["avatarUrl"],
        # The page of a user is on the same server as the page of the project.
        "web_url": group["webUrl"] if group is not None else found["webUrl"].rpartition("/")[0],
    }


def _number(global_id: str) -> int:
    """Return the number in ``gid://gitlab/Project/278964``."""
    return int(global_id.rpartition("/")[2])


@cache
def _query(sizes: tuple[int, ...], without: frozenset[str]) -> Query:
    declared = ", ".join(f"$p{number}: [String!]" for number in range(len(sizes)))
    asked = "\n".join(
        f"  g{number}: projects(fullPaths: $p{number}, first: {size}) {{ nodes {{ ...Details }} }}"
        for number, size in enumerate(sizes)
    )
    return Query(
        f"query({declared}) {{\n{asked}\n}}\nfragment Details on Project {{{without_fields(_FIELDS, without)}}}"
    )
