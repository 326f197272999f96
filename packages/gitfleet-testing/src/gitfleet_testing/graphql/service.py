"""From a request to /graphql to its answer, on either side."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from ..access import Viewer
from ..fleet import Fleet
from ..limits import QuotaState
from ..messages import Answer, Body, Request, dump, json_answer
from ..model import User
from .switches import GraphQLSwitches

Json = dict[str, Any]

_WENT_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
)
_COMPLEX = "Query has complexity of 251, which exceeds max complexity of 250"


class GraphQLSide:
    """The GraphQL API of one service over a fleet.

    Args:
        service: "github" or "gitlab".
        fleet: what is served.
        switches: how it behaves.
    """

    def __init__(self, service: str, fleet: Fleet, switches: GraphQLSwitches) -> None:
        self._service = service
        self._fleet = fleet
        self._switches = switches

    @cached_property
    def _executor(self) -> Any:
        # Made with the first query: graphql-core takes a while to load, and most forges get none.
        from .execution import Executor

        if self._service == "github":
            from . import github_fields, github_schema

            return Executor(github_schema.SCHEMA, github_fields.TABLES, github_fields.type_of)
        from . import gitlab_fields, gitlab_schema

        return Executor(gitlab_schema.SCHEMA, gitlab_fields.TABLES, gitlab_fields.type_of)

    def answer(self, request: Request, viewer: Viewer, state: QuotaState | None = None) -> Answer:
        """The answer to a POST; ``state`` is what is left of the quota."""
        asked = _query(request)
        if asked is None:
            return json_answer({"message": "Problems parsing JSON"}, 400)
        from .execution import Asking

        asking = Asking(self._fleet, viewer.login, self._switches)
        if state is not None:
            asking.more["rateLimit"] = _rate_limit(state)
        with self._fleet.lock:
            answer = self._executor.run(asked, asking)
        if self._switches.largest is not None and asking.repositories > self._switches.largest:
            return self._given_up()
        return Answer(200, Body(dump(answer)))

    def limited(self, viewer: Viewer) -> Answer:
        """200 with an error: no calls left in this window, as GitHub says it to those with a token."""
        account = None if viewer.login is None else self._fleet.account(viewer.login)
        number = account.id if isinstance(account, User) else 0
        message = f"API rate limit exceeded for user ID {number}."
        return json_answer({"errors": [{"type": "RATE_LIMITED", "message": message}]})

    def _given_up(self) -> Answer:
        way = self._switches.way
        if way == "timedout":
            return json_answer({"data": None, "errors": [{"message": "timedout"}]})
        if way == "complexity":
            return json_answer({"errors": [{"message": _COMPLEX}]})
        return json_answer({"data": None, "errors": [{"message": _WENT_WRONG}]}, way)


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
