"""Accounts and repositories: frozen dataclasses, so that their rendered form can be cached."""

from __future__ import annotations

from dataclasses import dataclass, field

from .records import Amounts, Protection

__all__ = ["DEFAULT_BRANCH", "Account", "Block", "Branch", "Contributor", "Organization", "Repository", "User"]

DEFAULT_BRANCH = "main"
_USUAL = Protection()


@dataclass(frozen=True, slots=True)
class User:
    """An account of a person or of a bot."""

    id: int
    """Number, unique among all accounts."""
    login: str
    """Login. That of a bot ends with "[bot]"."""
    name: str | None = None
    """Display name. None if not set."""
    kind: str = "User"
    """"User" or "Bot"."""
    company: str | None = None
    """Company. None if not set."""
    blog: str = ""
    """URL of the website. Empty if not set."""
    location: str | None = None
    """Location. None if not set."""
    email: str | None = None
    """Public e-mail address. None if not set."""
    bio: str | None = None
    """Text of the profile. None if not set."""
    followers: int = 0
    """Number of followers."""
    following: int = 0
    """Number of followed users."""
    created_at: str = "2015-03-04T05:06:07Z"
    """Time of creation, UTC."""
    updated_at: str = "2025-01-02T03:04:05Z"
    """Time of the last change, UTC."""


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization on GitHub, a group on GitLab. Its members see its private repositories."""

    id: int
    """Number, unique among all accounts."""
    login: str
    """Login. A subgroup has the path of both groups, "acme/backend"; GitHub does not show it."""
    name: str | None = None
    """Display name. None if not set."""
    members: tuple[str, ...] = ()
    """Logins of the members."""
    concealed: tuple[str, ...] = ()
    """Logins of members that only members see on GitHub."""
    teams: tuple[str, ...] = ()
    """Names of the teams."""
    secrets: tuple[str, ...] = ()
    """Names of the secrets of GitHub Actions."""
    description: str | None = None
    """Description. None if not set."""
    blog: str = ""
    """URL of the website. Empty if not set."""
    location: str | None = None
    """Location. None if not set."""
    email: str | None = None
    """Public e-mail address. None if not set."""
    created_at: str = "2014-03-04T05:06:07Z"
    """Time of creation, UTC."""
    updated_at: str = "2025-01-02T03:04:05Z"
    """Time of the last change, UTC."""


Account = User | Organization


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch."""

    name: str
    """Name, without "refs/heads/"."""
    sha: str
    """Id of the newest commit, 40 hex digits."""
    protected: bool = False
    """Whether the branch is protected."""
    rules: Protection | None = _USUAL
    """Its branch protection, if it is protected. None: only a ruleset protects it on GitHub."""
    ruleset: Protection | None = None
    """The rules of a ruleset of GitHub, if it is protected. None without a ruleset."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A contributor of a repository."""

    login: str | None
    """Login. None for a contributor without an account."""
    contributions: int
    """Number of commits."""
    name: str | None = None
    """Name of a contributor without an account. None with an account."""
    email: str | None = None
    """E-mail address of a contributor without an account. None with an account."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository."""

    id: int
    """Number, unique among all repositories."""
    owner: str
    """Login of the owner. On GitLab also the path of a subgroup."""
    name: str
    """Name, without the owner."""
    private: bool = False
    """Whether only the owner and members of the owning organization see it."""
    internal: bool = False
    """Whether every user with a token sees it on GitLab. On GitHub it is private."""
    fork: bool = False
    """Whether it is a fork."""
    parent: str | None = None
    """Full name of the repository that it was forked from. None if it is no fork."""
    archived: bool = False
    """Whether it is read-only."""
    disabled: bool = False
    """Whether the provider disabled it."""
    is_template: bool = False
    """Whether it is a template."""
    empty: bool = False
    """Whether it has no commits."""
    description: str | None = None
    """Description. None if not set."""
    homepage: str | None = None
    """URL of the home page. None or empty if not set."""
    language: str | None = None
    """Main programming language. None if not known."""
    license: str | None = None
    """Key of the license, such as "mit". None without a license."""
    topics: tuple[str, ...] = ()
    """Topics."""
    stars: int = 0
    """Number of stars."""
    forks: int = 0
    """Number of forks."""
    subscribers: int = 0
    """Number of subscribers."""
    open_issues: int = 0
    """Number of open issues and pull requests."""
    size: int = 0
    """Size in KB."""
    has_issues: bool = True
    """Whether issues are enabled."""
    has_wiki: bool = True
    """Whether the wiki is enabled."""
    has_pages: bool = False
    """Whether web pages are enabled."""
    has_discussions: bool = False
    """Whether discussions are enabled."""
    default_branch: str = DEFAULT_BRANCH
    """Name of the default branch."""
    created_at: str = "2020-01-02T03:04:05Z"
    """Time of creation, UTC."""
    updated_at: str = "2024-05-06T07:08:09Z"
    """Time of the last change, UTC."""
    pushed_at: str = "2024-05-06T07:08:09Z"
    """Time of the last push, UTC."""
    branches: tuple[Branch, ...] = field(default=(), repr=False)
    """Branches, sorted by name."""
    contributors: tuple[Contributor, ...] = field(default=(), repr=False)
    """Contributors, most commits first."""
    amounts: Amounts = field(default=Amounts(), repr=False)
    """How much history is generated."""

    @property
    def full_name(self) -> str:
        """``owner/name``, as in URLs."""
        return f"{self.owner}/{self.name}"

    @property
    def visibility(self) -> str:
        """``"public"``, ``"internal"`` or ``"private"``."""
        return "internal" if self.internal else "private" if self.private else "public"


@dataclass(frozen=True, slots=True)
class Block:
    """The reason why access to a repository is blocked."""

    reason: str
    """"dmca" gives status 451 on GitHub, any other reason 403."""
    created_at: str = "2024-06-07T08:09:10Z"
    """Time of the block, UTC."""
