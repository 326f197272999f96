"""Models of access to a repository: what protects its branches."""

from __future__ import annotations

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["BranchProtection"]


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
