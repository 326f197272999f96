"""GitLab's error responses."""

from __future__ import annotations

import math
from email.utils import formatdate

from ..access.quotas import QuotaState
from ..http.messages import Body, Headers, Response, json_response

__all__ = [
    "bad_parameter",
    "endpoint_limited",
    "failure",
    "forbidden",
    "insufficient_scope",
    "limit_headers",
    "moved",
    "moved_project_read_only",
    "no_keyset",
    "no_personal_token",
    "no_route",
    "not_found",
    "rate_limited",
    "read_only",
    "refused_token",
    "too_far",
    "unauthorized",
]

_KEYSET = "Keyset pagination is not yet available for this type of request"
_TOKEN_PROBLEMS = {
    "expired": "Token is expired. You can either do re-authentication or token refresh.",
    "revoked": "Token was revoked. You have to re-authorize from the user.",
}
_TOO_FAR = (
    "Offset pagination has a maximum allowed offset of {} for requests that return objects of type {}. "
    "Remaining records can be retrieved using keyset pagination."
)


def failure(status: int, message: str | dict[str, str]) -> Response:
    """Return the usual error body with one key."""
    return json_response({"message": message}, status)


def not_found(what: str = "") -> Response:
    """404: the resource does not exist or is not visible. ``what`` is its kind, such as "Project"."""
    return failure(404, f"404 {what} Not Found" if what else "404 Not found")


def no_route() -> Response:
    """404: the service has no such route."""
    return json_response({"error": "404 Not Found"}, 404)


def unauthorized() -> Response:
    """401: an unknown token, or a token is required."""
    return failure(401, "401 Unauthorized")


def refused_token(problem: str) -> Response:
    """401: the token has expired or was revoked. ``problem`` is "expired" or "revoked"."""
    description = _TOKEN_PROBLEMS[problem]
    header = f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{description}"'
    body = {"error": "invalid_token", "error_description": description}
    return json_response(body, 401, (("WWW-Authenticate", header),))


def insufficient_scope() -> Response:
    """403: the scopes of the token do not include the request."""
    description = "The request requires higher privileges than provided by the access token."
    header = f'Bearer realm="Protected by OAuth 2.0", error="insufficient_scope", error_description="{description}"'
    body = {"error": "insufficient_scope", "error_description": description, "scope": "api read_api"}
    return json_response(body, 403, (("WWW-Authenticate", header),))


def no_personal_token() -> Response:
    """400: the endpoint is for personal access tokens."""
    return failure(400, "400 Bad request - This endpoint requires token type to be a personal access token")


def forbidden(reason: str) -> Response:
    """403: the user has no access."""
    return failure(403, f"403 Forbidden - {reason}")


def bad_parameter(name: str, problem: str = "is invalid") -> Response:
    """400: a parameter has an invalid value."""
    return json_response({"error": f"{name} {problem}"}, 400)


def no_keyset() -> Response:
    """405: keyset pagination is only supported in the order of ids."""
    return json_response({"error": _KEYSET}, 405)


def too_far(max_offset: int, kind: str) -> Response:
    """405: the page number is too large for offset pagination."""
    return json_response({"error": _TOO_FAR.format(max_offset, kind)}, 405)


def read_only() -> Response:
    """405: the forge's GitLab supports no changes."""
    return json_response({"error": "405 Not Allowed"}, 405)


def moved_project_read_only() -> Response:
    """405: a write to the old path of a moved project."""
    return failure(405, "Non GET methods are not allowed for moved projects")


def moved(url: str) -> Response:
    """301: the project has another path. The new URL contains its number."""
    text = f"This resource has been moved permanently to {url}."
    headers: Headers = (("Location", url), ("Content-Type", "text/plain"))
    return Response(301, Body(text.encode()), headers)


def rate_limited(state: QuotaState, now: float) -> Response:
    """429: no call is left in this window at the time ``now``. The body is plain text."""
    wait = max(1, math.ceil(state.reset - now))
    headers: Headers = (("Retry-After", str(wait)), ("Content-Type", "text/plain"))
    return Response(429, Body(b"Retry later\n"), headers)


def endpoint_limited() -> Response:
    """429: too many requests of this endpoint. The service sends no limit headers and no time with it."""
    return failure(429, {"error": "This endpoint has been requested too many times. Try again later."})


def limit_headers(name: str, state: QuotaState) -> Headers:
    """Return the rate limit headers of each response."""
    return (
        ("RateLimit-Limit", str(state.limit)),
        ("RateLimit-Name", name),
        ("RateLimit-Observed", str(state.used)),
        ("RateLimit-Remaining", str(state.remaining)),
        ("RateLimit-Reset", str(state.reset)),
        ("RateLimit-ResetTime", formatdate(state.reset, usegmt=True)),
    )
