"""Where things are on GitLab, and how it writes times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..data.hosts import AVATARS, WEB
from ..data.models import Account, Organization, Repository

__all__ = [
    "Addresses",
    "Json",
    "account_id",
    "avatar_of",
    "avatar_path",
    "git_stamp",
    "namespace_id",
    "page_of",
    "stamp",
    "web_of",
]

Json = dict[str, Any]

#: A user's namespace has another id than the user; a group's has the group's.
_USER_NAMESPACES = 1_000_000


@dataclass(frozen=True, slots=True)
class Addresses:
    """The API's own address, as clients reach it, without a slash at the end."""

    api: str

    def project(self, number: int) -> str:
        """Address of a project."""
        return f"{self.api}/projects/{number}"


def web_of(account: Account) -> str:
    """The page of a user or a group."""
    return f"{WEB}/groups/{account.login}" if isinstance(account, Organization) else f"{WEB}/{account.login}"


def page_of(repository: Repository) -> str:
    """The page of a project."""
    return f"{WEB}/{repository.full_name}"


def avatar_of(account: Account) -> str:
    """The picture of a user or a group."""
    if isinstance(account, Organization):
        return WEB + avatar_path(account)
    return f"{AVATARS}/u/{account.id}?v=4"


def avatar_path(group: Organization) -> str:
    """The picture of a group as namespaces have it: a path on the server of the web pages."""
    return f"/uploads/-/system/group/avatar/{group.id}/logo.png"


def namespace_id(account: Account) -> int:
    """The id of the namespace that an account's projects are in."""
    return account.id if isinstance(account, Organization) else _USER_NAMESPACES + account.id


def account_id(namespace: int) -> int:
    """The id of the account whose namespace has that id."""
    return namespace - _USER_NAMESPACES if namespace > _USER_NAMESPACES else namespace


def stamp(moment: str) -> str:
    """A time as it is in everything that the service keeps itself: 2024-05-06T07:08:09.000Z."""
    return f"{moment.removesuffix('Z')}.000Z"


def git_stamp(moment: str) -> str:
    """A time as it is in what comes from Git: 2024-05-06T07:08:09.000+00:00."""
    return f"{moment.removesuffix('Z')}.000+00:00"
