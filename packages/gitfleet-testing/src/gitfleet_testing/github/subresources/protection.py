"""The routes of branch protection and of the rules of rulesets."""

from __future__ import annotations

from ...data.models import Branch
from ...data.records import Protection
from ...http.messages import Response, json_response
from .. import errors
from ..urls import Json
from ..visibility import role
from .request_context import RequestContext

__all__ = ["branch_protection", "branch_rules"]

_DOCS = "https://docs.github.com/rest/branches/branch-protection#get-branch-protection"
_IDS_PER_REPOSITORY = 100_000


def branch_protection(context: RequestContext, name: str) -> Response:
    """The branch protection. Only administrators see it; others receive the response for a missing object."""
    if role(context.fleet, context.repository, context.login) != "admin":
        return errors.not_found(_DOCS)
    branch = _branch(context, name)
    if branch is None:
        return errors.failure(404, "Branch not found", _DOCS)
    if not branch.protected or branch.rules is None:
        return errors.failure(404, "Branch not protected", _DOCS)
    return json_response(_protection(branch, branch.rules, context))


def branch_rules(context: RequestContext, name: str) -> Response:
    """The rules of rulesets that apply to a branch. Everybody who sees the repository sees them."""
    branch = _branch(context, name)
    found = [] if branch is None or not branch.protected or branch.ruleset is None else _rules(branch.ruleset, context)
    return context.pages(found, lambda rule: rule)


def _branch(context: RequestContext, name: str) -> Branch | None:
    return next((branch for branch in context.repository.branches if branch.name == name), None)


def _protection(branch: Branch, rules: Protection, context: RequestContext) -> Json:
    url = f"{context.url}/branches/{branch.name}/protection"
    shown: Json = {
        "url": url,
        "required_signatures": {"url": f"{url}/required_signatures", "enabled": rules.signatures},
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": rules.administrators},
        "required_linear_history": {"enabled": rules.linear},
        "allow_force_pushes": {"enabled": rules.force_push},
        "allow_deletions": {"enabled": rules.deletion},
        "block_creations": {"enabled": False},
        "required_conversation_resolution": {"enabled": rules.conversations},
        "lock_branch": {"enabled": False},
        "allow_fork_syncing": {"enabled": False},
    }
    if rules.checks:
        shown["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": rules.strict,
            "contexts": list(rules.checks),
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [{"context": name, "app_id": 15368} for name in rules.checks],
        }
    if rules.approvals or rules.code_owners or rules.dismiss_stale:
        shown["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": rules.dismiss_stale,
            "require_code_owner_reviews": rules.code_owners,
            "require_last_push_approval": False,
            "required_approving_review_count": rules.approvals,
        }
    if rules.restricted_to is not None:
        shown["restrictions"] = {
            "url": f"{url}/restrictions",
            "users": [context.short(login) for login in rules.restricted_to],
            "teams": [],
            "apps": [],
        }
    return shown


def _rules(rules: Protection, context: RequestContext) -> list[Json]:
    found: list[Json] = []
    if not rules.deletion:
        found.append({"type": "deletion"})
    if not rules.force_push:
        found.append({"type": "non_fast_forward"})
    if rules.linear:
        found.append({"type": "required_linear_history"})
    if rules.signatures:
        found.append({"type": "required_signatures"})
    if rules.approvals or rules.code_owners or rules.dismiss_stale or rules.conversations:
        reviews: Json = {
            "required_approving_review_count": rules.approvals,
            "dismiss_stale_reviews_on_push": rules.dismiss_stale,
            "require_code_owner_review": rules.code_owners,
            "require_last_push_approval": False,
            "required_review_thread_resolution": rules.conversations,
            "allowed_merge_methods": ["merge", "squash", "rebase"],
        }
        found.append({"type": "pull_request", "parameters": reviews})
    if rules.checks:
        checks: Json = {
            "strict_required_status_checks_policy": rules.strict,
            "do_not_enforce_on_create": False,
            "required_status_checks": [{"context": name, "integration_id": 15368} for name in rules.checks],
        }
        found.append({"type": "required_status_checks", "parameters": checks})
    source: Json = {
        "ruleset_source_type": "Repository",
        "ruleset_source": context.repository.full_name,
        "ruleset_id": context.repository.id % _IDS_PER_REPOSITORY + 1,
    }
    return [{**rule, **source} for rule in found]
