"""Models of automation: runs of workflows, and environments."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["EnvironmentInfo", "WorkflowRunInfo"]


@dataclass(frozen=True, slots=True)
class WorkflowRunInfo:
    """A run of a workflow of GitHub Actions, or a pipeline of GitLab.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the run."""
    number: int | None = None
    """Number of the run: per workflow on GitHub, per project on GitLab."""
    name: str | None = None
    """Name of the workflow; on GitLab of the pipeline. None if it has no name."""
    status: str | None = None
    """``queued``, ``in_progress``, ``waiting`` (for a person), ``completed``; on GitHub also ``pending`` and others."""
    conclusion: str | None = None
    """``success``, ``failure``, ``cancelled``, ``skipped``, others on GitHub. None if the run is not completed."""
    event: str | None = None
    """What started it: ``push``, ``schedule``, ``pull_request`` (GitLab: ``merge_request_event``) and others."""
    branch: str | None = None
    """Name of the branch; on GitLab also of a tag or another ref."""
    commit_sha: str | None = None
    """Hash of the commit."""
    title: str | None = None
    """Title of the run, as the subject of the commit. None on GitLab."""
    workflow_id: int | None = None
    """Id of the workflow. None on GitLab."""
    workflow_path: str | None = None
    """Path of the workflow's file. None on GitLab."""
    attempt: int | None = None
    """How often it was started: 1 for the first time. None on GitLab."""
    actor: UserInfo | None = None
    """Account that started it, in the short form of :class:`UserInfo`. None if unknown, and on GitLab."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    started_at: datetime | None = None
    """When its last attempt was started (aware). None on GitLab."""
    updated_at: datetime | None = None
    """When it last changed (aware)."""
    html_url: str | None = None
    """URL of its web page."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class EnvironmentInfo:
    """An environment that a repository is deployed to.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the environment."""
    name: str
    """Name, as ``production``."""
    protection_rules: tuple[str, ...] | None = None
    """Types of its rules: ``required_reviewers``, ``wait_timer``, ``branch_policy``. Empty if none. None on GitLab."""
    state: str | None = None
    """``available``, ``stopping`` or ``stopped``. None on GitHub."""
    tier: str | None = None
    """``production``, ``staging``, ``testing``, ``development`` or ``other``. None on GitHub."""
    external_url: str | None = None
    """URL of what is deployed there. None if unknown, and on GitHub."""
    html_url: str | None = None
    """URL of its web page. None on GitLab."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    updated_at: datetime | None = None
    """When it was last changed (aware)."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
