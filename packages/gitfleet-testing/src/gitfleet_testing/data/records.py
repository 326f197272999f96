"""The history of a repository: frozen dataclasses. Accounts are logins, times are strings in UTC."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Amounts",
    "Asset",
    "Commit",
    "File",
    "Issue",
    "Label",
    "Milestone",
    "Protection",
    "PullRequest",
    "Release",
    "Tag",
]


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much history is generated for a repository."""

    commits: int = 0
    """Number of commits of the default branch."""
    tags: int = 0
    """Number of tags."""
    releases: int = 0
    """Number of releases."""
    issues: int = 0
    """Number of issues."""
    pulls: int = 0
    """Number of pull requests."""
    open: int = 0
    """Number of open issues and pull requests."""
    runs: int = 0
    """Number of workflow runs."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value < 0:
                raise ValueError(f"{name} must not be negative: {value}")


@dataclass(frozen=True, slots=True)
class Protection:
    """The rules of a protected branch: branch protection or a ruleset on GitHub, a protected branch on GitLab."""

    approvals: int = 1
    """Number of approving reviews that a pull request needs. GitHub only."""
    code_owners: bool = False
    """Whether code owners must approve."""
    dismiss_stale: bool = False
    """Whether a push dismisses approvals. GitHub only."""
    checks: tuple[str, ...] = ()
    """Names of the required checks. GitHub only."""
    strict: bool = False
    """Whether the checks must have run with the newest commit of the branch. GitHub only."""
    conversations: bool = False
    """Whether conversations must be resolved. GitHub only."""
    signatures: bool = False
    """Whether commits must be signed. GitHub only."""
    linear: bool = False
    """Whether merge commits are refused. GitHub only."""
    administrators: bool = False
    """Whether branch protection applies to administrators. GitHub only."""
    force_push: bool = False
    """Whether a push may replace commits."""
    deletion: bool = False
    """Whether a push may delete the branch. GitHub only."""
    restricted_to: tuple[str, ...] | None = None
    """Logins of the users who may push by branch protection. None: all with write access. GitHub only."""
    push_level: int = 40
    """Access level that may push, from 0 to 40. GitLab only."""
    merge_level: int = 30
    """Access level that may merge, from 0 to 40. GitLab only."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit."""

    sha: str
    """Id, 40 hex digits."""
    message: str
    """Message."""
    author_name: str
    """Name of the author."""
    author_email: str
    """E-mail address of the author."""
    authored_at: str
    """Time of authoring, UTC."""
    committer_name: str
    """Name of the committer."""
    committer_email: str
    """E-mail address of the committer."""
    committed_at: str
    """Time of the commit, UTC."""
    author: str | None = None
    """Login of the author. None without an account."""
    committer: str | None = None
    """Login of the committer. None without an account."""
    parents: tuple[str, ...] = ()
    """Ids of the parents; a merge has two."""
    path: str = "README.md"
    """Path of the changed file."""

    @property
    def lines(self) -> tuple[int, int]:
        """Numbers of added and of deleted lines."""
        return int(self.sha[:1], 16) + 1, int(self.sha[1:2], 16) if self.parents else 0


@dataclass(frozen=True, slots=True)
class File:
    """A file of the default branch."""

    path: str
    """Path."""
    sha: str
    """Id of its content, 40 hex digits."""
    text: str
    """Content: a line for each commit that changed it."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag."""

    name: str
    """Name, without "refs/tags/"."""
    sha: str
    """Id of the commit."""
    message: str | None = None
    """Message of an annotated tag. None for a lightweight tag."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a release."""

    id: int
    """Number, unique in the fleet."""
    name: str
    """File name."""
    size: int = 1024
    """Size in bytes."""
    content_type: str = "application/gzip"
    """Media type."""
    downloads: int = 0
    """Number of downloads."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release."""

    id: int
    """Number, unique in the fleet."""
    tag: str
    """Name of the tag."""
    target: str
    """Branch or commit that the tag is created from."""
    name: str | None = None
    """Title. None if not set."""
    body: str | None = None
    """Text. None if not set."""
    draft: bool = False
    """Whether only users with push access see it."""
    prerelease: bool = False
    """Whether it is a pre-release."""
    author: str | None = None
    """Login of the author. None if the account was deleted."""
    assets: tuple[Asset, ...] = ()
    """Files."""
    created_at: str = "2024-01-02T03:04:05Z"
    """Time of creation, UTC."""
    published_at: str | None = "2024-01-02T03:14:05Z"
    """Time of publication, UTC. None for a draft."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label of issues."""

    id: int
    """Number, unique in the repository."""
    name: str
    """Name."""
    color: str = "ededed"
    """Color, six hex digits."""
    description: str | None = None
    """Description. None if not set."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone."""

    id: int
    """Number, unique in the repository."""
    number: int
    """Number within the repository, separate from issues."""
    title: str
    """Title."""
    state: str = "open"
    """"open" or "closed"."""
    description: str | None = None
    """Description. None if not set."""
    created_at: str = "2024-01-02T03:04:05Z"
    """Time of creation, UTC."""
    due_on: str | None = None
    """Due time, UTC. None if not set."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue."""

    id: int
    """Number, unique in the fleet."""
    number: int
    """Number within the repository, shared with pull requests."""
    title: str
    """Title."""
    state: str = "open"
    """"open" or "closed"."""
    body: str | None = None
    """Text. None if not set."""
    author: str | None = None
    """Login of the author. None if the account was deleted."""
    labels: tuple[str, ...] = ()
    """Names of the labels."""
    assignees: tuple[str, ...] = ()
    """Logins of the assignees."""
    milestone: str | None = None
    """Title of the milestone. None without a milestone."""
    comments: int = 0
    """Number of comments."""
    locked: bool = False
    """Whether the discussion is locked."""
    created_at: str = "2024-01-02T03:04:05Z"
    """Time of creation, UTC."""
    updated_at: str = "2024-01-02T03:04:05Z"
    """Time of the last change, UTC."""
    closed_at: str | None = None
    """Time of closing, UTC. None while it is open."""


@dataclass(frozen=True, slots=True)
class PullRequest(Issue):
    """A pull request."""

    draft: bool = False
    """Whether it is a draft."""
    merged_at: str | None = None
    """Time of the merge, UTC. None if it is not merged."""
    merge_sha: str | None = None
    """Id of the merge commit. None if it is not merged."""
    head_ref: str = "topic"
    """Branch with the changes."""
    head_sha: str = "0" * 40
    """Newest commit of the changes."""
    head_repository: str | None = None
    """Full name of the repository with the changes. None if it was deleted."""
    base_ref: str = "main"
    """Branch that receives the changes."""
    base_sha: str = "0" * 40
    """Commit of the base branch."""
    reviewers: tuple[str, ...] = ()
    """Logins of the requested reviewers."""
