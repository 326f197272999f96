"""Models of access to a repository: people, teams and keys, and the rules of its branches."""

from __future__ import annotations

from datetime import date, datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["BranchProtection", "CodeOwnersRule", "CollaboratorInfo", "DeployKeyInfo", "TeamInfo"]


@dataclass(frozen=True, slots=True)
class BranchProtection:
    """The rules that apply to a branch.

    The rules are None if the branch is not protected or the token may not see them. Fields that the provider does not
    send are None.
    """

    branch: str | None
    """Name of the branch, without ``refs/heads/``. None on GitLab if the repository is empty."""
    protected: bool
    """Whether any rule applies to it."""
    sources: tuple[str, ...] | None = None
    """What protects it: ``branch protection`` or ``ruleset ID`` on GitHub, rules as ``release/*`` on GitLab."""
    required_approvals: int | None = None
    """Number of approving reviews that a pull request needs. None on GitLab."""
    dismiss_stale_approvals: bool | None = None
    """Whether a push to a pull request dismisses its approvals. None on GitLab."""
    code_owner_approval: bool | None = None
    """Whether code owners must approve changes of their files."""
    required_checks: tuple[str, ...] | None = None
    """Names of the checks that must pass. Empty if there are none. None on GitLab."""
    strict_checks: bool | None = None
    """Whether the checks must have run with the newest commit of the branch. None on GitLab."""
    resolved_conversations: bool | None = None
    """Whether all conversations must be resolved before a merge. None on GitLab."""
    signed_commits: bool | None = None
    """Whether commits must be signed. None on GitLab."""
    linear_history: bool | None = None
    """Whether merge commits are refused. None on GitLab."""
    includes_administrators: bool | None = None
    """Whether the branch protection also applies to administrators; rulesets name exceptions. None on GitLab."""
    allow_force_push: bool | None = None
    """Whether a push may replace commits."""
    allow_deletion: bool | None = None
    """Whether the branch may be deleted by a push. None on GitLab."""
    push_access: tuple[str, ...] | None = None
    """Who may push: logins, teams and apps on GitHub (None: all with write access), as ``Maintainers`` on GitLab."""
    merge_access: tuple[str, ...] | None = None
    """Who may merge on GitLab, as ``Developers + Maintainers``. None on GitHub."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Provider's JSON by kind (``branch``, ``protection``, ``rules``), with ``include_raw=True``; otherwise None."""


@dataclass(frozen=True, slots=True)
class CollaboratorInfo:
    """An account with access to a repository (GitLab: a member), and its role.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the account. It stays the same when the account is renamed."""
    login: str
    """Name of the account in URLs, without ``@``."""
    role: str | None = None
    """``read``, ``triage``, ``write``, ``maintain``, ``admin``; on GitLab ``guest`` to ``owner``; or a custom role."""
    can_push: bool | None = None
    """Whether the role allows pushes to branches without protection."""
    can_administer: bool | None = None
    """Whether the role allows changes of settings: ``admin`` on GitHub, ``maintainer`` or higher on GitLab."""
    access_level: int | None = None
    """GitLab's number of the role, from 5 to 50. None on GitHub."""
    expires_at: date | None = None
    """Last day of the membership on GitLab. None if it does not end, and on GitHub."""
    type: str | None = None
    """``User`` or ``Bot``. GitLab does not send it."""
    avatar_url: str | None = None
    """URL of the picture. None if there is none."""
    html_url: str | None = None
    """URL of the profile page."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A team (GitLab: a group that a project is shared with) with access to a repository, and its role.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the team or group. It stays the same when it is renamed."""
    name: str
    """Display name."""
    slug: str
    """Name in URLs; on GitLab the full path of the group."""
    role: str | None = None
    """``read``, ``triage``, ``write``, ``maintain``, ``admin``; on GitLab ``guest`` to ``owner``; or a custom role."""
    access_level: int | None = None
    """GitLab's number of the role, from 5 to 50. None on GitHub."""
    expires_at: date | None = None
    """Last day of the access on GitLab. None if it does not end, and on GitHub."""
    description: str | None = None
    """Short text about it. None or empty if there is none; None on GitLab."""
    privacy: str | None = None
    """``closed`` (visible to the organization) or ``secret``. None on GitLab."""
    parent: str | None = None
    """Name in URLs of the team that it belongs to. None if there is none, and on GitLab."""
    html_url: str | None = None
    """URL of its web page. None on GitLab."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class DeployKeyInfo:
    """A deploy key: an SSH key with access to a repository.

    Fields that the provider does not send are None.
    """

    id: int | str
    """Id of the key."""
    title: str
    """Title, as entered."""
    key: str | None = field(default=None, repr=False)
    """The public key, as ``ssh-ed25519 AAAA...``. Not in the repr."""
    read_only: bool | None = None
    """Whether it allows only to read."""
    fingerprint: str | None = None
    """Fingerprint of the key, ``SHA256:...``; on old servers of GitLab MD5. None on GitHub."""
    verified: bool | None = None
    """Whether GitHub verified it. None on GitLab."""
    enabled: bool | None = None
    """Whether it may be used; the policy of an organization can disable it. None on GitLab."""
    added_by: str | None = None
    """Login of the account that added it. None if unknown, and on GitLab."""
    created_at: datetime | None = None
    """When it was added (aware)."""
    last_used_at: datetime | None = None
    """When it was last used (aware). None if never."""
    expires_at: datetime | None = None
    """When it ends on GitLab (aware). None if it does not end, and on GitHub."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""


@dataclass(frozen=True, slots=True)
class CodeOwnersRule:
    """A line of the file ``CODEOWNERS``. Of several lines that match a file the last one of each section applies."""

    pattern: str
    """Pattern of paths, as ``/docs/*.md``."""
    owners: tuple[str, ...]
    """Owners as written: ``@login``, ``@org/team``, an e-mail address, on GitLab ``@@role``. Empty if it has none."""
    line: int
    """Number of the line in the file, from 1."""
    path: str
    """Path of the file in the repository: ``.github/CODEOWNERS``, ``CODEOWNERS`` and so on."""
    section: str | None = None
    """Name of the section on GitLab. None outside sections, and on GitHub."""
    optional: bool | None = None
    """Whether GitLab asks the owners of the section without requiring their approval. None on GitHub."""
    approvals: int | None = None
    """Number of approvals that the section on GitLab requires. None on GitHub."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent the file."""
