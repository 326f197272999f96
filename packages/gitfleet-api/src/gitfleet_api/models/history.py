"""What has happened in a repository: tags, commits, releases."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType
from .accounts import UserInfo

__all__ = ["CommitInfo", "ReleaseAsset", "ReleaseInfo", "TagInfo"]


@dataclass(frozen=True, slots=True)
class TagInfo:
    """A tag and the commit it points to. ``message`` is that of an annotated tag, where the provider lists it."""

    name: str
    commit_sha: str | None = None
    message: str | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit.

    Names, addresses and times are what the commit itself says. ``author`` and ``committer`` are the accounts that the
    provider knows by these addresses, or None. ``parents`` are their hashes.
    """

    sha: str
    message: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    authored_at: datetime | None = None
    committer_name: str | None = None
    committer_email: str | None = None
    committed_at: datetime | None = None
    author: UserInfo | None = None
    committer: UserInfo | None = None
    parents: tuple[str, ...] | None = None
    html_url: str | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReleaseAsset:
    """A file of a release; ``size`` is in bytes, ``url`` downloads it."""

    name: str
    url: str | None = None
    size: int | None = None
    content_type: str | None = None
    download_count: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A release. ``target`` is the branch or commit that its tag is made from."""

    tag_name: str
    id: int | None = None
    name: str | None = None
    body: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None
    target: str | None = None
    author: UserInfo | None = None
    assets: tuple[ReleaseAsset, ...] | None = None
    html_url: str | None = None
    created_at: datetime | None = None
    published_at: datetime | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
