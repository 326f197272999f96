"""Repositories as GraphQL and REST of each provider send them, with the fields that batches request."""

from __future__ import annotations

from typing import Any

__all__ = ["github_node", "github_rest", "gitlab_node", "gitlab_rest"]

_GITHUB = (
    *("description", "homepageUrl", "defaultBranchRef", "primaryLanguage", "isPrivate", "isFork", "isArchived"),
    *("isDisabled", "isTemplate", "forkingAllowed", "stargazerCount", "forkCount", "diskUsage", "createdAt"),
    *("hasIssuesEnabled", "hasWikiEnabled", "hasProjectsEnabled", "hasDiscussionsEnabled", "licenseInfo"),
    *("updatedAt", "pushedAt", "parent", "sshUrl"),
)
_GITLAB = (
    *("description", "webUrl", "httpUrlToRepo", "sshUrlToRepo", "archived", "isForked", "starCount", "forksCount"),
    *("openIssuesCount", "issuesEnabled", "wikiEnabled", "topics", "createdAt", "updatedAt", "lastActivityAt"),
    *("repository", "namespace", "group"),
)


def github_node(full_name: str = "o/r", **over: Any) -> dict[str, Any]:
    """An object of GitHub's type Repository."""
    owner = {"__typename": "User", "login": "o", "avatarUrl": None, "url": "https://x/o", "databaseId": 1}
    known = {
        "databaseId": 1,
        "name": full_name.partition("/")[2],
        "nameWithOwner": full_name,
        "owner": owner,
        "url": f"https://x/{full_name}",
        "visibility": "PUBLIC",
        "watchers": {"totalCount": 1},
        "issues": {"totalCount": 1},
        "pullRequests": {"totalCount": 1},
        "repositoryTopics": {"nodes": []},
    }
    return dict.fromkeys(_GITHUB) | known | over


def gitlab_node(full_name: str, **over: Any) -> dict[str, Any]:
    """An object of GitLab's type Project."""
    known = {
        "id": "gid://gitlab/Project/1",
        "path": full_name.rpartition("/")[2],
        "fullPath": full_name,
        "webUrl": f"https://x/{full_name}",
        "visibility": "public",
    }
    return dict.fromkeys(_GITLAB) | known | over


def github_rest(full_name: str) -> dict[str, Any]:
    """The same as ``GET /repos/{owner}/{repo}`` sends it."""
    return {"id": 1, "name": full_name.partition("/")[2], "full_name": full_name}


def gitlab_rest(full_name: str) -> dict[str, Any]:
    """The same as ``GET /projects/:id`` sends it."""
    name = full_name.rpartition("/")[2]
    return {"id": 1, "name": name, "path": name, "path_with_namespace": full_name, "visibility": "public"}
