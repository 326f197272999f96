"""From a request to an answer: who asks, what is left of the quota, what is kept, which headers go along."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from email.utils import formatdate
from typing import TYPE_CHECKING

from ..access.quotas import GITLAB
from ..access.tokens import Access, Viewer
from ..data.fleet import Fleet
from ..graphql.service import GraphQLEndpoint, is_graphql
from ..graphql.settings import GraphQLSettings
from ..http.cache import ResponseCache
from ..http.messages import Headers, Request, Response, segments
from . import errors
from .addresses import Addresses
from .routes import Routes

if TYPE_CHECKING:
    from ..graphql.execution import Executor

__all__ = ["GitLabService", "signed"]

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
    """Answers for one fleet. Belongs to the one thread that serves."""

    def __init__(self, fleet: Fleet, access: Access, api: str, settings: GraphQLSettings) -> None:
        self.fleet = fleet
        self._access = access
        self._routes = Routes(fleet, Addresses(api))
        self._graphql = GraphQLEndpoint(_graphql_executor, fleet, settings)
        self._kept = ResponseCache()
        self._numbers = itertools.count(1)

    def respond(self, request: Request) -> Response:
        """The complete answer but for the headers that belong to the connection."""
        request = signed(request)
        viewer = self._access.viewer(request)
        state = self._access.quotas(request)[GITLAB].state()
        if state.remaining == 0:
            # As on the service: before anybody looks at the token.
            return self.with_service_headers(request, errors.rate_limited(state))
        if viewer is None:
            response = errors.unauthorized()
        elif is_graphql(request):
            response = self._graphql.respond(request, viewer)
        elif request.method in ("GET", "HEAD"):
            response = self._known(request, viewer)
        else:
            response = self._refused(request, viewer)
        # All answers cost, 304 and 401 too.
        self.charge(request)
        return self.with_service_headers(request, response)

    def charge(self, request: Request) -> None:
        """Count a request that somebody else answers."""
        self._access.quotas(signed(request))[GITLAB].charge()

    def with_service_headers(self, request: Request, response: Response) -> Response:
        """The answer with the headers that all answers to this request have."""
        request = signed(request)
        number = next(self._numbers)
        viewer = self._access.viewer(request)
        known = viewer is not None and viewer.token is not None
        name = "throttle_authenticated_api" if known else "throttle_unauthenticated_api"
        limits = errors.limit_headers(name, self._access.quotas(request)[GITLAB].state())
        digest = hashlib.sha256(f"request {number}".encode()).hexdigest()[:25].upper()
        own: Headers = (
            ("Date", formatdate(usegmt=True)),
            ("X-Request-Id", f"0{digest}"),
            ("X-Runtime", "0.042387"),
            *limits,
        )
        has_kind = any(name.lower() == "content-type" for name, _ in response.headers)
        kind: Headers = () if response.body is None or has_kind else (_JSON,)
        return Response(response.status, response.body, (*own, *kind, *response.headers, *_ALWAYS))

    def _known(self, request: Request, viewer: Viewer) -> Response:
        """The answer of the routes, or 304 when the client has it already."""
        with self.fleet.lock:
            job = "job-token" in request.headers
            key = (self.fleet.version, request.path, request.query, viewer.login, job)
            response = self._kept.get(key, lambda: self._routes.respond(request, viewer.login, job=job))
        if response.status != 200 or response.body is None:
            return dataclasses.replace(response, headers=(("Cache-Control", "no-cache"), *response.headers))
        # The tag is of the body alone: another token's copy counts where it is the same.
        tag = f'W/"{response.body.digest.hex()[:32]}"'
        headers = (("ETag", tag), ("Cache-Control", "max-age=0, private, must-revalidate"), *response.headers)
        asked = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
        if "*" in asked or tag.removeprefix("W/") in asked:
            return Response(304, None, headers)
        return Response(200, response.body, headers)

    def _refused(self, request: Request, viewer: Viewer) -> Response:
        """The answer to a request that would change something."""
        if viewer.token is None:
            return errors.unauthorized()
        with self.fleet.lock:
            response = self._routes.respond(request, viewer.login, job="job-token" in request.headers)
        if response.status == 301 and segments(request.path)[0] == "projects":
            return errors.not_a_moved_one()
        return errors.read_only()


def signed(request: Request) -> Request:
    """The request with its token in the Authorization header, where the rest of the forge looks for it.

    GitLab takes it from PRIVATE-TOKEN, JOB-TOKEN, or Authorization: Bearer; another scheme says nothing to it.
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
