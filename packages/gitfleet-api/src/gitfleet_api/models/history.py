"""Models of commits, tags and releases."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["ChangedFile", "CommitDetails", "CommitInfo", "ReleaseAsset", "ReleaseInfo", "TagInfo"]


@dataclass(frozen=True, slots=True)
class TagInfo:
    """A tag and the commit it points to.

    Fields that the provider does not send are None.
    """

    name: str
    """Name, without ``refs/tags/``."""
    commit_sha: str | None = None
    """Hash of the commit, also for an annotated tag."""
    message: str | None = None
    """Message of an annotated tag. None for other tags, and on GitHub, which does not list it."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit.

    Names, addresses and times come from the commit itself, so anybody can set them. ``author`` and ``committer`` are
    the accounts that the provider found for the addresses. Fields that the provider does not send are None.
    """

    sha: str
    """Hash: 40 hexadecimal digits (64 in a SHA-256 repository)."""
    message: str
    """Whole message. The first line is the subject."""
    author_name: str | None = None
    """Name of the author: who wrote the change."""
    author_email: str | None = None
    """E-mail address of the author."""
    authored_at: datetime | None = None
    """When the change was written (aware)."""
    committer_name: str | None = None
    """Name of the committer: who created this commit, for example by a rebase or merge."""
    committer_email: str | None = None
    """E-mail address of the committer."""
    committed_at: datetime | None = None
    """When this commit was created (aware)."""
    author: UserInfo | None = None
    """Account of the author, in the short form of :class:`UserInfo`. None if unknown, and on GitLab."""
    committer: UserInfo | None = None
    """Account of the committer, in the short form of :class:`UserInfo`. None if unknown, and on GitLab."""
    parents: tuple[str, ...] | None = None
    """Hashes of the parent commits. Empty for the first commit, several for a merge."""
    html_url: str | None = None
    """URL of its web page."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class CommitDetails(CommitInfo):
    """A commit with the fields that only its own endpoint returns.

    Fields that the provider does not send are None.
    """

    additions: int | None = None
    """Number of added lines in all files."""
    deletions: int | None = None
    """Number of deleted lines in all files."""
    verified: bool | None = None
    """Whether GitHub verified its signature. False if it is not signed. None on GitLab."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that a commit changes.

    Fields that the provider does not send are None.
    """

    path: str
    """Path of the file; for a removed file the path that it had."""
    status: str
    """``added``, ``modified``, ``removed`` or ``renamed``; on GitHub also ``copied``, ``changed`` and ``unchanged``."""
    old_path: str | None = None
    """Path before a rename. None otherwise."""
    additions: int | None = None
    """Number of added lines. None on GitLab if the change is too large to show."""
    deletions: int | None = None
    """Number of deleted lines. None on GitLab if the change is too large to show."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class ReleaseAsset:
    """A file that is attached to a release.

    Fields that the provider does not send are None.
    """

    name: str
    """File name; on GitLab the title of the link."""
    url: str | None = None
    """Download URL."""
    size: int | None = None
    """Size in bytes. None on GitLab."""
    content_type: str | None = None
    """Media type, as ``application/zip``. None on GitLab."""
    download_count: int | None = None
    """Number of downloads. None on GitLab."""


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A release.

    Fields that the provider does not send are None.
    """

    tag_name: str
    """Name of its tag; on GitLab the title if the token may not see tags."""
    id: int | str | None = None
    """Id of the release. None on GitLab."""
    name: str | None = None
    """Title. None or empty if there is none."""
    body: str | None = None
    """Release notes in Markdown. None or empty if there are none."""
    draft: bool | None = None
    """Whether it is an unpublished draft. None on GitLab."""
    prerelease: bool | None = None
    """Whether it is marked as not ready for production. None on GitLab."""
    target: str | None = None
    """GitHub: branch or commit hash from which the tag is created if it is missing. GitLab: hash of the commit."""
    author: UserInfo | None = None
    """Account that created it, in the short form of :class:`UserInfo`. None if it is gone."""
    assets: tuple[ReleaseAsset, ...] | None = None
    """Attached files; on GitLab links first, then the source archives. Empty if there are none."""
    html_url: str | None = None
    """URL of its web page."""
    created_at: datetime | None = None
    """GitHub: time of the tagged commit. GitLab: when the release was created (aware)."""
    published_at: datetime | None = None
    """When it was published (aware); on GitLab it can be in the future. None for drafts."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
