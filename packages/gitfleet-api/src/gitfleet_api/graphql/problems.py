"""Entries of ``errors`` in a GraphQL response, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .._internal.lazy_dataclass import dataclass
from ..session.status import one_line

__all__ = ["GraphQLProblem", "is_invalid_query", "is_too_much", "may_pass", "problems_of", "unknown_fields"]

_MESSAGE_LENGTH = 300
_TEMPORARY_TYPES = frozenset(
    (
        *("INTERNAL", "INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "SERVER_ERROR", "SERVICE_UNAVAILABLE", "UNAVAILABLE"),
        *("TIMEOUT", "TIMEDOUT", "TIMED_OUT", "LOADING"),
    )
)
_TIMEOUT_WORDS = ("timedout", "timed out", "timeout", "something went wrong while executing your query")
_TEMPORARY_WORDS = (
    *_TIMEOUT_WORDS,
    *("internal server error", "internal error", "service unavailable", "bad gateway", "deadline exceeded"),
    *("temporarily", "try again", "overloaded", "loading"),
)
_TOO_MUCH_TYPES = frozenset(("RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"))
_TOO_MUCH_WORDS = (*_TIMEOUT_WORDS, "complexity")
_INVALID_TYPES = frozenset(("undefinedField", "undefinedType", "argumentNotAccepted", "GRAPHQL_VALIDATION_FAILED"))
# Of graphql-ruby (GitHub, GitLab) and of graphql-js, whose wording most other servers copy.
_INVALID_WORDS = r"doesn't exist on type|doesn't accept argument|isn't a defined|cannot query field|unknown argument"
_UNKNOWN_FIELD = r"field ['\"](\w+)['\"] (?:doesn't exist )?on type ['\"](\w+)['\"]"


@dataclass(frozen=True, slots=True)
class GraphQLProblem:
    """One entry of a response's ``errors``.

    Attributes:
        message: The provider's message.
        path: Keys and list indexes that lead to the field without a value. Empty if it concerns the whole query.
        type: The provider's name of the kind, like ``NOT_FOUND``, or None.
    """

    message: str
    path: tuple[str | int, ...] = ()
    type: str | None = None

    def __str__(self) -> str:
        where = _shown(".".join(map(str, self.path)))
        return f"{where}: {self.message}" if where else self.message


def problems_of(body: dict[str, object]) -> tuple[GraphQLProblem, ...]:
    """Return the problems of a response.

    Args:
        body: The parsed body.
    """
    found = body.get("errors")
    problems = tuple(map(_problem, found)) if isinstance(found, list) else ()
    return problems if problems or not found else (_problem(found),)


def _problem(found: object) -> GraphQLProblem:
    """Return an entry of ``errors``. GitHub puts its type beside the message, others into ``extensions``."""
    if not isinstance(found, dict):
        return GraphQLProblem(_shown(found))
    extensions = found.get("extensions")
    more = extensions if isinstance(extensions, dict) else {}
    kinds = (found.get("type"), more.get("type"), more.get("code"))
    path = found.get("path")
    return GraphQLProblem(
        message=_shown(found.get("message") or "no message"),
        path=tuple(step for step in path if isinstance(step, str | int)) if isinstance(path, list) else (),
        type=next((kind for kind in kinds if isinstance(kind, str)), None),
    )


def _shown(value: object) -> str:
    return one_line(str(value))[:_MESSAGE_LENGTH]


def may_pass(problem: GraphQLProblem) -> bool:
    """Return whether the same query may succeed a moment later, because the provider failed while it executed it."""
    return problem.type in _TEMPORARY_TYPES or _has_words(problem, _TEMPORARY_WORDS)


def is_too_much(problem: GraphQLProblem) -> bool:
    """Return whether the provider gave up because the query requests a lot. A smaller one may succeed."""
    return problem.type in _TOO_MUCH_TYPES or _has_words(problem, _TOO_MUCH_WORDS)


def _has_words(problem: GraphQLProblem, words: tuple[str, ...]) -> bool:
    """Return whether a message without a type has some words: with a type, only the type counts."""
    if problem.type is not None and problem.type not in _TEMPORARY_TYPES:
        return False
    text = problem.message.lower()
    return any(word in text for word in words) and not _is_invalid(problem)


def is_invalid_query(problems: Iterable[GraphQLProblem]) -> bool:
    """Return whether the schema of the server does not allow the query, so that no repetition can succeed."""
    return any(map(_is_invalid, problems))


def _is_invalid(problem: GraphQLProblem) -> bool:
    return problem.type in _INVALID_TYPES or re.search(_INVALID_WORDS, problem.message, re.IGNORECASE) is not None


def unknown_fields(problems: Iterable[GraphQLProblem]) -> set[tuple[str, str]]:
    """Return type and name of the fields that the schema of the server does not have.

    Returns:
        Nothing if a problem is another one, so that the query would fail without these fields, too.
    """
    found: set[tuple[str, str]] = set()
    for problem in problems:
        match = re.search(_UNKNOWN_FIELD, problem.message, re.IGNORECASE)
        if match is None:
            return set()
        found.add((match[2], match[1]))
    return found
