"""Models of repositories and branches."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["BranchInfo", "RepoDetails", "RepoInfo", "RepoReference"]


@dataclass(frozen=True, slots=True)
class RepoReference:
    """A repository inside another object: the source or target of a pull request."""

    id: int | str
    """Id of the repository, as in :class:`RepoInfo`."""
    full_name: str | None = None
    """``owner/name``, with all groups on GitLab. None if the provider sends only the id."""


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """A repository (GitLab: project), as listings return it.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the repository. It stays the same when the repository is renamed or moved."""
    name: str
    """Name in URLs, without the owner (GitLab: ``path``)."""
    full_name: str
    """``owner/name``; on GitLab the full path with all groups, as ``group/subgroup/name``."""
    owner: UserInfo | None = None
    """Account or group, in the short form of :class:`UserInfo`. Without a token GitLab does not send ids of users."""
    description: str | None = None
    """Short text about it. None or empty if there is none."""
    html_url: str | None = None
    """URL of its web page."""
    clone_url: str | None = None
    """HTTPS URL for ``git clone``."""
    ssh_url: str | None = None
    """SSH address for ``git clone``."""
    default_branch: str | None = None
    """Name of the default branch. None on GitLab if the repository is empty."""
    language: str | None = None
    """Most used programming language, as ``Python``. None if unknown, and on GitLab."""
    private: bool | None = None
    """Whether it is not public: ``visibility`` is ``private`` or ``internal``."""
    visibility: str | None = None
    """``public``, ``private`` (members) or ``internal`` (GitHub: the enterprise; GitLab: all users of the server)."""
    fork: bool | None = None
    """Whether it is a fork. None if the provider does not send it."""
    archived: bool | None = None
    """Whether it is archived, which means read-only."""
    stargazers_count: int | None = None
    """Number of stars."""
    watchers_count: int | None = None
    """On GitHub the number of stars; see ``RepoDetails.subscribers_count`` for watchers. None on GitLab."""
    forks_count: int | None = None
    """Number of forks."""
    open_issues_count: int | None = None
    """Open issues, on GitHub plus open pull requests. None on GitLab if issues are disabled."""
    size: int | None = None
    """Size of the Git data in KiB (1,024 bytes), rounded down. None on GitLab if the response has no statistics."""
    topics: tuple[str, ...] | None = None
    """Topics, as ``("python", "http")``. Empty if there are none."""
    created_at: datetime | None = None
    """When it was created (aware)."""
    updated_at: datetime | None = None
    """When its settings or description were last changed (aware)."""
    pushed_at: datetime | None = None
    """GitHub: last push. GitLab: last activity of any kind (aware). None if there was none."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""

    @property
    def owner_login(self) -> str:
        """Name of the owner in URLs; on GitLab the full path of the group, as ``group/subgroup``."""
        return self.full_name.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class RepoDetails(RepoInfo):
    """A repository with the fields that only its own endpoint returns.

    Fields that the provider does not send are None.
    """

    homepage: str | None = None
    """URL of its website, as entered. None or empty if there is none; None on GitLab."""
    license: str | None = None
    """SPDX identifier, as ``MIT``; ``NOASSERTION`` for a license unknown to the provider. None if there is none."""
    disabled: bool | None = None
    """Whether GitHub has disabled it. None on GitLab."""
    is_template: bool | None = None
    """Whether it is a template for new repositories. None on GitLab."""
    allow_forking: bool | None = None
    """Whether it can be forked."""
    has_issues: bool | None = None
    """Whether issues are enabled."""
    has_wiki: bool | None = None
    """Whether the wiki is enabled."""
    has_projects: bool | None = None
    """Whether project boards are enabled. None on GitLab."""
    has_discussions: bool | None = None
    """Whether discussions are enabled. None on GitLab."""
    subscribers_count: int | None = None
    """Number of accounts that watch it. None on GitLab."""
    parent: str | None = None
    """Full name of the repository that it was forked from. None if it is not a fork, or the parent is not visible."""
    source: str | None = None
    """Full name of the first repository of the fork network. None if it is not a fork, and on GitLab."""


@dataclass(frozen=True, slots=True)
class BranchInfo:
    """A branch and the commit it points to.

    Fields that the provider does not send are None.
    """

    name: str
    """Name, without ``refs/heads/``."""
    commit_sha: str
    """Hash of its last commit."""
    protected: bool | None = None
    """Whether protection rules apply to it. None if the provider does not send it."""
    committed_at: datetime | None = None
    """When its last commit was created (aware). None on GitHub, which does not list it."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
