"""URLs of the API and of web pages, ids of namespaces, and GitLab's time formats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..data.hosts import AVATARS, WEB
from ..data.models import Account, Organization, Repository

__all__ = [
    "ApiURLs",
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

#: Difference between the ids of a user's namespace and of the user. A group's namespace has the group's id.
_USER_NAMESPACES = 1_000_000


@dataclass(frozen=True, slots=True)
class ApiURLs:
    """The URLs of the API.

    Attributes:
        api: the base URL, without a slash at the end.
    """

    api: str

    def project(self, number: int) -> str:
        """Return the URL of a project."""
        return f"{self.api}/projects/{number}"


def web_of(account: Account) -> str:
    """Return the web page of a user or group."""
    return f"{WEB}/groups/{account.login}" if isinstance(account, Organization) else f"{WEB}/{account.login}"


def page_of(repository: Repository) -> str:
    """Return the web page of a project."""
    return f"{WEB}/{repository.full_name}"


def avatar_of(account: Account) -> str:
    """Return the URL of an account's picture."""
    if isinstance(account, Organization):
        return WEB + avatar_path(account)
    return f"{AVATARS}/u/{account.id}?v=4"


def avatar_path(group: Organization) -> str:
    """Return the path of a group's picture, as in namespaces."""
    return f"/uploads/-/system/group/avatar/{group.id}/logo.png"


def namespace_id(account: Account) -> int:
    """Return the id of an account's namespace."""
    return account.id if isinstance(account, Organization) else _USER_NAMESPACES + account.id


def account_id(namespace: int) -> int:
    """Return the id of the account with this namespace."""
    return namespace - _USER_NAMESPACES if namespace > _USER_NAMESPACES else namespace


def stamp(moment: str) -> str:
    """Return a time in the format of the service's own data: 2024-05-06T07:08:09.000Z."""
    return f"{moment.removesuffix('Z')}.000Z"


def git_stamp(moment: str) -> str:
    """Return a time in the format of data from Git: 2024-05-06T07:08:09.000+00:00."""
    return f"{moment.removesuffix('Z')}.000+00:00"
