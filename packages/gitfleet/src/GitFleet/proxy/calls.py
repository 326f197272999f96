"""The call of GitFleet's session for a request of a client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gitfleet_api import GitFleetError
from gitfleet_api.backend import Response, loads
from gitfleet_api.errors import ConfigurationError, DecodeFailure
from gitfleet_api.graphql.document import Query
from gitfleet_api.graphql.errors import parse_result
from gitfleet_api.session.call import Call

from .exchange import Exchange
from .routes import Route

__all__ = ["Parse", "call_for"]

Parse = Callable[[Response, datetime], Response | GitFleetError]
"""Returns a successful response, or the error that it really is."""


def call_for(method: str, route: Route, exchange: Exchange, body: bytes | None) -> tuple[Call, Parse]:
    """Return the call for a request, and the function that judges its response.

    Args:
        method: HTTP method, in capitals.
        route: Where the request goes.
        exchange: Its exchange.
        body: Its body. None if it has none, or if the exchange has it.
    """

    def gives_up(_error: GitFleetError) -> bool:
        return exchange.is_final

    is_query = method == "POST" and route.url.partition("?")[0] == route.upstream.graphql_url
    if not is_query:
        return Call(method, route.url, headers=exchange.headers, body=body, linked=True, gives_up=gives_up), _accepted
    profile = route.upstream.client.profile

    def parse(response: Response, now: datetime) -> Response | GitFleetError:
        """Find limits, which GraphQL reports in a response with status 200."""
        if exchange.is_delivering:
            return response
        result = parse_result(response, now, profile=profile, url=route.url, tolerate=lambda _problems, _data: True)
        return result if isinstance(result, GitFleetError) else response

    call = Call(
        method,
        route.url,
        headers=exchange.headers,
        body=body,
        linked=True,
        reads=body is not None and _only_reads(body),
        resource=profile.resource_of("/graphql"),
        gives_up=gives_up,
    )
    return call, parse


def _accepted(response: Response, _now: datetime) -> Response:
    return response


def _only_reads(body: bytes) -> bool:
    """Return whether a GraphQL request is certainly a query, which may be sent twice."""
    try:
        parsed = loads(body)
        return isinstance(parsed, dict) and not Query(parsed.get("query")).writes
    except (DecodeFailure, ConfigurationError):
        return False
