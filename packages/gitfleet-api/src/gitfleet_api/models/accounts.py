"""Models of accounts: users, organizations and contributors."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["ACCOUNT_FIELDS", "ContributorInfo", "OrganizationInfo", "UserInfo"]

ACCOUNT_FIELDS = ("id", "login", "type", "avatar_url", "html_url")
"""The short form of an account: its fields inside other objects."""


@dataclass(frozen=True, slots=True)
class UserInfo:
    """An account: a user, an organization or a bot.

    Inside other objects (as ``owner`` or ``author``) and in lists of members it has a short form: only ``id``,
    ``login``, ``type``, ``avatar_url`` and ``html_url`` are set, the other fields are None. Fields that the provider
    does not send are None.
    """

    id: int | str | None
    """Id of the account. It stays the same when the account is renamed. None if an owner's is unknown."""
    login: str
    """Name in URLs, without ``@`` (GitLab: ``username``; for a group its full path)."""
    name: str | None = None
    """Display name. None if there is none."""
    type: str | None = None
    """``User``, ``Organization`` (or group), ``Bot``, on GitHub ``Mannequin``. GitLab sends no type in short forms."""
    email: str | None = None
    """Public e-mail address; on GitLab the primary one for the user and for administrators. None if there is none."""
    avatar_url: str | None = None
    """URL of the picture. None if there is none."""
    html_url: str | None = None
    """URL of the profile page."""
    company: str | None = None
    """Company, as the user entered it (GitLab: ``organization``). None if there is none."""
    location: str | None = None
    """Place, as the user entered it. None if there is none."""
    bio: str | None = None
    """Short text about the user. None if there is none."""
    public_repos: int | None = None
    """Number of public repositories. None on GitLab."""
    followers: int | None = None
    """Number of accounts that follow this one. None if the provider does not send it."""
    following: int | None = None
    """Number of accounts that this one follows. None if the provider does not send it."""
    created_at: datetime | None = None
    """When the account was created (aware). None if the provider does not send it."""
    updated_at: datetime | None = None
    """When the profile was last changed (aware). None on GitLab."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class OrganizationInfo:
    """An organization on GitHub, or a group on GitLab.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the organization or group. It stays the same when it is renamed."""
    login: str
    """Name in URLs; on GitLab the full path, as ``group/subgroup``."""
    name: str | None = None
    """Display name. None if there is none."""
    description: str | None = None
    """Short text about it. None or empty if there is none."""
    email: str | None = None
    """Public e-mail address. None if there is none, and on GitLab."""
    avatar_url: str | None = None
    """URL of the picture. None if there is none."""
    html_url: str | None = None
    """URL of its web page."""
    blog: str | None = None
    """URL of the website, as entered. None or empty if there is none; None on GitLab."""
    location: str | None = None
    """Place, as entered. None if there is none, and on GitLab."""
    public_repos: int | None = None
    """Number of public repositories. None on GitLab."""
    followers: int | None = None
    """Number of accounts that follow it. None on GitLab."""
    created_at: datetime | None = None
    """When it was created (aware). None if the provider does not send it."""
    updated_at: datetime | None = None
    """When its profile was last changed (aware). None on GitLab."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class ContributorInfo:
    """An author of commits in a repository.

    Contributors without an account have ``name`` and ``email``, and no ``login`` and ``id``. On GitLab this is true for
    all. Fields that the provider does not send are None.
    """

    contributions: int
    """Number of their commits on the default branch."""
    login: str | None = None
    """Login of the account. None without an account, and on GitLab."""
    id: int | str | None = None
    """Id of the account. None without an account, and on GitLab."""
    name: str | None = None
    """Name in the commits. None for accounts on GitHub."""
    email: str | None = None
    """E-mail address in the commits. None for accounts on GitHub."""
    type: str | None = None
    """``User``, ``Bot`` or ``Anonymous`` (without an account). None on GitLab."""
    avatar_url: str | None = None
    """URL of the picture. None without an account, and on GitLab."""
    html_url: str | None = None
    """URL of the profile page. None without an account, and on GitLab."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
