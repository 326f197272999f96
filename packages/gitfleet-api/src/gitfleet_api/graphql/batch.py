"""Details of many repositories in few requests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NoReturn

from .._internal.gathering import gather_all
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..http.repository_names import Named
from ..http.urls import expand
from ..models import RepoDetails
from .batch_query import BatchQuery
from .endpoint import GraphQLEndpoint
from .outcomes import RepositoryOutcome

if TYPE_CHECKING:
    from .server_schema import ServerSchema

__all__ = ["BatchRequests"]


class BatchRequests(GraphQLEndpoint):
    """The call that takes many names. A client provides the session and the query of its provider."""

    if TYPE_CHECKING:
        batch_query: ClassVar[BatchQuery | None]

        async def fetch_repository_details(self, owner: str | Named, repo: str | None = None) -> RepoDetails: ...  # noqa: D102
        def _unsupported(self, method: str) -> NoReturn: ...

    async def fetch_many_repository_details(self, names: Iterable[str | Named]) -> list[RepositoryOutcome]:
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
        source = self.batch_query
        if source is None:
            self._unsupported("fetch_many_repository_details")
        asked = self._checked(names)
        # No provider distinguishes names by case.
        once = list({name.lower(): name for name in reversed(asked)}.values())[::-1]
        from .batch_run import BatchRun  # imported here, as below: few programs need it

        run = BatchRun(self, self.fetch_repository_details, source, self._server_schema)
        batches = [once[start : start + source.largest] for start in range(0, len(once), source.largest)]
        found = {key: outcome for part in await gather_all(map(run.batch, batches)) for key, outcome in part.items()}
        return [dataclasses.replace(found[name.lower()], name=name) for name in asked]

    @cached_property
    def _server_schema(self) -> ServerSchema:
        """What batches of this client have learned about its server."""
        source = self.batch_query
        if source is None:
            self._unsupported("fetch_many_repository_details")
        from .server_schema import ServerSchema

        return ServerSchema(source, self.session.clock)

    def _checked(self, names: Iterable[str | Named]) -> list[str]:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise ConfigurationError(f"names must be a list of repositories, not {shorten_repr(names)}")
        asked = []
        for name in names:
            owner, repo = self.session.repository_names(name, None)
            expand("{owner}", {"owner": owner}, nested=self.profile.nested_names)
            expand("{name}", {"name": repo})
            asked.append(f"{owner}/{repo}")
        return asked
