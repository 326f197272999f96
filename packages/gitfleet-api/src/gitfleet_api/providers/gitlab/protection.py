"""The protection of a branch: the branch, and the rules whose names match it."""

from __future__ import annotations

import re
from typing import Any

from ..._internal.lazy_dataclass import dataclass
from ...client import Convert, Session, Shape, nested_segment
from ...errors import AuthError, NotFoundError, PermissionDeniedError
from ...models import BranchProtection

__all__ = ["fetch_protection"]


@dataclass(frozen=True, slots=True)
class _Branch:
    """A branch."""

    name: str
    protected: bool
    raw_data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """A protected branch. Its name may contain ``*``, which stands for any text."""

    name: str
    push_access: tuple[str, ...] = ()
    merge_access: tuple[str, ...] = ()
    force_push: bool | None = None
    code_owners: bool | None = None
    raw_data: dict[str, Any] | None = None

    def matches(self, branch: str) -> bool:
        """Return whether the rule applies to a branch."""
        return re.fullmatch(".*".join(map(re.escape, self.name.split("*"))), branch, re.DOTALL) is not None


def _descriptions(levels: object) -> tuple[str, ...]:
    """Return who has access, as GitLab describes it: ``Maintainers``, or the name of a user or group."""
    if not isinstance(levels, list) or not all(isinstance(level, dict) for level in levels):
        raise TypeError("an array of objects")
    found = [level.get("access_level_description") for level in levels]
    if not all(isinstance(text, str) for text in found):
        raise TypeError("access levels with descriptions")
    return tuple(dict.fromkeys(found))


_BRANCH = Shape(_Branch, identity=None)
_RULE = Shape(
    _Rule,
    {
        "push_access": Convert("push_access_levels", _descriptions, missing=()),
        "merge_access": Convert("merge_access_levels", _descriptions, missing=()),
        "force_push": "allow_force_push",
        "code_owners": "code_owner_approval_required",
    },
    identity=None,
)


@dataclass(frozen=True, slots=True)
class _Project:
    """The default branch of a project; None if it is empty."""

    default_branch: str | None = None


_PROJECT = Shape(_Project, identity=None)


async def fetch_protection(session: Session, project: str, branch: str | None) -> BranchProtection:
    """Return the protection of a branch: one request if it is not protected, otherwise two.

    Args:
        session: Sends the requests.
        project: Path of the project below the base URL.
        branch: Name of the branch. None for the default branch, which costs one more request.

    Raises:
        NotFoundError: The project or the named branch does not exist.
    """
    if branch is not None:
        return await _of_branch(session, project, branch)
    found = await session.get_one(session.url(project), session.decoder(_Project, _PROJECT))
    try:
        if found.default_branch:
            return await _of_branch(session, project, found.default_branch)
    except NotFoundError:  # older servers name the default branch of an empty project
        pass
    return BranchProtection(found.default_branch, False, provider_type=session.profile.type)


async def _of_branch(session: Session, project: str, branch: str) -> BranchProtection:
    name = nested_segment("branch", branch, any_name=True)
    url = session.url(f"{project}/repository/branches/{name}")
    found = await session.get_one(url, session.decoder(_Branch, _BRANCH))
    raw: dict[str, object] = {"branch": found.raw_data}
    rules = await _rules(session, project, found.name) if found.protected else []
    if found.protected:
        raw["rules"] = [rule.raw_data for rule in rules]
    shown = raw if session.include_raw else None
    if not rules:
        return BranchProtection(found.name, found.protected, provider_type=session.profile.type, raw_data=shown)
    # Of several rules the most permissive applies, and for code owners the strictest:
    # https://docs.gitlab.com/user/project/repository/branches/protection_rules/
    return BranchProtection(
        found.name,
        True,
        sources=tuple(rule.name for rule in rules),
        code_owner_approval=_any([rule.code_owners for rule in rules]),
        allow_force_push=_any([rule.force_push for rule in rules]),
        push_access=tuple(dict.fromkeys(text for rule in rules for text in rule.push_access)),
        merge_access=tuple(dict.fromkeys(text for rule in rules for text in rule.merge_access)),
        provider_type=session.profile.type,
        raw_data=shown,
    )


async def _rules(session: Session, project: str, branch: str) -> list[_Rule]:
    """Return the rules of a branch; none if the token may not see them. Branches are visible to more users."""
    url = session.first_page(f"{project}/protected_branches")
    try:
        found = await session.listing(url, session.decoder(_Rule, _RULE))
    except (AuthError, NotFoundError, PermissionDeniedError):
        return []
    return [rule for rule in found if rule.matches(branch)]


def _any(values: list[bool | None]) -> bool | None:
    """Return whether one of the values is true; None if none is known."""
    known = [value for value in values if value is not None]
    return any(known) if known else None
