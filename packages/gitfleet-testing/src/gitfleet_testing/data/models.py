"""What a fleet consists of: frozen dataclasses, so that what was serialised once stays true."""

from __future__ import annotations

from dataclasses import dataclass, field

from .records import Amounts

__all__ = ["DEFAULT_BRANCH", "Account", "Block", "Branch", "Contributor", "Organization", "Repository", "User"]

DEFAULT_BRANCH = "main"


@dataclass(frozen=True, slots=True)
class User:
    """An account of a person, or of a bot (``kind="Bot"``, login ending in ``[bot]``)."""

    id: int
    login: str
    name: str | None = None
    kind: str = "User"
    company: str | None = None
    blog: str = ""
    location: str | None = None
    email: str | None = None
    bio: str | None = None
    followers: int = 0
    following: int = 0
    created_at: str = "2015-03-04T05:06:07Z"
    updated_at: str = "2025-01-02T03:04:05Z"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization; ``members`` are logins, and members see its private repositories.

    On GitLab it is a group. A group within another has the path of both, "acme/backend", as its login; GitHub has none.
    """

    id: int
    login: str
    name: str | None = None
    members: tuple[str, ...] = ()
    concealed: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    description: str | None = None
    blog: str = ""
    location: str | None = None
    email: str | None = None
    created_at: str = "2014-03-04T05:06:07Z"
    updated_at: str = "2025-01-02T03:04:05Z"


Account = User | Organization


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch and the commit it points at."""

    name: str
    sha: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who committed. Without ``login`` it is an anonymous one, known by name and e-mail only."""

    login: str | None
    contributions: int
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository. ``parent`` (``"owner/name"``) is set on forks; times are in UTC, ``size`` in KB.

    ``internal`` ones are private, but on GitLab everybody with a token may see them.
    """

    id: int
    owner: str
    name: str
    private: bool = False
    internal: bool = False
    fork: bool = False
    parent: str | None = None
    archived: bool = False
    disabled: bool = False
    is_template: bool = False
    empty: bool = False
    description: str | None = None
    homepage: str | None = None
    language: str | None = None
    license: str | None = None
    topics: tuple[str, ...] = ()
    stars: int = 0
    forks: int = 0
    subscribers: int = 0
    open_issues: int = 0
    size: int = 0
    has_issues: bool = True
    has_wiki: bool = True
    has_pages: bool = False
    has_discussions: bool = False
    default_branch: str = DEFAULT_BRANCH
    created_at: str = "2020-01-02T03:04:05Z"
    updated_at: str = "2024-05-06T07:08:09Z"
    pushed_at: str = "2024-05-06T07:08:09Z"
    branches: tuple[Branch, ...] = field(default=(), repr=False)
    contributors: tuple[Contributor, ...] = field(default=(), repr=False)
    amounts: Amounts = field(default=Amounts(), repr=False)

    @property
    def full_name(self) -> str:
        """``owner/name``, as it is written in addresses."""
        return f"{self.owner}/{self.name}"

    @property
    def visibility(self) -> str:
        """``"public"``, ``"internal"`` or ``"private"``."""
        return "internal" if self.internal else "private" if self.private else "public"


@dataclass(frozen=True, slots=True)
class Block:
    """Why a repository is not given out: ``"dmca"`` answers 451, any other reason 403."""

    reason: str
    created_at: str = "2024-06-07T08:09:10Z"
