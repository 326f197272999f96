"""What a client has learned about the GraphQL API of its server."""

from __future__ import annotations

from .._internal.clock import Clock
from ..errors import DecodeError, GitFleetError, UnsupportedError
from .batch_query import BatchQuery
from .errors import GraphQLError
from .problems import is_invalid_query, unknown_fields

__all__ = ["ServerSchema"]

_REMEMBERED = 600.0
"""Seconds after which a server without a usable GraphQL API is asked again: it may have been updated."""
_REMEMBERED_PAGE = 60.0
"""The same after a response that is not GraphQL, which may be a proxy's page of a moment."""


class ServerSchema:
    """What batches of one client have learned about its server.

    Args:
        source: The query of the provider.
        clock: The client's clock.

    Attributes:
        without: Optional fields of the query that the server does not have.
    """

    def __init__(self, source: BatchQuery, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._unusable: GitFleetError | None = None
        self._until = 0.0
        self.without: frozenset[str] = frozenset()

    @property
    def unusable(self) -> GitFleetError | None:
        """The error that showed lately that batches can't be requested from this server, or None."""
        return self._unusable if self._clock.time() < self._until else None

    def learn(self, error: GitFleetError, without: frozenset[str]) -> bool:
        """Learn from the error of a query.

        Args:
            error: The error.
            without: The fields that the query did without.

        Returns:
            Whether the query may succeed with what was learned.
        """
        if isinstance(error, GraphQLError) and is_invalid_query(error.errors):
            missing = {name for kind, name in unknown_fields(error.errors) if kind == self._source.type_name}
            others = len(unknown_fields(error.errors)) - len(missing)
            if missing and not others and missing <= self._source.optional_fields - without:
                self.without |= missing
                return True
        elif not isinstance(error, UnsupportedError | DecodeError):
            return False
        seconds = _REMEMBERED_PAGE if isinstance(error, DecodeError) else _REMEMBERED
        self._unusable, self._until = error, self._clock.time() + seconds
        return False
