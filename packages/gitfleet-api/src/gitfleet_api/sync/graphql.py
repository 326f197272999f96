"""GraphQL through the same policies as all other calls: tokens, limits, retries, errors.

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
    """The call that takes a query. A client adds what it needs: its session, its profile and its settings."""

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
        """What a GraphQL query or mutation gives (``POST /graphql``, GitLab ``POST /api/graphql``).

        Without a model the answer's ``data`` as parsed JSON. With one a :class:`Listing` of the
        rows under ``at``, each as a ``model``. When the query asks for ``pageInfo { hasNextPage endCursor }`` beside
        the rows, the pages that follow are fetched through the variable that it gives as ``after:``.

        Queries are tried again after failures that may pass; mutations are sent once.

        Args:
            query: one operation, with any fragments.
            variables: a value for each variable; what JSON can hold.
            model: a dataclass, as for :meth:`fetch_all`.
            at: where the rows are, as ``data.organization.repositories.nodes``: a list, or an object, which is one
                row. Rows that are null are left out, as those that the token may not see.

        Raises:
            ConfigurationError: an argument that can't work; raised at once.
            GraphQLError: the answer has errors; it holds them, and the data that came with them.
            RateLimitError: no calls are left, for longer than ``max_rate_limit_wait``.
            ProviderError: as for every other call.
        """
        graphql: Any = self._async.graphql
        found = graphql(query, variables, model, at=at)
        return run(found) if model is None else Listing(found)
