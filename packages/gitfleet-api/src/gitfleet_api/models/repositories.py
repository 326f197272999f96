"""Repositories and their branches."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["BranchInfo", "RepoDetails", "RepoInfo"]


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A repository as listings show it.

    ``size`` is in kilobytes. ``visibility`` is ``public``, ``private`` or ``internal``.
    """

    id: int
    name: str
    full_name: str
    owner: UserInfo | None = None
    description: str | None = None
    html_url: str | None = None
    clone_url: str | None = None
    ssh_url: str | None = None
    default_branch: str | None = None
    language: str | None = None
    private: bool | None = None
    visibility: str | None = None
    fork: bool | None = None
    archived: bool | None = None
    stargazers_count: int | None = None
    watchers_count: int | None = None
    forks_count: int | None = None
    open_issues_count: int | None = None
    size: int | None = None
    topics: tuple[str, ...] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    pushed_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class RepoDetails(RepoInfo):
    """A repository as its own page shows it: what listings have, and more.

    ``license`` is the SPDX identifier. ``parent`` and ``source`` are the full names of what this is a fork of,
    directly and in the end.
    """

    homepage: str | None = None
    license: str | None = None
    disabled: bool | None = None
    is_template: bool | None = None
    allow_forking: bool | None = None
    has_issues: bool | None = None
    has_wiki: bool | None = None
    has_projects: bool | None = None
    has_discussions: bool | None = None
    subscribers_count: int | None = None
    parent: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A branch and the commit it points to."""

    name: str
    commit_sha: str | None = None
    protected: bool | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
