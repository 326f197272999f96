"""GraphQL requests, under the same policies as all other calls: tokens, limits, retries, errors.

Written by tools/write_sync.py from graphql/endpoint.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, overload

from ..graphql.endpoint import GraphQLEndpoint as AsyncGraphQLEndpoint
from .background import run
from .listing import Listing

__all__ = ["GraphQLEndpoint"]

T = TypeVar("T")


class GraphQLEndpoint:
    """The call that takes a query. A client provides the session and the profile."""

    _async: AsyncGraphQLEndpoint

    @overload
    def graphql(self, query: str, variables: Mapping[str, object] | None = None) -> Any: ...

    @overload
    def graphql(
        self, query: str, variables: Mapping[str, object] | None, model: type[T], *, at: str | tuple[str, ...] = "data"
    ) -> Listing[T]: ...

    @overload
    def graphql(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        *,
        model: type[T],
        at: str | tuple[str, ...] = "data",
    ) -> Listing[T]: ...

    def graphql(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        model: type[T] | None = None,
        *,
        at: str | tuple[str, ...] = "data",
    ) -> Any | Listing[T]:
        """Send a GraphQL query or mutation (``POST /graphql``, GitLab ``POST /api/graphql``).

        Without a model: the response's ``data`` as parsed JSON. With a model: a
        :class:`Listing` of the rows under ``at``. If the query requests ``pageInfo { hasNextPage endCursor }`` beside
        the rows, the following pages are fetched through the variable of its ``after:`` argument.

        Queries are retried after temporary failures. Mutations are sent once.

        Args:
            query: One operation, with any fragments.
            variables: Value of each variable, as JSON allows.
            model: A dataclass, as for :meth:`fetch_all`.
            at: JSON path of the rows, like ``data.organization.repositories.nodes``. It leads to a list, or to an
                object, which is one row. Rows that are null, because the token may not see them, are a gap.

        Raises:
            ConfigurationError: An invalid argument. Raised at once.
            GraphQLError: The response has errors. The exception holds them, and the data that came with them.
            UnsupportedError: The server has no GraphQL API at the URL.
            RateLimitError: No calls are left for longer than ``max_rate_limit_wait``.
            ProviderError: As for every other call.
        """
        graphql: Any = self._async.graphql
        found = graphql(query, variables, model, at=at)
        return run(found) if model is None else Listing(found)
