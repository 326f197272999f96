"""Which names are allowed, so that a typing error is told at once and no name needs escaping in JSON."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_BAD_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|^/|/$|^$|\.lock$")


def check_login(login: str) -> str:
    """Return ``login``; ValueError when no account could be called so."""
    if not _LOGIN.fullmatch(login):
        raise ValueError(f"not a login (letters, digits and hyphens, at most 39): {login!r}")
    return login


def check_repository(name: str) -> str:
    """Return ``name``; ValueError when no repository could be called so."""
    if not _REPOSITORY.fullmatch(name) or name in (".", ".."):
        raise ValueError(f"not a repository name (letters, digits, '.', '_', '-', at most 100): {name!r}")
    return name


def check_branch(name: str) -> str:
    """Return ``name``; ValueError when git would not take it as a branch name."""
    if _BAD_BRANCH.search(name):
        raise ValueError(f"not a branch name: {name!r}")
    return name


def split_full_name(full_name: str) -> tuple[str, str]:
    """Take ``"owner/name"`` apart; ValueError when it is anything else."""
    owner, slash, name = full_name.partition("/")
    if not slash or not owner or not name or "/" in name:
        raise ValueError(f"expected 'owner/name', got {full_name!r}")
    return owner, name
