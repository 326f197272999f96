"""Models of issues and pull requests."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo
from .repositories import RepoReference

__all__ = ["IssueInfo", "PullRequestInfo"]


@dataclass(frozen=True, slots=True)
class IssueInfo:
    """An issue.

    GitHub's API also lists pull requests as issues; they have ``is_pull_request``. Fields that the provider does not
    send are None.
    """

    id: int | str
    """Id of the issue on the whole server."""
    number: int
    """Number within the repository, as in ``#12`` (GitLab: ``iid``)."""
    title: str
    """Title."""
    state: str
    """``open`` or ``closed``."""
    body: str | None = None
    """Description in Markdown. None or empty if there is none."""
    author: UserInfo | None = None
    """Account that opened it, in the short form of :class:`UserInfo`. None if it is gone."""
    assignees: tuple[UserInfo, ...] | None = None
    """Assigned accounts, in the short form of :class:`UserInfo`. Empty if there are none."""
    labels: tuple[str, ...] | None = None
    """Names of the labels. Empty if there are none."""
    milestone: str | None = None
    """Title of the milestone. None if there is none."""
    comments: int | None = None
    """Number of comments."""
    locked: bool | None = None
    """Whether only members can comment. None on GitLab if it was never locked."""
    repo: str | None = None
    """Full name of the repository, as ``owner/name``."""
    is_pull_request: bool = False
    """Whether it is a pull request. Always False on GitLab, where merge requests are no issues."""
    html_url: str | None = None
    """URL of its web page."""
    created_at: datetime | None = None
    """When it was opened (aware)."""
    updated_at: datetime | None = None
    """When it was last changed (aware)."""
    closed_at: datetime | None = None
    """When it was closed (aware). None if it is open."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class PullRequestInfo:
    """A pull request on GitHub, or a merge request on GitLab.

    ``head`` is the source of the change, ``base`` its target. Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the pull request on the whole server."""
    number: int
    """Number within the repository, as in ``#12`` or ``!12`` (GitLab: ``iid``)."""
    title: str
    """Title."""
    state: str
    """``open`` or ``closed``. A merged one is ``closed``, and ``merged`` is True."""
    merged: bool = False
    """Whether it is merged. Providers may know this without the time (``merged_at``)."""
    body: str | None = None
    """Description in Markdown. None or empty if there is none."""
    author: UserInfo | None = None
    """Account that opened it, in the short form of :class:`UserInfo`. None if it is gone."""
    assignees: tuple[UserInfo, ...] | None = None
    """Assigned accounts, in the short form of :class:`UserInfo`. Empty if there are none."""
    reviewers: tuple[UserInfo, ...] | None = None
    """Accounts that are asked for a review; on GitHub without those that have given it. Empty if there are none."""
    labels: tuple[str, ...] | None = None
    """Names of the labels. Empty if there are none."""
    milestone: str | None = None
    """Title of the milestone. None if there is none."""
    draft: bool | None = None
    """Whether it is a draft, which cannot be merged yet."""
    locked: bool | None = None
    """Whether only members can comment. None on GitLab if it was never locked."""
    head_ref: str | None = None
    """Name of the source branch."""
    head_sha: str | None = None
    """Hash of the last commit of the source branch."""
    head_repo: RepoReference | None = None
    """Source repository. None only if it is deleted. On GitLab a fork has only its id."""
    base_ref: str | None = None
    """Name of the target branch."""
    base_sha: str | None = None
    """Hash of the target branch's commit that it is compared with. None if the provider does not send it."""
    base_repo: RepoReference | None = None
    """Target repository."""
    merge_commit_sha: str | None = None
    """Hash of the merge or squash commit; on GitHub of a test merge while it is open, and None since 2026-03-10."""
    html_url: str | None = None
    """URL of its web page."""
    created_at: datetime | None = None
    """When it was opened (aware)."""
    updated_at: datetime | None = None
    """When it was last changed (aware)."""
    closed_at: datetime | None = None
    """When it was closed or merged (aware). None if it is open."""
    merged_at: datetime | None = None
    """When it was merged (aware). None if it is not merged; GitLab does not know the time of some old merges."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
