"""Users, organizations seen as owners, and contributors."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["ACCOUNT_FIELDS", "ContributorInfo", "OrganizationInfo", "UserInfo"]

ACCOUNT_FIELDS = ("id", "login", "type", "avatar_url", "html_url")
"""What is known of an account that stands inside of another object."""


@dataclass(frozen=True, slots=True)
class UserInfo:
    """An account: a person, an organization or a bot.

    As ``owner`` of a repository only ``id``, ``login``, ``type``, ``avatar_url`` and ``html_url`` are filled.
    """

    id: int
    login: str
    name: str | None = None
    type: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    html_url: str | None = None
    company: str | None = None
    location: str | None = None
    bio: str | None = None
    public_repos: int | None = None
    followers: int | None = None
    following: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class OrganizationInfo:
    """An organization, or a group on GitLab, whose ``login`` is its full path."""

    id: int
    login: str
    name: str | None = None
    description: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    html_url: str | None = None
    blog: str | None = None
    location: str | None = None
    public_repos: int | None = None
    followers: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ContributorInfo:
    """Somebody with commits in a repository.

    ``login`` and ``id`` are None for people without an account; those have ``name`` and ``email`` instead.
    """

    contributions: int
    login: str | None = None
    id: int | None = None
    name: str | None = None
    email: str | None = None
    type: str | None = None
    avatar_url: str | None = None
    html_url: str | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
