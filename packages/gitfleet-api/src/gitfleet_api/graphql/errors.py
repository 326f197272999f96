"""What GraphQL answers say has gone wrong: with status 200, beside what could be had."""

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
)
from ..profile import ProviderProfile
from ..provider_type import ProviderType
from ..ratelimit.headers import read_limits, retry_after
from ..session.status import decode_error, one_line

__all__ = [
    "GraphQLError",
    "GraphQLForbiddenError",
    "GraphQLNotFoundError",
    "GraphQLProblem",
    "GraphQLResult",
    "is_too_much",
    "query_error",
]

_LIMITED = ("RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit")
_TOO_MUCH_TYPES = ("RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED")
_TOO_MUCH_WORDS = ("timedout", "timed out", "timeout", "complexity", "something went wrong while executing your query")
_SHOWN = 3
_MESSAGE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class GraphQLProblem:
    """One entry of an answer's ``errors``.

    Attributes:
        message: of the provider.
        path: of the field that could not be had, with the index inside of lists; empty when it is about all of it.
        type: the provider's name of the kind, like ``NOT_FOUND``, or None.
    """

    message: str
    path: tuple[str | int, ...] = ()
    type: str | None = None

    def __str__(self) -> str:
        where = _said(".".join(map(str, self.path)))
        return f"{where}: {self.message}" if where else self.message


class GraphQLError(ProviderError):
    """The query was answered with errors.

    Attributes:
        errors: what they say, each a :class:`GraphQLProblem`.
        data: what could be had nevertheless, or None.
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
    """Every error of the answer says that something is not there, or not there for this token."""

    default_code = "not_found"


class GraphQLForbiddenError(GraphQLError, PermissionDeniedError):
    """Every error of the answer says that the token may not see something."""

    default_code = "forbidden"


class GraphQLResult:
    """Looks at the answers to one query; after a good one, or one that is good enough, it holds what it says.

    Args:
        profile: of the provider.
        url: where the query went.
        excuse: given the problems and the data, whether these are no reason for an error.

    Attributes:
        url: where the query went.
        response: the last answer.
        data: of the last answer.
        problems: of the last answer.
    """

    def __init__(
        self,
        profile: ProviderProfile,
        url: str,
        excuse: Callable[[tuple[GraphQLProblem, ...], object], bool] | None = None,
    ) -> None:
        self._profile = profile
        self.url = url
        self._excuse = excuse
        self.data: object = None
        self.problems: tuple[GraphQLProblem, ...] = ()
        self.response: Response | None = None

    def __call__(self, response: Response, now: datetime) -> GitFleetError | None:
        """The error that a 2xx answer is, or None."""
        self.response = response
        try:
            body = loads(response.body)
            if not isinstance(body, dict) or not ("data" in body or body.get("errors")):
                raise DecodeFailure("decode_shape", "a GraphQL answer is an object with data or errors")
        except DecodeFailure as failure:
            return decode_error(failure, response, self._profile, method="POST", url=self.url)
        self.data = body.get("data")
        found = body.get("errors")
        self.problems = tuple(map(_problem, found)) if isinstance(found, list) else ()
        if found and not self.problems:
            self.problems = (_problem(found),)
        if not self.problems:
            return None
        limited = self._limit_error(response, now)
        if limited is not None:
            return limited
        if self.data is not None and self._excuse is not None and self._excuse(self.problems, self.data):
            return None
        return query_error(self.problems, self.data, self._profile, url=self.url, response=response)

    def _limit_error(self, response: Response, now: datetime) -> RateLimitError | None:
        texts = [item.message.lower() for item in self.problems]
        secondary = any("secondary rate limit" in text or "abuse detection" in text for text in texts)
        if not secondary and not any(item.type in _LIMITED for item in self.problems):
            return None
        state, wait = read_limits(response.headers, self._profile), retry_after(response.headers, now)
        kind = SecondaryRateLimitError if secondary or (wait is not None and state.remaining) else RateLimitError
        reset = None if secondary else state.reset_time
        if wait is None and reset is not None:
            wait = max(0.0, (reset - now).total_seconds())
        text = f"POST {self.url}: {self._profile.name} answered: {self.problems[0].message}"
        if reset is not None:
            text += f"; calls are possible again at {reset.isoformat()}"
        return kind(
            text,
            self._profile.type,
            status=response.status,
            url=self.url,
            request_id=response.headers.get(self._profile.request_id_header),
            reset_time=reset,
            retry_after=wait,
            resource=state.resource or self._profile.resource_of("/graphql"),
        )


def query_error(
    problems: tuple[GraphQLProblem, ...],
    data: object,
    profile: ProviderProfile,
    *,
    url: str,
    response: Response | None = None,
) -> GraphQLError:
    """The error for an answer with ``problems``: of a class of its own when they are all of one kind."""
    kinds = {item.type for item in problems}
    classes = {"NOT_FOUND": GraphQLNotFoundError, "FORBIDDEN": GraphQLForbiddenError}
    error = classes.get(next(iter(kinds)) or "", GraphQLError) if len(kinds) == 1 else GraphQLError
    shown = "; ".join(map(str, problems[:_SHOWN]))
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return error(
        f"POST {url}: {profile.name} answered with errors: {shown}{more}",
        profile.type,
        errors=problems,
        data=data,
        status=None if response is None else response.status,
        url=url,
        request_id=None if response is None else response.headers.get(profile.request_id_header),
    )


def is_too_much(error: GitFleetError) -> bool:
    """Whether the provider gave up on a query that asks for a lot: less at once may do."""
    if isinstance(error, GraphQLError):
        return any(
            item.type in _TOO_MUCH_TYPES or any(word in item.message.lower() for word in _TOO_MUCH_WORDS)
            for item in error.errors
        )
    return isinstance(error, ProviderError) and error.status in (502, 504)


def _problem(found: object) -> GraphQLProblem:
    """An entry of ``errors``; GitHub tells its type beside the message, others in ``extensions``."""
    if not isinstance(found, dict):
        return GraphQLProblem(_said(found))
    extensions = found.get("extensions")
    more = extensions if isinstance(extensions, dict) else {}
    kinds = (found.get("type"), more.get("type"), more.get("code"))
    path = found.get("path")
    return GraphQLProblem(
        message=_said(found.get("message") or "no message"),
        path=tuple(step for step in path if isinstance(step, str | int)) if isinstance(path, list) else (),
        type=next((kind for kind in kinds if isinstance(kind, str)), None),
    )


def _said(value: object) -> str:
    return one_line(str(value))[:_MESSAGE_LENGTH]
