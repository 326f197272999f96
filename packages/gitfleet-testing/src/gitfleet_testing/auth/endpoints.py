"""The OAuth endpoints of both services, at the root of the origin as on their web hosts."""

from __future__ import annotations

import dataclasses

from ..http.messages import Request, Response
from .github_oauth import GitHubOAuth
from .gitlab_oauth import GitLabOAuth
from .sign_in import SignInState

__all__ = ["OAuthEndpoints"]


class OAuthEndpoints:
    """The endpoints below /login and /oauth. Used by the server's thread only.

    Args:
        sign_in: programs, tokens and decisions.
        origin: scheme, host and port.
    """

    def __init__(self, sign_in: SignInState, origin: str) -> None:
        self._clock = sign_in.access.clock
        self._github = GitHubOAuth(sign_in, origin)
        self._gitlab = GitLabOAuth(sign_in, origin)

    def has(self, path: str) -> bool:
        """Return whether a path is below the endpoints."""
        return path.startswith(("/login/", "/oauth/"))

    def respond(self, request: Request) -> Response:
        """Return the response to a request below the endpoints."""
        service = self._github if request.path.startswith("/login/") else self._gitlab
        return self.with_headers(service.respond(request))

    def with_headers(self, response: Response) -> Response:
        """Return the response with the headers that every response has."""
        own = (("Date", self._clock.date()), ("Server", "gitfleet-testing"))
        has_kind = any(name.lower() == "content-type" for name, _ in response.headers)
        kind = () if response.body is None or has_kind else (("Content-Type", "application/json; charset=utf-8"),)
        return dataclasses.replace(response, headers=(*own, *kind, *response.headers))
