"""The protection of a branch: the branch, its branch protection, and the rules of rulesets."""

from __future__ import annotations

from typing import Any

from ..._internal.lazy_dataclass import dataclass
from ...client import Convert, Session, Shape, expand
from ...errors import AuthError, NotFoundError, PermissionDeniedError
from ...models import BranchProtection

__all__ = ["fetch_protection"]

_NOT_PROTECTED = "branch not protected"
"""Part of GitHub's message (404) for a branch that only rulesets protect, to tokens that may read the protection."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """A branch. ``classic`` says whether branch protection, not only rulesets, applies to it."""

    name: str
    protected: bool
    classic: bool | None = None
    checks: tuple[str, ...] | None = None
    raw_data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Protection:
    """Branch protection. A missing object in GitHub's JSON means that there is no such rule."""

    approvals: int | None = 0
    dismiss_stale: bool | None = False
    code_owners: bool | None = False
    checks: tuple[str, ...] | None = ()
    strict: bool | None = False
    conversations: bool | None = False
    signatures: bool | None = False
    linear: bool | None = False
    administrators: bool | None = False
    force_push: bool | None = False
    deletion: bool | None = False
    restricted_to: tuple[str, ...] | None = None
    raw_data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of a ruleset."""

    type: str
    ruleset_id: int | None = None
    parameters: dict[str, Any] | None = None
    raw_data: dict[str, Any] | None = None


def _names(*lists: object) -> tuple[str, ...]:
    """Return the logins of users, and the slugs of teams and apps."""
    found: list[str] = []
    for rows in lists:
        for row in rows if isinstance(rows, list) else ():
            name = row.get("slug") or row.get("login") if isinstance(row, dict) else None
            if not isinstance(name, str):
                raise TypeError("an array of users, teams or apps")
            found.append(name)
    return tuple(found)


_BRANCH = Shape(
    _Branch, {"classic": "protection.enabled", "checks": "protection.required_status_checks.contexts"}, identity=None
)
_REVIEWS = "required_pull_request_reviews"
_PROTECTION = Shape(
    _Protection,
    {
        "approvals": f"{_REVIEWS}.required_approving_review_count",
        "dismiss_stale": f"{_REVIEWS}.dismiss_stale_reviews",
        "code_owners": f"{_REVIEWS}.require_code_owner_reviews",
        "checks": "required_status_checks.contexts",
        "strict": "required_status_checks.strict",
        "conversations": "required_conversation_resolution.enabled",
        "signatures": "required_signatures.enabled",
        "linear": "required_linear_history.enabled",
        "administrators": "enforce_admins.enabled",
        "force_push": "allow_force_pushes.enabled",
        "deletion": "allow_deletions.enabled",
        "restricted_to": Convert(("restrictions.users", "restrictions.teams", "restrictions.apps"), _names),
    },
    identity=None,
)
_RULE = Shape(_Rule, identity=None)
_NONE = _Protection(force_push=True, deletion=True, administrators=None)
"""What applies without branch protection."""
_UNKNOWN = _Protection(*(None,) * 11)
"""What the token may not see."""


@dataclass(frozen=True, slots=True)
class _Repository:
    """The default branch of a repository."""

    default_branch: str | None = None


_REPOSITORY = Shape(_Repository, identity=None)


async def fetch_protection(session: Session, repo: str, branch: str | None) -> BranchProtection:
    """Return the protection of a branch: one request if it is not protected, otherwise up to three.

    Args:
        session: Sends the requests.
        repo: Path of the repository below the base URL.
        branch: Name of the branch. None for the default branch, which costs one more request.

    Raises:
        NotFoundError: The repository or the named branch does not exist.
    """
    if branch is not None:
        return await _of_branch(session, repo, branch)
    found = await session.get_one(session.url(repo), session.decoder(_Repository, _REPOSITORY))
    try:
        if found.default_branch:
            return await _of_branch(session, repo, found.default_branch)
    except NotFoundError:  # an empty repository has a default branch without a commit
        pass
    return BranchProtection(found.default_branch, False, provider_type=session.profile.type)


async def _of_branch(session: Session, repo: str, branch: str) -> BranchProtection:
    name = expand("{+branch}", {"branch": branch}, any_name=True)
    path = f"{repo}/branches/{name}"
    found = await session.get_one(session.url(path), session.decoder(_Branch, _BRANCH))
    raw: dict[str, object] = {"branch": found.raw_data}
    if not found.protected:
        shown = raw if session.include_raw else None
        return BranchProtection(found.name, False, provider_type=session.profile.type, raw_data=shown)
    protection = _NONE if found.classic is False else await _protection(session, f"{path}/protection")
    rules = await _rules(session, f"{repo}/rules/branches/{name}")
    raw |= {"protection": protection.raw_data, "rules": [rule.raw_data for rule in rules]}
    return _combined(found, protection, _Rules(rules), session, raw if session.include_raw else None)


async def _protection(session: Session, path: str) -> _Protection:
    try:
        return await session.get_one(session.url(path), session.decoder(_Protection, _PROTECTION))
    except NotFoundError as error:  # also for tokens without an administrator's access
        return _NONE if _NOT_PROTECTED in error.message.lower() else _UNKNOWN
    except (AuthError, PermissionDeniedError):
        return _UNKNOWN


async def _rules(session: Session, path: str) -> list[_Rule]:
    try:
        return await session.listing(session.first_page(path), session.decoder(_Rule, _RULE))
    except NotFoundError:  # an Enterprise Server without rulesets
        return []


class _Rules:
    """The rules of all rulesets together: the strictest applies."""

    def __init__(self, rules: list[_Rule]) -> None:
        self._rules = rules

    def has(self, kind: str) -> bool:
        """Return whether there is a rule of a kind."""
        return any(rule.type == kind for rule in self._rules)

    def values(self, kind: str, name: str) -> list[Any]:
        """Return the values of a parameter of all rules of a kind."""
        given = [rule.parameters or {} for rule in self._rules if rule.type == kind]
        return [parameters[name] for parameters in given if parameters.get(name) is not None]

    def sets(self, kind: str, name: str) -> bool:
        """Return whether a rule of a kind has a parameter that is true."""
        return True in self.values(kind, name)

    def approvals(self) -> int:
        """Return the largest number of approvals."""
        counts = self.values("pull_request", "required_approving_review_count")
        return max((count for count in counts if type(count) is int), default=0)

    def checks(self) -> list[str]:
        """Return the names of the checks."""
        lists = self.values("required_status_checks", "required_status_checks")
        rows = [row for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)]
        return [row["context"] for row in rows if isinstance(row.get("context"), str)]

    def sources(self) -> list[str]:
        """Return the names of the rulesets, each once."""
        return [f"ruleset {number}" for number in dict.fromkeys(rule.ruleset_id for rule in self._rules)]


def _combined(
    branch: _Branch, own: _Protection, rules: _Rules, session: Session, raw: dict[str, object] | None
) -> BranchProtection:
    """Return the strictest of both kinds of rules. What may be stricter than the visible rules is None."""
    pull, checks = "pull_request", "required_status_checks"
    classic = [] if own is _NONE else ["branch protection"]
    # Users who may not see the branch protection see its checks.
    names = branch.checks if own is _UNKNOWN else own.checks
    return BranchProtection(
        branch=branch.name,
        protected=True,
        sources=None if own is _UNKNOWN else (*classic, *rules.sources()),
        required_approvals=None if own.approvals is None else max(own.approvals, rules.approvals()),
        dismiss_stale_approvals=rules.sets(pull, "dismiss_stale_reviews_on_push") or own.dismiss_stale,
        code_owner_approval=rules.sets(pull, "require_code_owner_review") or own.code_owners,
        required_checks=None if names is None else tuple(dict.fromkeys((*names, *rules.checks()))),
        strict_checks=rules.sets(checks, "strict_required_status_checks_policy") or own.strict,
        resolved_conversations=rules.sets(pull, "required_review_thread_resolution") or own.conversations,
        signed_commits=rules.has("required_signatures") or own.signatures,
        linear_history=rules.has("required_linear_history") or own.linear,
        includes_administrators=own.administrators,
        allow_force_push=False if rules.has("non_fast_forward") else own.force_push,
        allow_deletion=False if rules.has("deletion") else own.deletion,
        push_access=own.restricted_to,
        provider_type=session.profile.type,
        raw_data=raw,
    )
