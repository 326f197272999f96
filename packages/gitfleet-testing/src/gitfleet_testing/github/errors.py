"""GitHub's error responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..access.quotas import CORE, QuotaState
from ..data.fleet import Fleet
from ..data.models import Block, Repository
from ..http.messages import Headers, Response, json_response

__all__ = [
    "bad_credentials",
    "bad_json",
    "beyond_search",
    "blocked",
    "contradicting_parameters",
    "empty_repository",
    "failure",
    "invalid",
    "issues_disabled",
    "moved",
    "must_be_admin",
    "must_be_owner",
    "must_push",
    "no_commit",
    "not_accessible",
    "not_an_installation",
    "not_an_object",
    "not_found",
    "rate_limited",
    "rate_limits",
    "read_only",
    "refusal_of",
    "requires_authentication",
    "suspended",
    "too_fast",
]

_DOCS = "https://docs.github.com/rest"
_REDIRECTS = f"{_DOCS}/guides/best-practices-for-using-the-rest-api#follow-redirects"
_LIMITS = f"{_DOCS}/overview/rate-limits-for-the-rest-api"


def failure(status: int, message: str, docs: str = _DOCS) -> Response:
    """Return the usual error body with three keys."""
    return json_response({"message": message, "documentation_url": docs, "status": str(status)}, status)


def not_found(docs: str = _DOCS) -> Response:
    """404: the resource does not exist or is not visible; the service does not distinguish."""
    return failure(404, "Not Found", docs)


def bad_credentials() -> Response:
    """401: unknown token."""
    return failure(401, "Bad credentials")


def requires_authentication() -> Response:
    """401: a token is required."""
    return failure(401, "Requires authentication", f"{_DOCS}/users/users#get-the-authenticated-user")


def not_accessible(permission: str | None = None) -> Response:
    """403: an installation token has no access, or lacks the permission, such as "issues=write"."""
    refused = failure(403, "Resource not accessible by integration")
    header: Headers = () if permission is None else (("X-Accepted-GitHub-Permissions", permission),)
    return replace(refused, headers=(*header, *refused.headers))


def suspended() -> Response:
    """403: the installation of the token is suspended."""
    return failure(403, "This installation has been suspended")


def not_an_installation() -> Response:
    """403: the list needs the token of an installation."""
    message = (
        "You must authenticate with an installation access token in order to list repositories for an installation."
    )
    return failure(403, message, f"{_DOCS}/apps/installations")


def moved(url: str, *, writing: bool = False) -> Response:
    """301, or 307 for a request that writes: the repository was renamed."""
    message = "Temporary Redirect" if writing else "Moved Permanently"
    body = {"message": message, "url": url, "documentation_url": _REDIRECTS}
    headers: Headers = (("Location", url),)
    return json_response(body, 307 if writing else 301, headers)


def blocked(block: Block) -> Response:
    """403, or 451 after a takedown notice: access to the repository is blocked."""
    details = {
        "reason": block.reason,
        "created_at": block.created_at,
        "html_url": f"https://github.com/{block.reason}",
    }
    status = 451 if block.reason == "dmca" else 403
    return json_response({"message": "Repository access blocked", "block": details}, status)


def refusal_of(fleet: Fleet, repository: Repository) -> Response | None:
    """Return the response to every request for a repository that is blocked or forbidden, or None if it is neither."""
    block = fleet.block_of(repository)
    if block is not None:
        return blocked(block)
    message = fleet.forbidden(repository)
    return None if message is None else failure(403, message, f"{_DOCS}/repos/repos")


def rate_limited(user_id: int | None, address: str, installation: int | None = None) -> Response:
    """403: no call is left in this window."""
    if installation is not None:
        return failure(403, f"API rate limit exceeded for installation ID {installation}.", _LIMITS)
    if user_id is not None:
        return failure(403, f"API rate limit exceeded for user ID {user_id}.", _LIMITS)
    hint = (
        f"API rate limit exceeded for {address}. (But here's the good news: Authenticated requests get a "
        "higher rate limit. Check out the documentation for more details.)"
    )
    return failure(403, hint, _LIMITS)


def too_fast(wait: int) -> Response:
    """403: too many requests in a short time. They are possible again after ``wait`` seconds."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    refused = failure(403, message, _LIMITS)
    return replace(refused, headers=(("Retry-After", str(wait)), *refused.headers))


def contradicting_parameters() -> Response:
    """422: /user/repos with both ``type`` and ``visibility`` or ``affiliation``."""
    message = "If you specify visibility or affiliation, you cannot specify type."
    return failure(422, message, f"{_DOCS}/repos/repos#list-repositories-for-the-authenticated-user")


def rate_limits(states: Mapping[str, QuotaState]) -> Response:
    """The response of /rate_limit: the state of each resource."""
    shown = {name: {**state._asdict(), "resource": name} for name, state in states.items()}
    return json_response({"resources": shown, "rate": shown[CORE]})


def must_be_admin() -> Response:
    """403: the user can see the repository, but not change it."""
    return failure(403, "Must have admin rights to Repository.", f"{_DOCS}/repos/repos")


def must_push() -> Response:
    """403: the user can see the repository, but not push."""
    message = "Must have push access to view repository collaborators."
    return failure(403, message, f"{_DOCS}/collaborators/collaborators#list-repository-collaborators")


def read_only() -> Response:
    """403: the repository is archived."""
    return failure(403, "Repository was archived so is read-only.")


def bad_json() -> Response:
    """400: the body is not JSON."""
    return failure(400, "Problems parsing JSON")


def not_an_object() -> Response:
    """400: the body is JSON, but not an object."""
    return failure(400, "Body should be a JSON object")


def invalid(resource: str, field: str, code: str, docs: str = _DOCS) -> Response:
    """422: ``code`` is the problem of the field: "missing", "missing_field" or "invalid"."""
    problem = {"resource": resource, "field": field, "code": code}
    body = {"message": "Validation Failed", "errors": [problem], "documentation_url": docs, "status": "422"}
    return json_response(body, 422)


def beyond_search() -> Response:
    """422: a search returns its first thousand results only."""
    return failure(422, "Only the first 1000 search results are available", "https://docs.github.com/v3/search/")


def empty_repository() -> Response:
    """409: the repository has no commits."""
    return failure(409, "Git Repository is empty.", f"{_DOCS}/commits/commits#list-commits")


def no_commit(ref: str) -> Response:
    """422: the branch, tag or id does not exist."""
    return failure(422, f"No commit found for SHA: {ref}", f"{_DOCS}/commits/commits#get-a-commit")


def issues_disabled() -> Response:
    """410: issues are disabled for the repository."""
    return failure(410, "Issues are disabled for this repo", f"{_DOCS}/issues/issues")


def must_be_owner() -> Response:
    """403: only owners of the organization have access."""
    return failure(403, "You must be an org owner or have the right permission.", f"{_DOCS}/orgs")
