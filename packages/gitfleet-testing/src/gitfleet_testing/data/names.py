"""Checks of names: a typing error fails early, and no name needs escapes in JSON."""

from __future__ import annotations

import re

__all__ = ["check_branch", "check_group", "check_login", "check_repository", "split_full_name"]

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_BAD_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|^/|/$|^$|\.lock$")


def check_login(login: str) -> str:
    """Return the login. ValueError if it is invalid."""
    if not _LOGIN.fullmatch(login):
        raise ValueError(f"not a login (letters, digits and hyphens, at most 39): {login!r}")
    return login


def check_group(path: str) -> str:
    """Return the path of a subgroup. ValueError if a part is not a login or there is only one part."""
    parts = path.split("/")
    if len(parts) < 2:
        raise ValueError(f"the path of a subgroup must look like 'acme/backend': {path!r}")
    return "/".join(map(check_login, parts))


def check_repository(name: str) -> str:
    """Return the name of a repository. ValueError if it is invalid."""
    if not _REPOSITORY.fullmatch(name) or name in (".", ".."):
        raise ValueError(f"not a repository name (letters, digits, '.', '_', '-', at most 100): {name!r}")
    return name


def check_branch(name: str) -> str:
    """Return the name of a branch. ValueError if Git does not allow it."""
    if _BAD_BRANCH.search(name):
        raise ValueError(f"not a branch name: {name!r}")
    return name


def split_full_name(full_name: str) -> tuple[str, str]:
    """Return owner and name of ``"owner/name"``; the owner can be a path of groups. ValueError for anything else."""
    owner, _, name = full_name.rpartition("/")
    if not name or not all(owner.split("/")):
        raise ValueError(f"expected 'owner/name', got {full_name!r}")
    return owner, name
