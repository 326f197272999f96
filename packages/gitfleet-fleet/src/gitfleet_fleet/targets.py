"""Targets: what a user names as part of a fleet, as text or as objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from gitfleet_api import ConfigurationError, GitProviderClient, Listing, ProviderType, RepoInfo
from gitfleet_api.client import expand, nested_segment, shorten_repr

from .clients import Clients
from .target_urls import is_git_folder, path_of_url

__all__ = ["Target", "TargetLike", "parse_targets"]

TargetLike = str | RepoInfo | Listing[RepoInfo]
Form = Literal["owner", "repository", "either", "info", "listing"]

_FORMS = "'github:owner', 'github:owner/name', the URL of a repository, or '@file'"
_USER = re.compile(r"^([a-z+]+://)?[^/]*@", re.IGNORECASE)
"""The name and the password, or token, before the host of a URL."""
_SCHEMES = ("https", "http", "ssh", "git", "git+https", "git+ssh")


@dataclass(frozen=True, slots=True)
class Target:
    """One owner, repository or listing of a fleet.

    Attributes:
        text: How messages name it.
        form: What it is. ``either`` is a path of GitLab that may belong to a project or to a group.
        path: Name of the owner, or full name of the repository. Empty for a listing.
        client: The client that serves it. None for a listing, whose rows name their server.
        info: The repository, if the user gave the object.
        listing: The listing, if the user gave one.
    """

    text: str
    form: Form
    path: str = ""
    client: GitProviderClient | None = None
    info: RepoInfo | None = None
    listing: Listing[RepoInfo] | None = None


def parse_targets(values: tuple[TargetLike, ...], clients: Clients) -> list[Target]:
    """Return the targets that values mean.

    Raises:
        ConfigurationError: There is none, or one is invalid, or no client serves it, or a file cannot be read.
    """
    if not values:
        raise ConfigurationError(f"a Fleet needs targets: {_FORMS}, RepoInfo objects or a Listing")
    return [target for value in values for target in _targets_of(value, clients)]


def client_of(info: RepoInfo, clients: Clients) -> GitProviderClient:
    """Return the client that serves a repository.

    Raises:
        ConfigurationError: There is none.
    """
    host = urlsplit(info.html_url).netloc if info.html_url else ""
    found = clients.of_host(host) if host else None
    if found is not None and found.provider_type is info.provider_type:
        return found
    client = clients.of_provider(info.provider_type)
    if host and client.base_url == type(client).profile.base_url:  # other servers may be reached through a proxy
        raise ConfigurationError(f"no client for {host!r}, the server of {info.full_name}: add one to clients=")
    return client


def _targets_of(value: object, clients: Clients) -> Iterator[Target]:
    if isinstance(value, RepoInfo):
        client = client_of(value, clients)
        yield Target(f"{clients.label(client)}:{value.full_name}", "info", value.full_name, client, value)
    elif isinstance(value, Listing):
        yield Target("a listing", "listing", listing=value)
    elif not isinstance(value, str):
        raise ConfigurationError(
            f"a target is {_FORMS}, a RepoInfo or a Listing, not {shorten_repr(value)}"
            + ("; unpack a list with *" if isinstance(value, list | tuple) else "")
        )
    elif value.startswith("@"):
        yield from _targets_of_file(value[1:], clients)
    else:
        yield _target_of_text(value.strip(), clients)


def _targets_of_file(name: str, clients: Clients) -> Iterator[Target]:
    try:
        lines = Path(name).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ConfigurationError(f"can't read the targets in {name!r}: {error}") from None
    is_empty = True
    for number, line in enumerate(lines, 1):
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("@"):
            raise ConfigurationError(f"{name}, line {number}: a file of targets names no other file")
        try:
            yield _target_of_text(text, clients)
        except ConfigurationError as error:
            raise ConfigurationError(f"{name}, line {number}: {error.message}") from None
        is_empty = False
    if is_empty:  # never an empty fleet: the command that wrote the file may have failed
        raise ConfigurationError(f"no targets in {name!r}")


def _target_of_text(text: str, clients: Clients) -> Target:
    scheme, separator, _ = text.partition("://")
    if separator:
        return _target_of_url(text, scheme.lower(), clients)
    prefix, colon, path = text.rpartition(":")  # a host may have a port, and names have no colon
    if not colon:
        known = list(clients)
        if len(known) > 1 or not text:
            raise ConfigurationError(f"a target is {_FORMS}, not {_shown(text)}")
        return _target(text, known[0], clients)
    if "@" in prefix:  # git@host:owner/name.git
        return _target(_repository_path(path), _at_host(prefix.rpartition("@")[2], text, clients), clients)
    try:
        provider = ProviderType(prefix.lower())
    except ValueError:
        return _target(path, _at_host(prefix, text, clients), clients)
    return _target(path, clients.of_provider(provider), clients)


def _target_of_url(text: str, scheme: str, clients: Clients) -> Target:
    try:
        parts = urlsplit(text)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        raise ConfigurationError(f"not the URL of a repository: {_shown(text)}") from None
    if scheme not in _SCHEMES or not host:
        raise ConfigurationError(f"a target is {_FORMS}, not {_shown(text)}")
    client = _at_host(host, text, clients)
    path = path_of_url(parts, client)
    if path is None:
        raise ConfigurationError(f"{_shown(text)} names no owner and no repository: a target is {_FORMS}")
    return _target(path if path.endswith("/") else _repository_path(path), client, clients)


def _repository_path(path: str) -> str:
    path = path.strip("/")
    return path if is_git_folder(path) else path.removesuffix(".git")


def _shown(text: str) -> str:
    """Return a target as messages show it: without a token, which URLs for cloning contain."""
    return shorten_repr(_USER.sub(lambda found: found[1] or "", text))


def _at_host(host: str, text: str, clients: Clients) -> GitProviderClient:
    found = clients.of_host(host)
    if found is None:
        raise ConfigurationError(f"no client for {host!r}, the server of {_shown(text)}: add one to clients=")
    return found


def _target(path: str, client: GitProviderClient, clients: Clients) -> Target:
    """Return the target of a path: an owner if it ends with a slash or has one part."""
    name = path.rstrip("/")
    text = f"{clients.label(client)}:{path}"
    owner, slash, repo = name.rpartition("/")
    try:
        if is_git_folder(name):
            raise ConfigurationError("no repository has this name")
        if client.profile.nested_names:
            nested_segment("owner", name)
        elif slash:
            expand("{owner}/{repo}", {"owner": owner, "repo": repo})
        else:
            expand("{owner}", {"owner": name})
    except ConfigurationError:
        raise ConfigurationError(f"a target is {_FORMS}, not {shorten_repr(text)}") from None
    if not slash or path.endswith("/"):
        return Target(text, "owner", name, client)
    return Target(text, "either" if client.profile.nested_names else "repository", name, client)
