"""GitHub's service: token, rate limit, cache and headers of each request."""

from __future__ import annotations

import hashlib
import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..access.clock import ServerClock
from ..access.identity import InstallationIdentity
from ..access.quotas import Quotas, QuotaState, resource_of
from ..access.speed import WRITES
from ..access.tokens import Access, Viewer
from ..auth.sign_in import SignInState
from ..data.fleet import Fleet
from ..data.models import User
from ..graphql.service import GraphQLEndpoint, is_graphql, is_mutation
from ..graphql.settings import GraphQLSettings
from ..http.cache import ResponseCache
from ..http.messages import Headers, Request, Response
from . import errors, versions
from .app_routes import AppRoutes
from .rendering import Renderer
from .routes import Routes
from .urls import ApiURLs
from .write_routes import WriteRoutes

if TYPE_CHECKING:
    from ..graphql.execution import Executor

__all__ = ["GitHubService"]

_EXPOSED = (
    "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, "
    "X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset"
)
_ALWAYS: Headers = (
    ("Server", "gitfleet-testing"),
    ("X-GitHub-Media-Type", "github.v3; format=json"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", _EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "0"),
    ("Referrer-Policy", "origin-when-cross-origin, strict-origin-when-cross-origin"),
    ("Content-Security-Policy", "default-src 'none'"),
)
_VARY = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With"
_JSON = ("Content-Type", "application/json; charset=utf-8")
_SCOPES = (("X-OAuth-Scopes", "read:org, repo"), ("X-Accepted-OAuth-Scopes", "repo"))


class GitHubService:
    """GitHub's APIs over a fleet. Used by the server's thread only.

    Args:
        fleet: the data to serve.
        access: the tokens.
        api: the base URL, without a slash at the end.
        settings: how the GraphQL API behaves.
        clock: the time that responses state.
        sign_in: the apps. None: there are none.
    """

    def __init__(
        self,
        fleet: Fleet,
        access: Access,
        api: str,
        settings: GraphQLSettings,
        clock: ServerClock,
        sign_in: SignInState | None = None,
    ) -> None:
        self.fleet = fleet
        self._clock = clock
        self._access = access
        urls = ApiURLs(api)
        render = Renderer(fleet, urls)
        self._routes = Routes(fleet, urls, render)
        self._writes = WriteRoutes(fleet, urls, render)
        self._apps = None if sign_in is None else AppRoutes(fleet, urls, render, sign_in)
        self._graphql = GraphQLEndpoint(_graphql_executor, fleet, settings)
        self._cache = ResponseCache()
        self._numbers = itertools.count(1)

    def respond(self, request: Request) -> Response:
        """Return the complete response except for headers of the connection."""
        if versions.version_of(request) not in versions.VERSIONS and not is_graphql(request):
            return self.with_service_headers(request, versions.unknown(versions.version_of(request)))
        of_app = None if self._apps is None else self._apps.respond(request)
        if of_app is not None:
            self.charge(request)
            return self.with_service_headers(request, versions.in_version(of_app, versions.version_of(request)))
        viewer = self._access.viewer(request, "github")
        quotas = self._quotas(request)
        if request.path == "/rate_limit" and viewer is not None and _is_reading(request):
            limits = errors.rate_limits(self._states(quotas))
            return self.with_service_headers(request, versions.in_version(limits, versions.version_of(request)))
        quota = quotas[resource_of(request.path)]
        if viewer is None:
            suspended = self._access.problem(request, "github") == "suspended"
            response = errors.suspended() if suspended else errors.bad_credentials()
        elif quota.state().remaining == 0:
            number = viewer.login.installation if isinstance(viewer.login, InstallationIdentity) else None
            limited = errors.rate_limited(self._user_id(viewer), request.address, number)
            response = limited if viewer.token is None or not is_graphql(request) else self._graphql.limited(viewer)
        elif _is_writing(request) and (wait := self._access.too_fast(WRITES, request, viewer)) is not None:
            response = errors.too_fast(wait)
        elif is_graphql(request):
            response = self._graphql.respond(request, viewer, self._clock.shifted(quota.state()))
        elif _is_reading(request):
            response = self._cached_response(request, viewer)
        else:
            response = versions.in_version(self._writes.respond(request, viewer.login), versions.version_of(request))
        if response.status != 304:
            quota.charge()
        return self.with_service_headers(request, response)

    def charge(self, request: Request) -> None:
        """Count a request that a fault responds to."""
        self._quotas(request)[resource_of(request.path)].charge()

    def with_service_headers(self, request: Request, response: Response) -> Response:
        """Return the response with the headers that every response to this request has."""
        number = next(self._numbers)
        resource = resource_of(request.path)
        state = self._clock.shifted(self._quotas(request)[resource].state())
        own: Headers = (
            ("Date", self._clock.date()),
            (
                "X-GitHub-Request-Id",
                f"F0A6:{number & 0xFFFF:04X}:{number * 2654435761 % 2**28:07X}:{number:08X}",
            ),
            ("X-RateLimit-Limit", str(state.limit)),
            ("X-RateLimit-Remaining", str(state.remaining)),
            ("X-RateLimit-Reset", str(state.reset)),
            ("X-RateLimit-Used", str(state.used)),
            ("X-RateLimit-Resource", resource),
            ("X-GitHub-Api-Version-Selected", versions.version_of(request)),
        )
        viewer = self._access.viewer(request, "github")
        has_kind = any(name.lower() == "content-type" for name, _ in response.headers)
        kind: Headers = () if response.body is None or has_kind else (_JSON,)
        token = () if viewer is None else _token_headers(viewer)
        return Response(response.status, response.body, (*own, *kind, *token, *response.headers, *_ALWAYS))

    def _cached_response(self, request: Request, viewer: Viewer) -> Response:
        """Return the response of the routes, or 304 if the client has it already."""
        with self.fleet.lock:
            # The media type can select another form of a list (see stargazers).
            kind = request.headers.get("accept")
            version = versions.version_of(request)
            key = (self.fleet.version, request.path, request.query, kind, version, viewer.login)
            response = self._cache.get(
                key, lambda: versions.in_version(self._routes.respond(request, viewer.login), version)
            )
        if response.status != 200 or response.body is None:
            return response
        # As on the service, the tag depends on the token: a response for another token does not match.
        secret = (viewer.token or "").encode()
        tag = f'W/"{hashlib.sha256(response.body.digest + secret).hexdigest()}"'
        headers = (("ETag", tag), *_freshness(viewer), *response.headers)
        if _matches(request.headers.get("if-none-match", ""), tag):
            return Response(304, None, headers)
        return Response(200, response.body, headers)

    def _quotas(self, request: Request) -> Quotas:
        """Return the rate limits of the request's token, of the app that has signed it, or of its address."""
        of_app = None if self._apps is None else self._apps.quotas(request)
        return self._access.quotas(request, "github") if of_app is None else of_app

    def _states(self, quotas: Quotas) -> dict[str, QuotaState]:
        return {name: self._clock.shifted(state) for name, state in quotas.states().items()}

    def _user_id(self, viewer: Viewer) -> int | None:
        account = None if viewer.login is None else self.fleet.account(viewer.login)
        return account.id if isinstance(account, User) else None


def _token_headers(viewer: Viewer) -> Headers:
    """Return the headers about the token: only personal tokens and those of OAuth apps have scopes."""
    if viewer.token is None or viewer.kind not in ("personal", "oauth"):
        return ()
    scopes = _SCOPES if viewer.scopes is None else (("X-OAuth-Scopes", ", ".join(viewer.scopes)), _SCOPES[1])
    if viewer.expires_at is None or viewer.kind != "personal":
        return scopes
    ends = datetime.fromtimestamp(viewer.expires_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (*scopes, ("GitHub-Authentication-Token-Expiration", ends))


def _is_writing(request: Request) -> bool:
    return is_mutation(request) if is_graphql(request) else not _is_reading(request)


def _is_reading(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


def _freshness(viewer: Viewer) -> Headers:
    scope = "public" if viewer.token is None else "private"
    return (("Cache-Control", f"{scope}, max-age=60, s-maxage=60"), ("Vary", _VARY))


def _matches(header: str, tag: str) -> bool:
    """Return whether If-None-Match contains the tag. Weak and strong tags are equal."""
    tags = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags


def _graphql_executor() -> Executor:
    # Imported with the first query: graphql-core loads slowly, and most forges receive no query.
    from .graphql_fields import make_executor

    return make_executor()
