"""From a request to an answer: who asks, what is left of the quota, what is kept, which headers go along."""

from __future__ import annotations

import hashlib
import itertools
from email.utils import formatdate

from ..access import Access, Viewer
from ..cache import AnswerCache
from ..fleet import Fleet
from ..graphql.service import GraphQLSide, is_graphql
from ..graphql.switches import GraphQLSwitches
from ..limits import resource_of
from ..messages import Answer, Headers, Request
from ..model import User
from . import errors
from .addresses import Addresses
from .rendering import Renderer
from .routes import Routes
from .writing import Writing

_EXPOSED = (
    "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, "
    "X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, "
    "X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset"
)
_ALWAYS: Headers = (
    ("Server", "gitfleet-testing"),
    ("X-GitHub-Media-Type", "github.v3; format=json"),
    ("X-GitHub-Api-Version-Selected", "2022-11-28"),
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
    """Answers for one fleet. Belongs to the one thread that serves."""

    def __init__(self, fleet: Fleet, access: Access, api: str, switches: GraphQLSwitches) -> None:
        self.fleet = fleet
        self._access = access
        at = Addresses(api)
        render = Renderer(fleet, at)
        self._routes = Routes(fleet, at, render)
        self._writing = Writing(fleet, at, render)
        self._graphql = GraphQLSide("github", fleet, switches)
        self._kept = AnswerCache()
        self._numbers = itertools.count(1)

    def answer(self, request: Request) -> Answer:
        """The complete answer but for the headers that belong to the connection."""
        viewer = self._access.viewer(request)
        quotas = self._access.quotas(request)
        if request.path == "/rate_limit" and viewer is not None and _is_reading(request):
            return self.dressed(request, errors.rate_limits(quotas.states()))
        quota = quotas[resource_of(request.path)]
        if viewer is None:
            answer = errors.bad_credentials()
        elif quota.state().remaining == 0:
            limited = errors.rate_limited(self._user_id(viewer), request.address)
            answer = limited if viewer.token is None or not is_graphql(request) else self._graphql.limited(viewer)
        elif is_graphql(request):
            answer = self._graphql.answer(request, viewer, quota.state())
        elif _is_reading(request):
            answer = self._known(request, viewer)
        else:
            answer = self._writing.answer(request, viewer.login)
        if answer.status != 304:
            quota.charge()
        return self.dressed(request, answer)

    def charge(self, request: Request) -> None:
        """Count a request that somebody else answers."""
        self._access.quotas(request)[resource_of(request.path)].charge()

    def dressed(self, request: Request, answer: Answer) -> Answer:
        """The answer with the headers that all answers to this request have."""
        number = next(self._numbers)
        resource = resource_of(request.path)
        state = self._access.quotas(request)[resource].state()
        own: Headers = (
            ("Date", formatdate(usegmt=True)),
            (
                "X-GitHub-Request-Id",
                f"F0A6:{number & 0xFFFF:04X}:{number * 2654435761 % 2**28:07X}:{number:08X}",
            ),
            ("X-RateLimit-Limit", str(state.limit)),
            ("X-RateLimit-Remaining", str(state.remaining)),
            ("X-RateLimit-Reset", str(state.reset)),
            ("X-RateLimit-Used", str(state.used)),
            ("X-RateLimit-Resource", resource),
        )
        viewer = self._access.viewer(request)
        kind: Headers = () if answer.body is None else (_JSON,)
        scopes: Headers = _SCOPES if viewer is not None and viewer.token is not None else ()
        return Answer(answer.status, answer.body, (*own, *kind, *scopes, *answer.headers, *_ALWAYS))

    def _known(self, request: Request, viewer: Viewer) -> Answer:
        """The answer of the routes, or 304 when the client has it already."""
        with self.fleet.lock:
            # A media type may ask for another form of a list (see stargazers).
            kind = request.headers.get("accept")
            key = (self.fleet.version, request.path, request.query, kind, viewer.login)
            answer = self._kept.get(key, lambda: self._routes.answer(request, viewer.login))
        if answer.status != 200 or answer.body is None:
            return answer
        # As on the service the tag depends on the token: another token's copy does not count.
        secret = (viewer.token or "").encode()
        tag = f'W/"{hashlib.sha256(answer.body.digest + secret).hexdigest()}"'
        headers = (("ETag", tag), *_freshness(viewer), *answer.headers)
        if _matches(request.headers.get("if-none-match", ""), tag):
            return Answer(304, None, headers)
        return Answer(200, answer.body, headers)

    def _user_id(self, viewer: Viewer) -> int | None:
        account = None if viewer.login is None else self.fleet.account(viewer.login)
        return account.id if isinstance(account, User) else None


def _is_reading(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


def _freshness(viewer: Viewer) -> Headers:
    scope = "public" if viewer.token is None else "private"
    return (("Cache-Control", f"{scope}, max-age=60, s-maxage=60"), ("Vary", _VARY))


def _matches(asked: str, tag: str) -> bool:
    """Whether If-None-Match names the tag; weak and strong tags count alike."""
    tags = [part.strip().removeprefix("W/") for part in asked.split(",")]
    return "*" in tags or tag.removeprefix("W/") in tags
