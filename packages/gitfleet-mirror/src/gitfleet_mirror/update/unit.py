"""What is read of one repository, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gitfleet_api import GitProviderClient, ProviderType, RepoInfo
from gitfleet_fleet import Repository

from ..cursors import UnitState
from ..writer import Id
from .kinds import MirrorKind
from .store import Store

__all__ = ["MirroredRepository", "Rules", "Unit", "mirrored"]

_SEEN_BY_ALL = frozenset(("branch", "tag", "commit", "contributor", "language", "pull_request"))
"""Tables of which everyone sees the same rows of a public repository, or none."""


@dataclass(frozen=True, slots=True)
class MirroredRepository:
    """A repository of an update."""

    client: GitProviderClient
    """The client of its server."""
    repo: Repository
    """The repository, with its id and without its object."""
    is_public: bool
    """Whether everyone can see it."""
    default_branch: str | None
    """Name of its default branch."""

    @property
    def id(self) -> Id:
        """Id at the provider."""
        assert self.repo.id is not None  # noqa: S101  it was listed or looked up
        return self.repo.id


def mirrored(client: GitProviderClient, repo: Repository, info: RepoInfo) -> MirroredRepository:
    """Return a repository without its object, which is in the file."""
    is_public = info.visibility == "public" if info.visibility is not None else info.private is False
    return MirroredRepository(client, replace(repo, info=None), is_public, info.default_branch)


@dataclass(frozen=True, slots=True)
class Rules:
    """The options of an update."""

    complete: bool | None = None
    """True: read all lists completely. False: long lists only by their changes. None: completely once in a while."""
    complete_every: timedelta = timedelta(days=1)
    """Age of the last complete walk of a long list after which the next one is due."""
    max_deleted: float = 0.2
    """Largest share of the rows of a table and an owner that is deleted without confirmation."""
    allow_deletions: bool = False
    """Whether any number of rows may be deleted."""


@dataclass(slots=True)
class Unit:
    """A kind of rows of one repository, in one update."""

    store: Store
    """The file."""
    rules: Rules
    """The options of the update."""
    kind: MirrorKind
    """The kind."""
    of: MirroredRepository
    """The repository; for members a stand-in for their owner."""
    state: UnitState
    """Its state: before the update, then what is written at its end."""
    rows: int = 0
    """Rows that were read."""
    unseen: int = 0
    """Rows that a complete walk lacks."""
    since: str = ""
    """Only rows that were last seen at this time or later can be among them."""
    is_ended: bool = False
    """Whether it was read to its end, without an error."""
    lost: list[str] = field(default_factory=list)
    """Keys of rows to delete, in place of those that were not seen."""
    drafts: set[str] = field(default_factory=set)
    """Keys among them that a principal without some permission would not see, either."""

    @property
    def provider(self) -> str:
        """Label of the server."""
        return self.of.repo.label

    @property
    def parent(self) -> Id | None:
        """Id of the parent in the table."""
        return None if self.kind.table == "repository" else self.of.id

    @property
    def is_seen_by_all(self) -> bool:
        """Whether everyone who can list the rows sees the same.

        On GitHub that is so for all who see the repository. GitLab has roles that see a part of a private project.
        Commits follow from their parents, with any token.
        """
        table = self.kind.table
        if table == "commit":
            return True
        if self.of.repo.provider is ProviderType.GITHUB:
            return table in _SEEN_BY_ALL or table == "issue"
        return table in _SEEN_BY_ALL and self.of.is_public
