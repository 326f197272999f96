"""What happens in a repository: frozen dataclasses. Accounts are logins, times are texts in UTC."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Amounts", "Asset", "Commit", "Issue", "Label", "Milestone", "PullRequest", "Release", "Tag"]


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much history a repository is given; ``open`` says how many of issues and pulls together are not closed."""

    commits: int = 0
    tags: int = 0
    releases: int = 0
    issues: int = 0
    pulls: int = 0
    open: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value < 0:
                raise ValueError(f"{name} must not be negative: {value}")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. ``author`` and ``committer`` are logins, None where nobody's account is known; ``path`` it touched."""

    sha: str
    message: str
    author_name: str
    author_email: str
    authored_at: str
    committer_name: str
    committer_email: str
    committed_at: str
    author: str | None = None
    committer: str | None = None
    parents: tuple[str, ...] = ()
    path: str = "README.md"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and the commit it names; with a ``message`` it is an annotated one."""

    name: str
    sha: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a release; ``size`` in bytes."""

    id: int
    name: str
    size: int = 1024
    content_type: str = "application/gzip"
    downloads: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """A release; a draft has no ``published_at``. ``target`` is a branch or a commit."""

    id: int
    tag: str
    target: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    author: str | None = None
    assets: tuple[Asset, ...] = ()
    created_at: str = "2024-01-02T03:04:05Z"
    published_at: str | None = "2024-01-02T03:14:05Z"


@dataclass(frozen=True, slots=True)
class Label:
    """A label of issues; ``color`` in six hex digits."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone; ``number`` counts within the repository, apart from issues."""

    id: int
    number: int
    title: str
    state: str = "open"
    description: str | None = None
    created_at: str = "2024-01-02T03:04:05Z"
    due_on: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. ``author`` is None when the account is gone; ``labels`` are names, ``milestone`` is a title."""

    id: int
    number: int
    title: str
    state: str = "open"
    body: str | None = None
    author: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: str | None = None
    comments: int = 0
    locked: bool = False
    created_at: str = "2024-01-02T03:04:05Z"
    updated_at: str = "2024-01-02T03:04:05Z"
    closed_at: str | None = None


@dataclass(frozen=True, slots=True)
class PullRequest(Issue):
    """A pull request; ``head_repository`` is a full name, or None when that repository is gone."""

    draft: bool = False
    merged_at: str | None = None
    merge_sha: str | None = None
    head_ref: str = "topic"
    head_sha: str = "0" * 40
    head_repository: str | None = None
    base_ref: str = "main"
    base_sha: str = "0" * 40
    reviewers: tuple[str, ...] = ()
