"""Answers that are not what was asked for, in GitLab's words."""

from __future__ import annotations

import math
import time
from email.utils import formatdate

from ..access.quotas import QuotaState
from ..http.messages import Body, Headers, Response, json_response

__all__ = [
    "bad_parameter",
    "failure",
    "forbidden",
    "limit_headers",
    "moved",
    "no_keyset",
    "no_route",
    "not_a_moved_one",
    "not_found",
    "rate_limited",
    "read_only",
    "too_far",
    "unauthorized",
]

_KEYSET = "Keyset pagination is not yet available for this type of request"
_TOO_FAR = (
    "Offset pagination has a maximum allowed offset of {} for requests that return objects of type {}. "
    "Remaining records can be retrieved using keyset pagination."
)


def failure(status: int, message: str) -> Response:
    """The usual body of one key."""
    return json_response({"message": message}, status)


def not_found(what: str = "") -> Response:
    """404: not there, or not for you; ``what`` is "Project" and the like."""
    return failure(404, f"404 {what} Not Found" if what else "404 Not found")


def no_route() -> Response:
    """404: the service has no such address."""
    return json_response({"error": "404 Not Found"}, 404)


def unauthorized() -> Response:
    """401: a token that nobody knows, or none where one is needed."""
    return failure(401, "401 Unauthorized")


def forbidden(reason: str) -> Response:
    """403: it is there, but not for you."""
    return failure(403, f"403 Forbidden - {reason}")


def bad_parameter(name: str, problem: str = "is invalid") -> Response:
    """400: a parameter has a value it can't have."""
    return json_response({"error": f"{name} {problem}"}, 400)


def no_keyset() -> Response:
    """405: keyset pages in another order than by id."""
    return json_response({"error": _KEYSET}, 405)


def too_far(most: int, what: str) -> Response:
    """405: a page by number, too far from the first."""
    return json_response({"error": _TOO_FAR.format(most, what)}, 405)


def read_only() -> Response:
    """405: the forge's GitLab takes no changes."""
    return json_response({"error": "405 Not Allowed"}, 405)


def not_a_moved_one() -> Response:
    """405: a write to the old address of a project that was moved."""
    return failure(405, "Non GET methods are not allowed for moved projects")


def moved(url: str) -> Response:
    """301: the project has another path now; it is told by its number."""
    text = f"This resource has been moved permanently to {url}."
    headers: Headers = (("Location", url), ("Content-Type", "text/plain"))
    return Response(301, Body(text.encode()), headers)


def rate_limited(state: QuotaState) -> Response:
    """429: no calls left in this window; the body is plain text."""
    wait = max(1, math.ceil(state.reset - time.time()))
    headers: Headers = (("Retry-After", str(wait)), ("Content-Type", "text/plain"))
    return Response(429, Body(b"Retry later\n"), headers)


def limit_headers(name: str, state: QuotaState) -> Headers:
    """What each answer says of the budget."""
    return (
        ("RateLimit-Limit", str(state.limit)),
        ("RateLimit-Name", name),
        ("RateLimit-Observed", str(state.used)),
        ("RateLimit-Remaining", str(state.remaining)),
        ("RateLimit-Reset", str(state.reset)),
        ("RateLimit-ResetTime", formatdate(state.reset, usegmt=True)),
    )
