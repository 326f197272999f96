"""The name of a repository of a fleet."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitfleet_api import ProviderType, RepoInfo

__all__ = ["Repository"]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of a fleet. Per-repository methods of clients accept it in place of two names."""

    provider: ProviderType
    """The provider."""
    server: str
    """Base URL of the API of its server."""
    full_name: str
    """``owner/name``; on GitLab the full path with all groups, as ``group/subgroup/name``."""
    label: str
    """The part of ``text`` before the colon: the provider, or the host of a server that it does not name."""
    id: int | str | None = None
    """Id at the provider. None if it was named by the user and not looked up."""
    info: RepoInfo | None = field(default=None, repr=False)
    """The repository as the provider listed it. None if it was named by the user and not looked up."""

    former_name: str | None = None
    """Full name by which the user named it, if the provider found it under another one. None otherwise."""

    @property
    def provider_type(self) -> ProviderType:
        """The provider, by the name that models have for it: clients of another provider refuse the repository."""
        return self.provider

    @property
    def owner(self) -> str:
        """Name of the owner; on GitLab the full path of the group."""
        return self.full_name.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Name without the owner."""
        return self.full_name.rpartition("/")[2]

    @property
    def text(self) -> str:
        """The repository as a target: ``github:python/cpython``, or ``git.example.org:tools/build``."""
        return f"{self.label}:{self.full_name}"

    def __str__(self) -> str:
        return self.text
