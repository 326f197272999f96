"""Issues and pull requests."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["IssueInfo", "PullRequestInfo"]


@dataclass(frozen=True, slots=True)
class IssueInfo:
    """An issue.

    ``number`` counts within the repository (GitLab's ``iid``). ``state`` is ``open`` or ``closed``. ``labels`` are
    names, ``milestone`` is its title, ``comments`` their count.
    """

    id: int
    number: int
    title: str | None = None
    state: str | None = None
    body: str | None = None
    author: UserInfo | None = None
    assignees: tuple[UserInfo, ...] | None = None
    labels: tuple[str, ...] | None = None
    milestone: str | None = None
    comments: int | None = None
    locked: bool | None = None
    is_pull_request: bool = False
    html_url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PullRequestInfo:
    """A pull request, or a merge request on GitLab.

    ``number`` counts within the repository (GitLab's ``iid``). ``state`` is ``open`` or ``closed``; a merged one is
    closed and has ``merged_at``. ``head`` is what is to be merged, ``base`` what it is to be merged into; repositories
    are full names. ``head_repo`` is None when it is gone.
    """

    id: int
    number: int
    title: str | None = None
    state: str | None = None
    body: str | None = None
    author: UserInfo | None = None
    assignees: tuple[UserInfo, ...] | None = None
    reviewers: tuple[UserInfo, ...] | None = None
    labels: tuple[str, ...] | None = None
    milestone: str | None = None
    draft: bool | None = None
    locked: bool | None = None
    head_ref: str | None = None
    head_sha: str | None = None
    head_repo: str | None = None
    base_ref: str | None = None
    base_sha: str | None = None
    base_repo: str | None = None
    merge_commit_sha: str | None = None
    html_url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
