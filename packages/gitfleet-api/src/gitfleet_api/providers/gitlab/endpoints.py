"""Ready dataclasses for ``client.fetch`` and ``client.fetch_all``: endpoints that only GitLab has.

Each class has the endpoint as ``PATH``, the JSON path of its rows as ``AT``, and the needed ``PERMISSION``::

    await client.fetch_all(ProtectedBranch.PATH, ProtectedBranch, id="group/project")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["AccessLevel", "CustomAttribute", "ProtectedBranch"]


@dataclass(frozen=True, slots=True)
class AccessLevel:
    """Who may do something with a protected branch."""

    access_level_description: str
    """As ``Maintainers``, or the name of a user, group or key."""
    access_level: int | None = None
    """0 (no access), 30 (developers), 40 (maintainers) or 60 (administrators)."""
    user_id: int | None = None
    """Id of the user that may. None for roles and groups."""
    group_id: int | None = None
    """Id of the group that may. None for roles and users."""


@dataclass(frozen=True, slots=True)
class ProtectedBranch:
    """A rule for branches. :meth:`GitLabClient.fetch_branch_protection` returns the rules of one branch."""

    PATH: ClassVar[str] = "/projects/{id}/protected_branches"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "a member of the project; scope `read_api`"

    id: int
    """Id of the rule."""
    name: str
    """Name of the branches. It may contain ``*``, which stands for any text."""
    push_access_levels: tuple[AccessLevel, ...] = ()
    """Who may push."""
    merge_access_levels: tuple[AccessLevel, ...] = ()
    """Who may merge."""
    allow_force_push: bool | None = None
    """Whether a push may replace commits."""
    code_owner_approval_required: bool | None = None
    """Whether code owners must approve changes of their files. None on servers without this feature."""
    inherited: bool | None = None
    """Whether it is a rule of a group."""


@dataclass(frozen=True, slots=True)
class CustomAttribute:
    """A custom attribute of a project."""

    PATH: ClassVar[str] = "/projects/{id}/custom_attributes"
    AT: ClassVar[str] = ""
    PERMISSION: ClassVar[str] = "an administrator of the server"

    key: str
    """Name of the attribute."""
    value: str
    """Its value."""
