"""The owner or the repository that a URL names: a web page, an address for cloning, or an endpoint of the API."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from gitfleet_api import GitProviderClient, ProviderType

from .clients import web_host

__all__ = ["is_git_folder", "path_of_url"]

_API_VERSION = re.compile(r"/api(/v\d+)?$")

_GITHUB_PAGES = """about account admin api apps blog codespaces collections contact customer-stories dashboard
enterprise enterprises events explore features gist gists issues join login logout marketplace new notifications
organizations pricing pulls readme repos search sessions settings signup site sponsors stars topics trending watching"""
_GITLAB_PAGES = """- .well-known admin api assets dashboard explore files health_check help import jwt login oauth
profile projects public s search snippets unsubscribes uploads v2"""
_PAGES = {
    ProviderType.GITHUB: frozenset(_GITHUB_PAGES.split()),
    ProviderType.GITLAB: frozenset(_GITLAB_PAGES.split()),
}
"""First segments of URLs that belong to the site and never to an owner."""

_OLD_PAGES = "badges blame blob builds commits edit find_file raw refs tree wikis"
_GITLAB_PROJECT_PAGES = frozenset(_OLD_PAGES.split())
"""Names that no project or group can have: in old URLs, which lack ``/-/``, they begin a page of a project."""


def path_of_url(parts: SplitResult, client: GitProviderClient) -> str | None:
    """Return the path that a URL names, with a slash at the end for an owner. None if it names neither.

    Args:
        parts: The URL, whose host is a host of the client.
        client: The client.
    """
    base = urlsplit(client.base_url)
    path = parts.path
    if "http" in parts.scheme.lower():
        root = _API_VERSION.sub("", base.path)  # of a server below a path of its host
        host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
        is_api_host = host == base.netloc.lower() != web_host(client).lower()
        if is_api_host or _is_below(path, f"{root}/api"):
            endpoint = path[len(base.path) :] if _is_below(path, base.path) else ""
            return _path_of_endpoint(endpoint, client)
        if _is_below(path, root):
            path = path[len(root) :]
    if client.profile.nested_names:
        return _path_of_gitlab_page(path)
    return _path_of_github_page(_segments(path))


def is_git_folder(path: str) -> bool:
    """Return whether the last name of a path is ``.git``, which no repository has."""
    return path.rstrip("/").rpartition("/")[2] == ".git"


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _segments(path: str) -> list[str]:
    return [unquote(part) for part in path.split("/") if part]


def _path_of_endpoint(path: str, client: GitProviderClient) -> str | None:
    """Return the path that an endpoint of the API names. Numeric ids are no names."""
    match _segments(path):
        case ["repos", owner, name, *_] if not client.profile.nested_names:
            return f"{owner}/{name}"
        case ["orgs" | "users", owner, *_] if not client.profile.nested_names:
            return f"{owner}/"
        case ["projects", name, *_] if client.profile.nested_names and "/" in name:
            return name
        case ["groups", name, *_] if client.profile.nested_names and not name.isdigit():
            return f"{name}/"
    return None


def _path_of_github_page(segments: list[str]) -> str | None:
    match segments:
        case ["orgs" | "users", owner, *_]:
            return f"{owner}/"
        case ["repos", owner, name, *_]:  # an API without a host or path for itself
            return f"{owner}/{name}"
        case ["orgs" | "users"] | []:
            return None
        case [first, *_] if first.lower() in _PAGES[ProviderType.GITHUB]:
            return None
    return "/".join(segments[:2])  # the others are a page of the repository, such as /tree/main


def _path_of_gitlab_page(path: str) -> str | None:
    segments = _segments(path.partition("/-/")[0])
    match segments:
        case ["groups", _, *_]:
            return "/".join(segments[1:]) + "/"
        case ["users", owner, *_]:
            return f"{owner}/"
        case ["groups" | "users"] | []:
            return None
        case [first, *_] if first.lower() in _PAGES[ProviderType.GITLAB]:
            return None
    ends = (number for number, name in enumerate(segments) if number > 1 and name in _GITLAB_PROJECT_PAGES)
    return "/".join(segments[: next(ends, None)])
