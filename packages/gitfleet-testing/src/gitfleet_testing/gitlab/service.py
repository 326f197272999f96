"""GitLab's service: token, rate limit, cache and headers of each request."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from typing import TYPE_CHECKING

from ..access.clock import ServerClock
from ..access.quotas import GITLAB
from ..access.speed import gitlab_endpoint
from ..access.tokens import Access, Viewer
from ..data.fleet import Fleet
from ..graphql.service import GraphQLEndpoint, is_graphql
from ..graphql.settings import GraphQLSettings
from ..http.cache import ResponseCache
from ..http.messages import Headers, Request, Response, segments
from . import errors, token_access
from .routes import Routes
from .urls import ApiURLs

if TYPE_CHECKING:
    from ..graphql.execution import Executor

__all__ = ["GitLabService", "with_bearer_token"]

_ALWAYS: Headers = (
    ("Server", "gitfleet-testing"),
    ("Vary", "Origin, Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("GitLab-LB", "forge-lb-1"),
    ("GitLab-SV", "forge-api-1"),
)
_JSON = ("Content-Type", "application/json")


class GitLabService:
    """GitLab's APIs over a fleet. Used by the server's thread only.

    Args:
        fleet: the data to serve.
        access: the tokens.
        api: the base URL, without a slash at the end.
        settings: how the GraphQL API behaves.
        clock: the time that responses state.
    """

    def __init__(self, fleet: Fleet, access: Access, api: str, settings: GraphQLSettings, clock: ServerClock) -> None:
        self.fleet = fleet
        self._clock = clock
        self._access = access
        self._routes = Routes(fleet, ApiURLs(api))
        self._graphql = GraphQLEndpoint(_graphql_executor, fleet, settings)
        self._cache = ResponseCache()
        self._numbers = itertools.count(1)

    def respond(self, request: Request) -> Response:
        """Return the complete response except for headers of the connection."""
        request = with_bearer_token(request)
        viewer = token_access.in_job(self._access.viewer(request, "gitlab"), request)
        state = self._access.quotas(request, "gitlab")[GITLAB].state()
        if state.remaining == 0:
            # As on the service, the rate limit is checked before the token.
            return self.with_service_headers(request, errors.rate_limited(state, self._clock.now()))
        if viewer is None:
            problem = self._access.problem(request, "gitlab")
            response = errors.unauthorized() if problem == "unknown" else errors.refused_token(problem)
        elif not token_access.is_allowed(viewer, request):
            response = errors.insufficient_scope()
        elif request.path == token_access.SELF and request.method == "GET":
            response = token_access.own_token(self.fleet, viewer, job="job-token" in request.headers)
        elif self._is_too_fast(request, viewer):
            self.charge(request)
            return self.with_service_headers(request, errors.endpoint_limited(), limits=False)
        elif is_graphql(request):
            response = self._graphql.respond(request, viewer)
        elif request.method in ("GET", "HEAD"):
            response = self._cached_response(request, viewer)
        else:
            response = self._refused(request, viewer)
        # Every response counts, including 304 and 401.
        self.charge(request)
        return self.with_service_headers(request, response)

    def charge(self, request: Request) -> None:
        """Count a request that a fault responds to."""
        self._access.quotas(with_bearer_token(request), "gitlab")[GITLAB].charge()

    def _is_too_fast(self, request: Request, viewer: Viewer) -> bool:
        endpoint = gitlab_endpoint(request.path)
        return request.method in ("GET", "HEAD") and self._access.too_fast(endpoint, request, viewer) is not None

    def with_service_headers(self, request: Request, response: Response, *, limits: bool = True) -> Response:
        """Return the response with the headers that every response to this request has, except for its limits."""
        request = with_bearer_token(request)
        number = next(self._numbers)
        viewer = self._access.viewer(request, "gitlab")
        known = viewer is not None and viewer.token is not None
        name = "throttle_authenticated_api" if known else "throttle_unauthenticated_api"
        stated = errors.limit_headers(name, self._clock.shifted(self._access.quotas(request, "gitlab")[GITLAB].state()))
        digest = hashlib.sha256(f"request {number}".encode()).hexdigest()[:25].upper()
        own: Headers = (
            ("Date", self._clock.date()),
            ("X-Request-Id", f"0{digest}"),
            ("X-Runtime", "0.042387"),
            *(stated if limits else ()),
        )
        has_kind = any(name.lower() == "content-type" for name, _ in response.headers)
        kind: Headers = () if response.body is None or has_kind else (_JSON,)
        return Response(response.status, response.body, (*own, *kind, *response.headers, *_ALWAYS))

    def _cached_response(self, request: Request, viewer: Viewer) -> Response:
        """Return the response of the routes, or 304 if the client has it already."""
        with self.fleet.lock:
            job = "job-token" in request.headers
            key = (self.fleet.version, request.path, request.query, viewer.login, job)
            response = self._cache.get(key, lambda: self._routes.respond(request, viewer.login, job=job))
        if response.status != 200 or response.body is None:
            return dataclasses.replace(response, headers=(("Cache-Control", "no-cache"), *response.headers))
        # The tag depends on the body only: an equal response for another token matches.
        tag = f'W/"{response.body.digest.hex()[:32]}"'
        headers = (("ETag", tag), ("Cache-Control", "max-age=0, private, must-revalidate"), *response.headers)
        tags = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
        if "*" in tags or tag.removeprefix("W/") in tags:
            return Response(304, None, headers)
        return Response(200, response.body, headers)

    def _refused(self, request: Request, viewer: Viewer) -> Response:
        """Return the response to a request that would change data."""
        if viewer.token is None:
            return errors.unauthorized()
        with self.fleet.lock:
            response = self._routes.respond(request, viewer.login, job="job-token" in request.headers)
        if response.status == 301 and segments(request.path)[0] == "projects":
            return errors.moved_project_read_only()
        return errors.read_only()


def with_bearer_token(request: Request) -> Request:
    """Return the request with its token in the Authorization header, which the rest of the forge reads.

    GitLab reads it from PRIVATE-TOKEN, JOB-TOKEN and Authorization: Bearer, and ignores other schemes.
    """
    headers = dict(request.headers)
    given = headers.pop("authorization", "")
    named = headers.get("private-token") or headers.get("job-token")
    if named is not None:
        headers["authorization"] = f"Bearer {named}"
    elif given.lower().startswith("bearer "):
        headers["authorization"] = given
    return dataclasses.replace(request, headers=headers)


def _graphql_executor() -> Executor:
    # Imported with the first query: graphql-core loads slowly, and most forges receive no query.
    from .graphql_fields import make_executor

    return make_executor()
