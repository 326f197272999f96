"""Redirects: which ones are followed, and where they point."""

from __future__ import annotations

from ..backend.messages import Response
from ..http.urls import BaseUrl
from .call import Call

__all__ = ["MAX_REDIRECTS", "PERMANENT", "Redirect", "redirect_of"]

MAX_REDIRECTS = 5
PERMANENT = (301, 308)
"""Redirects that say that an object has moved for ever."""
_FOR_READS = (301, 302, 307, 308)
_FOR_WRITES = (307, 308)
"""Redirects that keep the method and the body. Others may turn a write into a GET, so no write follows them."""


class Redirect:
    """A redirect.

    Attributes:
        status: HTTP status.
        location: The target as the server sent it.
        target: The target as an absolute URL. None if it is outside the API.
    """

    __slots__ = ("location", "status", "target")

    def __init__(self, status: int, location: str, target: str | None) -> None:
        self.status: int = status
        self.location: str = location
        self.target: str | None = target


def redirect_of(response: Response, call: Call, url: str, base: BaseUrl) -> Redirect | None:
    """Return the redirect that a response is; None for any other response, and for one that a write does not follow.

    Args:
        response: The response.
        call: The call.
        url: URL of the request.
        base: Base URL of the API.
    """
    if response.status not in (_FOR_READS if call.is_safe else _FOR_WRITES):
        return None
    location = response.headers.get("location")
    if location is None:
        return None
    target = base.resolve(location, seen_at=url)
    if target is None and not call.url.startswith(f"{base.text}/"):
        # The GraphQL API is beside the REST API: the folder that contains both is inside.
        folder = call.url.removeprefix(base.origin).rpartition("/")[0]
        target = BaseUrl(base.origin, folder).resolve(location, seen_at=url)
    return Redirect(response.status, location, target) if call.is_safe or target is not None else None
