"""Details of many repositories in few requests.

Written by tools/write_sync.py from graphql/batch.py: change that one, and run the script again.
"""
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Iterable

from ..graphql.batch import BatchRequests as AsyncBatchRequests
from ..graphql.outcomes import RepositoryOutcome
from ..http.repository_names import Named
from .background import run
from .graphql import GraphQLEndpoint

__all__ = ["BatchRequests"]


class BatchRequests(GraphQLEndpoint):
    """The call that takes many names. A client provides the session and the query of its provider."""

    _async: AsyncBatchRequests

    def fetch_many_repository_details(self, names: Iterable[str | Named]) -> list[RepositoryOutcome]:
        """Return what :meth:`fetch_repository_details` returns, for many repositories in few requests (GraphQL).

        One request contains up to 100 names, and requests run concurrently. A request that is too large for the
        provider is split in halves. A repository that cannot be fetched does not affect the others. What a response
        leaves out, and everything if the server has no usable GraphQL API, is requested by REST: one call each.

        Args:
            names: Each repository as ``owner/name`` or :class:`RepoInfo`, in any order, also a list of both. One that
                appears twice is requested once.

        Returns:
            One outcome per name, in the order of the names.

        Raises:
            ConfigurationError: An invalid name. Nothing was sent.
            AuthError: The provider accepts no token.
        """
        return run(self._async.fetch_many_repository_details(names))
