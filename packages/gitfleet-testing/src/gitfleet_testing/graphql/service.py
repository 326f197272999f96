"""From a request to /graphql to its answer, on either side."""

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
    """The GraphQL API of one service over a fleet.

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
        """The answer to a POST; ``state`` is what is left of the quota."""
        asked = _query(request)
        if asked is None:
            return json_response({"message": "Problems parsing JSON"}, 400)
        from .execution import QueryContext

        query = QueryContext(self._fleet, viewer.login, self._settings)
        if state is not None:
            query.more["rateLimit"] = _rate_limit(state)
        with self._fleet.lock:
            response = self._executor.run(asked, query)
        if self._settings.largest is not None and query.repositories > self._settings.largest:
            return self._given_up()
        return Response(200, Body(dump(response)))

    def limited(self, viewer: Viewer) -> Response:
        """200 with an error: no calls left in this window, as GitHub says it to those with a token."""
        account = None if viewer.login is None else self._fleet.account(viewer.login)
        number = account.id if isinstance(account, User) else 0
        message = f"API rate limit exceeded for user ID {number}."
        return json_response({"errors": [{"type": "RATE_LIMITED", "message": message}]})

    def _given_up(self) -> Response:
        way = self._settings.way
        if way == "timedout":
            return json_response({"data": None, "errors": [{"message": "timedout"}]})
        if way == "complexity":
            return json_response({"errors": [{"message": _COMPLEX}]})
        return json_response({"data": None, "errors": [{"message": _WENT_WRONG}]}, way)


def is_graphql(request: Request) -> bool:
    """Whether a request, seen from the root of its API, is a query or mutation."""
    return request.method == "POST" and request.path == "/graphql"


def is_mutation(request: Request) -> bool:
    """Whether a request changes something."""
    from .execution import writes

    asked = _query(request)
    return asked is not None and writes(asked["query"])


def _query(request: Request) -> Json | None:
    try:
        asked = json.loads(request.body)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) and isinstance(asked.get("query"), str) else None


def _rate_limit(state: QuotaState) -> Json:
    from datetime import UTC, datetime

    reset = datetime.fromtimestamp(state.reset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"limit": state.limit, "remaining": state.remaining, "used": state.used, "resetAt": reset}
