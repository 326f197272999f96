"""The GraphQL API of one service: from the request to the response."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..access.quotas import QuotaState
from ..access.tokens import Viewer
from ..data.fleet import Fleet
from ..data.models import User
from ..http.messages import Body, Request, Response, dump, json_response
from .settings import GraphQLSettings

if TYPE_CHECKING:
    from .execution import Executor

__all__ = ["GraphQLEndpoint", "Json", "is_graphql", "is_mutation"]

Json = dict[str, Any]

_WENT_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
)
_COMPLEX = "Query has complexity of 251, which exceeds max complexity of 250"


class GraphQLEndpoint:
    """The GraphQL API of one service.

    Args:
        make_executor: creates the executor for the schema of the service. Called with the first query.
        fleet: the data to serve.
        settings: how the API behaves.
    """

    def __init__(self, make_executor: Callable[[], Executor], fleet: Fleet, settings: GraphQLSettings) -> None:
        self._make_executor = make_executor
        self._fleet = fleet
        self._settings = settings

    @cached_property
    def _executor(self) -> Executor:
        return self._make_executor()

    def respond(self, request: Request, viewer: Viewer, state: QuotaState | None = None) -> Response:
        """Return the response to a POST request.

        Args:
            request: the request.
            viewer: the user behind the request.
            state: the rate limit, for the field ``rateLimit``. None: the service has no such field.
        """
        content = _query(request)
        if content is None:
            return json_response({"message": "Problems parsing JSON"}, 400)
        if self._settings.failures > 0:
            self._settings.failures -= 1
            return json_response({"data": None, "errors": [{"message": _WENT_WRONG}]})
        from .execution import QueryContext

        query = QueryContext(self._fleet, viewer.login, self._settings)
        if state is not None:
            query.more["rateLimit"] = _rate_limit(state)
        with self._fleet.lock:
            response = self._executor.run(content, query)
        if self._settings.max_repositories is not None and query.repositories > self._settings.max_repositories:
            return self._failed()
        return Response(200, Body(dump(response)))

    def limited(self, viewer: Viewer) -> Response:
        """Return GitHub's response for an exceeded rate limit: status 200 with an error."""
        account = None if viewer.login is None else self._fleet.account(viewer.login)
        number = account.id if isinstance(account, User) else 0
        message = f"API rate limit exceeded for user ID {number}."
        return json_response({"errors": [{"type": "RATE_LIMITED", "message": message}]})

    def _failed(self) -> Response:
        failure = self._settings.failure
        if failure == "timedout":
            return json_response({"data": None, "errors": [{"message": "timedout"}]})
        if failure == "complexity":
            return json_response({"errors": [{"message": _COMPLEX}]})
        return json_response({"data": None, "errors": [{"message": _WENT_WRONG}]}, failure)


def is_graphql(request: Request) -> bool:
    """Return whether a request, seen from the root of its API, is a query or mutation."""
    return request.method == "POST" and request.path == "/graphql"


def is_mutation(request: Request) -> bool:
    """Return whether a request is a mutation."""
    from .execution import writes

    content = _query(request)
    return content is not None and writes(content["query"])


def _query(request: Request) -> Json | None:
    try:
        content = json.loads(request.body)
    except ValueError:
        return None
    return content if isinstance(content, dict) and isinstance(content.get("query"), str) else None


def _rate_limit(state: QuotaState) -> Json:
    from datetime import UTC, datetime

    reset = datetime.fromtimestamp(state.reset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"limit": state.limit, "remaining": state.remaining, "used": state.used, "resetAt": reset}
