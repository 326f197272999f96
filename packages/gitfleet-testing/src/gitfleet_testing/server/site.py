"""The choice of the service for a request: GitHub's API, GitLab's API or a replay. Page rules apply here."""

from __future__ import annotations

import dataclasses

from ..auth.endpoints import OAuthEndpoints
from ..faults.rules import FaultRules, RuleTarget
from ..github.aliases import path_aliases
from ..github.app_routes import is_sign_in
from ..github.service import GitHubService
from ..gitlab.aliases import ROOT as GITLAB_ROOT
from ..gitlab.aliases import path_aliases as gitlab_names_of
from ..gitlab.service import GitLabService
from ..graphql.service import is_graphql, is_mutation
from ..http.log import LoggedRequest, RequestLog
from ..http.messages import Request, Response, json_response
from ..replay import Namespace

__all__ = ["GRAPHQL", "REPLAY", "Site"]

REPLAY = "/replay/"
GRAPHQL = "/api/graphql"
_ENTERPRISE = "/api/v3"


class Site:
    """All services under one origin. Used by the server's thread only.

    Args:
        github: GitHub's APIs.
        gitlab: GitLab's APIs.
        oauth: the endpoints at the root of the origin.
        log: the request log.
        rules: the fault rules.
        origin: scheme, host and port.
        prefix: the path in front of GitHub's API.
    """

    def __init__(
        self,
        github: GitHubService,
        gitlab: GitLabService,
        oauth: OAuthEndpoints,
        log: RequestLog,
        rules: FaultRules,
        *,
        origin: str,
        prefix: str,
    ) -> None:
        self._github = github
        self._gitlab = gitlab
        self._oauth = oauth
        self._log = log
        self._rules = rules
        self._origin = origin
        self._prefix = prefix
        #: Replays by their number in the URL. Replaced, never changed in place: other threads add replays.
        self.replays: dict[str, Namespace] = {}

    def rule_target(self, request: Request, logged: LoggedRequest) -> RuleTarget:
        """Return the request in the form that rules compare: below the prefix, with all names of the resource."""
        found = self._service(request)
        if found is None:
            names: tuple[str, ...] = (request.path,)
        else:
            names_in = path_aliases if found[0] is self._github else gitlab_names_of
            names = names_in(found[1].path, self._github.fleet)
        return RuleTarget(request.method, names, logged)

    def respond(self, request: Request, target: RuleTarget) -> Response:
        """Return the response of the service, changed by page rules."""
        pages = self._rules.page_rules(target)
        inner = request
        for rule in pages:
            inner = rule.before(inner)
        response = self._respond(inner)
        for rule in pages:
            response = rule.after(request, self._origin + request.path, response)
        return response

    def _respond(self, request: Request) -> Response:
        if request.path.startswith(REPLAY):
            key, slash, rest = request.path.removeprefix(REPLAY).partition("/")
            replay = self.replays.get(key)
            if replay is None:
                return json_response({"message": f"No replay {key!r}"}, 404)
            return replay.respond(request, slash + rest)
        if self._oauth.has(request.path):
            return self._oauth.respond(request)
        found = self._service(request)
        if found is None:
            return json_response({"message": f"The API is at {self._prefix}, GitLab's at {GITLAB_ROOT}"}, 404)
        service, own = found
        response = service.respond(own)
        read = own.method in ("GET", "HEAD") or (is_graphql(own) and not is_mutation(own))
        if not read and response.status < 300 and not is_sign_in(own.path):
            self._log.add_write(request)
        return response

    def charge(self, request: Request) -> None:
        """Count a request against its rate limit. Called for requests that a fault responds to."""
        found = self._service(request)
        if found is not None:
            found[0].charge(found[1])

    def with_service_headers(self, request: Request, response: Response) -> Response:
        """Return a fault's response with the headers of the service."""
        if self._oauth.has(request.path):
            return self._oauth.with_headers(response)
        found = self._service(request)
        return response if found is None else found[0].with_service_headers(found[1], response)

    def _service(self, request: Request) -> tuple[GitHubService | GitLabService, Request] | None:
        """Return the service and the request seen from the root of its API, or None if no service has the path."""
        if self._oauth.has(request.path):
            return None
        if request.path == GRAPHQL and request.method == "POST":
            # GitHub Enterprise Server uses the same path. GitLab's own token headers show which service is meant.
            enterprise = self._prefix == _ENTERPRISE and not {"private-token", "job-token"} & request.headers.keys()
            return self._github if enterprise else self._gitlab, dataclasses.replace(request, path="/graphql")
        services = ((GITLAB_ROOT, self._gitlab), (self._prefix, self._github))
        for root, service in services:
            if request.path.startswith(root + "/") and not request.path.startswith(REPLAY):
                return service, dataclasses.replace(request, path=request.path.removeprefix(root))
        return None
