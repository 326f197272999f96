"""Answers that are not what was asked for, in GitHub's words."""

from __future__ import annotations

from ..limits import QuotaState
from ..messages import Answer, Headers, json_answer
from ..model import Block

_DOCS = "https://docs.github.com/rest"
_REDIRECTS = f"{_DOCS}/guides/best-practices-for-using-the-rest-api#follow-redirects"
_LIMITS = f"{_DOCS}/overview/rate-limits-for-the-rest-api"


def failure(status: int, message: str, docs: str = _DOCS) -> Answer:
    """The usual body of three keys."""
    return json_answer({"message": message, "documentation_url": docs, "status": str(status)}, status)


def not_found(docs: str = _DOCS) -> Answer:
    """404: not there, or not for you; the service doesn't tell which."""
    return failure(404, "Not Found", docs)


def bad_credentials() -> Answer:
    """401: a token that nobody knows."""
    return failure(401, "Bad credentials")


def requires_authentication() -> Answer:
    """401: no token where one is needed."""
    return failure(401, "Requires authentication", f"{_DOCS}/users/users#get-the-authenticated-user")


def moved(url: str) -> Answer:
    """301: the repository has another name now."""
    body = {"message": "Moved Permanently", "url": url, "documentation_url": _REDIRECTS}
    headers: Headers = (("Location", url),)
    return json_answer(body, 301, headers)


def blocked(block: Block) -> Answer:
    """403, or 451 after a takedown notice: nobody gets at the repository."""
    why = {
        "reason": block.reason,
        "created_at": block.created_at,
        "html_url": f"https://github.com/{block.reason}",
    }
    status = 451 if block.reason == "dmca" else 403
    return json_answer({"message": "Repository access blocked", "block": why}, status)


def rate_limited(user_id: int | None, address: str) -> Answer:
    """403: no calls left in this window."""
    if user_id is not None:
        return failure(403, f"API rate limit exceeded for user ID {user_id}.", _LIMITS)
    hint = (
        f"API rate limit exceeded for {address}. (But here's the good news: Authenticated requests get a "
        "higher rate limit. Check out the documentation for more details.)"
    )
    return failure(403, hint, _LIMITS)


def contradicting_parameters() -> Answer:
    """422: /user/repos with ``type`` and ``visibility`` or ``affiliation`` together."""
    message = "If you specify visibility or affiliation, you cannot specify type."
    return failure(422, message, f"{_DOCS}/repos/repos#list-repositories-for-the-authenticated-user")


def rate_limits(core: QuotaState) -> Answer:
    """The answer of /rate_limit: ``core`` as it is, the other resources untouched."""
    untouched = {"search": 30, "graphql": 5000, "integration_manifest": 5000, "source_import": 100}
    untouched |= {"code_scanning_upload": 5000, "dependency_snapshots": 100, "scim": 15000, "code_search": 10}
    shown = {name: QuotaState(limit, limit, 0, core.reset) for name, limit in untouched.items()}
    resources = {"core": core, **shown}
    as_json = {name: {**state._asdict(), "resource": name} for name, state in resources.items()}
    return json_answer({"resources": as_json, "rate": as_json["core"]})
