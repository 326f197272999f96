"""Details of many repositories in few requests.

Written by tools/write_sync.py from graphql/batch.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..graphql.batch import BatchRequests as AsyncBatchRequests
from ..graphql.batch import RepositoryOutcome
from .background import run
from .graphql import GraphQLEndpoint

__all__ = ["BatchRequests"]


class BatchRequests(GraphQLEndpoint):
    """The call that takes many names. A client adds what it needs, and the query of its provider."""

    _async: AsyncBatchRequests

    def fetch_many_repository_details(self, names: Iterable[str]) -> list[RepositoryOutcome]:
        """What :meth:`fetch_repository_details` gives, for many repositories in few requests (GraphQL).

        Up to 100 are asked for in one request, and these requests are made concurrently. One that is too much for the
        provider is halved. A repository that can't be had does not fail the others.

        Args:
            names: ``owner/name`` of each, in any order; one named twice is asked for once.

        Returns:
            An outcome for each name, in the order of the names.

        Raises:
            ConfigurationError: a name that can't be one; nothing was sent.
            AuthError: the provider accepts no token.
        """
        return run(self._async.fetch_many_repository_details(names))
