"""From a request to an answer: who asks, what is left of the quota, what is kept, which headers go along."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from email.utils import formatdate

from ..access import Access, Viewer
from ..cache import AnswerCache
from ..fleet import Fleet
from ..graphql.service import GraphQLSide, is_graphql
from ..graphql.switches import GraphQLSwitches
from ..limits import GITLAB
from ..messages import Answer, Headers, Request, segments
from . import errors
from .addresses import Addresses
from .routes import Routes

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

    def __init__(self, fleet: Fleet, access: Access, api: str, switches: GraphQLSwitches) -> None:
        self.fleet = fleet
        self._access = access
        self._routes = Routes(fleet, Addresses(api))
        self._graphql = GraphQLSide("gitlab", fleet, switches)
        self._kept = AnswerCache()
        self._numbers = itertools.count(1)

    def answer(self, request: Request) -> Answer:
        """The complete answer but for the headers that belong to the connection."""
        request = signed(request)
        viewer = self._access.viewer(request)
        state = self._access.quotas(request)[GITLAB].state()
        if state.remaining == 0:
            # As on the service: before anybody looks at the token.
            return self.dressed(request, errors.rate_limited(state))
        if viewer is None:
            answer = errors.unauthorized()
        elif is_graphql(request):
            answer = self._graphql.answer(request, viewer)
        elif request.method in ("GET", "HEAD"):
            answer = self._known(request, viewer)
        else:
            answer = self._refused(request, viewer)
        # All answers cost, 304 and 401 too.
        self.charge(request)
        return self.dressed(request, answer)

    def charge(self, request: Request) -> None:
        """Count a request that somebody else answers."""
        self._access.quotas(signed(request))[GITLAB].charge()

    def dressed(self, request: Request, answer: Answer) -> Answer:
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
        has_kind = any(name.lower() == "content-type" for name, _ in answer.headers)
        kind: Headers = () if answer.body is None or has_kind else (_JSON,)
        return Answer(answer.status, answer.body, (*own, *kind, *answer.headers, *_ALWAYS))

    def _known(self, request: Request, viewer: Viewer) -> Answer:
        """The answer of the routes, or 304 when the client has it already."""
        with self.fleet.lock:
            job = "job-token" in request.headers
            key = (self.fleet.version, request.path, request.query, viewer.login, job)
            answer = self._kept.get(key, lambda: self._routes.answer(request, viewer.login, job=job))
        if answer.status != 200 or answer.body is None:
            return dataclasses.replace(answer, headers=(("Cache-Control", "no-cache"), *answer.headers))
        # The tag is of the body alone: another token's copy counts where it is the same.
        tag = f'W/"{answer.body.digest.hex()[:32]}"'
        headers = (("ETag", tag), ("Cache-Control", "max-age=0, private, must-revalidate"), *answer.headers)
        asked = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
        if "*" in asked or tag.removeprefix("W/") in asked:
            return Answer(304, None, headers)
        return Answer(200, answer.body, headers)

    def _refused(self, request: Request, viewer: Viewer) -> Answer:
        """The answer to a request that would change something."""
        if viewer.token is None:
            return errors.unauthorized()
        with self.fleet.lock:
            answer = self._routes.answer(request, viewer.login, job="job-token" in request.headers)
        if answer.status == 301 and segments(request.path)[0] == "projects":
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
