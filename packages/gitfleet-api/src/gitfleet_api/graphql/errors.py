"""Errors in GraphQL responses, which have status 200 and may come with data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Unpack

from .._internal.lazy_dataclass import dataclass
from ..backend.messages import Response
from ..backend.strict_json import loads
from ..errors import (
    DecodeFailure,
    GitFleetError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    ResponseDetails,
    SecondaryRateLimitError,
    ServerError,
)
from ..profile import ProviderProfile
from ..provider_type import ProviderType
from ..ratelimit.headers import read_limits, retry_after
from ..retry import QUERY_FAILED
from ..session.status import decode_error, reset_after
from .problems import GraphQLProblem, may_pass, problems_of
from .problems import is_too_much as is_too_much_problem

__all__ = [
    "GraphQLError",
    "GraphQLForbiddenError",
    "GraphQLNotFoundError",
    "GraphQLProblem",
    "GraphQLResult",
    "GraphQLServerError",
    "Tolerate",
    "is_too_much",
    "parse_result",
    "query_error",
    "read_problems",
]

Tolerate = Callable[[tuple["GraphQLProblem", ...], object], bool]
"""Whether problems are no reason for an error, given the data that came with them."""

_LIMITED = ("RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit")
_SHOWN = 3
_NOT_GRAPHQL = "not a GraphQL response: the server may have no GraphQL API at this URL, or a proxy responded"
_NO_DATA = "the response has neither data nor errors"


class GraphQLError(ProviderError):
    """The response to a query has errors.

    Attributes:
        errors: Each error as a :class:`GraphQLProblem`.
        data: The data that came with the errors, or None.
    """

    default_code = "graphql"

    def __init__(
        self,
        message: str,
        provider_type: ProviderType,
        *,
        errors: tuple[GraphQLProblem, ...] = (),
        data: object = None,
        **details: Unpack[ResponseDetails],
    ) -> None:
        super().__init__(message, provider_type, **details)
        self.errors = errors
        self.data = data


class GraphQLNotFoundError(GraphQLError, NotFoundError):
    """Every error of the response means that an object does not exist, or that the token may not see it."""

    default_code = "not_found"


class GraphQLForbiddenError(GraphQLError, PermissionDeniedError):
    """Every error of the response means that the token may not see an object."""

    default_code = "forbidden"


class GraphQLServerError(GraphQLError, ServerError):
    """The provider failed while it executed the query, or sent neither data nor errors. It may succeed later.

    Queries are retried before this is raised. Mutations are not, because they may have changed something.
    """

    default_code = QUERY_FAILED


@dataclass(frozen=True, slots=True)
class GraphQLResult:
    """The accepted response to one query.

    Attributes:
        url: Where the query was sent.
        response: The response.
        data: Its ``data``; None if there was none.
        problems: Its ``errors`` that were tolerated.
    """

    url: str
    response: Response
    data: object
    problems: tuple[GraphQLProblem, ...] = ()


def parse_result(
    response: Response, now: datetime, *, profile: ProviderProfile, url: str, tolerate: Tolerate | None
) -> GraphQLResult | GitFleetError:
    """Return the result of a 2xx response, or the error that it really is.

    Args:
        response: The response.
        now: When it arrived.
        profile: How to talk to the provider.
        url: Where the query was sent.
        tolerate: Returns True for problems that are no reason for an error, given the data that came with them.
    """
    try:
        body = loads(response.body)
        if not isinstance(body, dict) or not ("data" in body or body.get("errors")):
            raise DecodeFailure("decode_shape", "a GraphQL response is an object with data or errors")
    except DecodeFailure as failure:
        failure.message += f" ({_NOT_GRAPHQL})"
        return decode_error(failure, response, profile, method="POST", url=url)
    data, problems = body.get("data"), problems_of(body)
    if data is None and not problems:  # a response that means nothing, not even that something does not exist
        problems = (GraphQLProblem(_NO_DATA, type="INTERNAL"),)
    if not problems:
        return GraphQLResult(url, response, data)
    limited = _limit_error(problems, response, now, profile, url)
    if limited is not None:
        return limited
    if data is not None and tolerate is not None and tolerate(problems, data):
        return GraphQLResult(url, response, data, problems)
    return query_error(problems, data, profile, url=url, response=response)


def _limit_error(
    problems: tuple[GraphQLProblem, ...], response: Response, now: datetime, profile: ProviderProfile, url: str
) -> RateLimitError | None:
    """Return the error of a response whose problems mean that a rate limit was reached."""
    texts = [item.message.lower() for item in problems]
    secondary = any("secondary rate limit" in text or "abuse detection" in text for text in texts)
    if not secondary and not any(item.type in _LIMITED for item in problems):
        return None
    limits, wait = read_limits(response.headers, profile), retry_after(response.headers, now)
    kind = SecondaryRateLimitError if secondary or (wait is not None and limits.remaining) else RateLimitError
    reset = reset_after(wait, now) if kind is SecondaryRateLimitError else limits.reset_time
    if wait is None and reset is not None:
        wait = max(0.0, (reset - now).total_seconds())
    text = f"POST {url}: {profile.name} responded: {problems[0].message}"
    if reset is not None:
        text += f"; calls are possible again at {reset.isoformat()}"
    return kind(
        text,
        profile.type,
        status=response.status,
        url=url,
        request_id=response.headers.get(profile.request_id_header),
        reset_time=reset,
        retry_after=wait,
        resource=limits.resource or profile.resource_of("/graphql"),
    )


def query_error(
    problems: tuple[GraphQLProblem, ...],
    data: object,
    profile: ProviderProfile,
    *,
    url: str,
    response: Response | None = None,
) -> GraphQLError:
    """Return the error for a response with problems.

    If all are of one kind, it has the class of that kind. If one of them may pass, the result is not final.
    """
    kinds = {item.type for item in problems}
    classes = {"NOT_FOUND": GraphQLNotFoundError, "FORBIDDEN": GraphQLForbiddenError}
    error = classes.get(next(iter(kinds)) or "", GraphQLError) if len(kinds) == 1 else GraphQLError
    if any(map(may_pass, problems)):
        error = GraphQLServerError
    shown = "; ".join(map(str, problems[:_SHOWN]))
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return error(
        f"POST {url}: {profile.name} responded with errors: {shown}{more}",
        profile.type,
        errors=problems,
        data=data,
        status=None if response is None else response.status,
        url=url,
        request_id=None if response is None else response.headers.get(profile.request_id_header),
    )


def is_too_much(error: GitFleetError) -> bool:
    """Return whether the provider gave up on a query that requests a lot. A smaller query may succeed."""
    if isinstance(error, GraphQLError):
        return any(map(is_too_much_problem, error.errors))
    if isinstance(error, ProviderError):
        return error.status in (502, 504)
    return error.code == "body_too_large"


def read_problems(response: Response) -> tuple[GraphQLProblem, ...]:
    """Return the problems of a response that :func:`parse_result` accepted, for example after redaction."""
    body = loads(response.body)
    return problems_of(body) if isinstance(body, dict) else ()
