"""Who a request acts as: a user by login, or an installation of an app."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from ..data.models import Repository

__all__ = ["InstallationIdentity", "account_of"]


class InstallationIdentity(str):
    """The identity of an installation token. It takes the place of a login, and equals no login.

    Two tokens that see the same have equal identities, so that responses can be cached by identity.

    Attributes:
        installation: number of the installation.
        bot: login of the bot that is the author of what the token writes.
        owner: login of the account that the app is installed on.
        repositories: ids of the repositories that the token can access. None: all of the owner.
        permissions: level by permission, such as "contents": "read".
    """

    __slots__ = ("bot", "installation", "owner", "permissions", "repositories")

    installation: int
    bot: str
    owner: str
    repositories: frozenset[int] | None
    permissions: Mapping[str, str]

    def __new__(
        cls,
        installation: int,
        *,
        bot: str,
        owner: str,
        repositories: frozenset[int] | None,
        permissions: Mapping[str, str],
    ) -> Self:
        """Create an identity."""
        seen = "all" if repositories is None else ",".join(map(str, sorted(repositories)))
        rights = ",".join(f"{name}={level}" for name, level in sorted(permissions.items()))
        created = super().__new__(cls, f"{bot} of installation {installation}: {seen}; {rights}")
        created.installation = installation
        created.bot, created.owner, created.repositories = bot, owner, repositories
        created.permissions = MappingProxyType(dict(permissions))
        return created

    def has(self, permission: str, level: str = "read") -> bool:
        """Return whether the token has a permission at this level or above."""
        levels = ("read", "write", "admin")
        own = self.permissions.get(permission)
        return own is not None and levels.index(own) >= levels.index(level)

    def covers(self, repository: Repository) -> bool:
        """Return whether the token was issued for the repository."""
        if repository.owner.lower() != self.owner.lower():
            return False
        return self.repositories is None or repository.id in self.repositories

    def role(self, repository: Repository) -> str:
        """Return the role that comes nearest to the permissions: "admin", "write" or "read"."""
        if not self.covers(repository):
            return "read"
        if self.has("administration", "write"):
            return "admin"
        return "write" if self.has("contents", "write") else "read"


def account_of(login: str) -> str:
    """Return the login of the account that writes with this identity."""
    return login.bot if isinstance(login, InstallationIdentity) else login
