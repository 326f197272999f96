"""GraphQL requests, under the same policies as all other calls: tokens, limits, retries, errors."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..decoding.jsonpath import json_path
from ..decoding.rows import RowDecoder
from ..errors import (
    ConfigurationError,
    GitFleetError,
    ProviderError,
    UnsupportedError,
)
from ..http.request_validation import JSON_CONTENT, json_body
from ..provider_type import ProviderType
from ..session.call import Call
from ..session.listing import Listing
from ..session.run import ListingRun
from .document import Query
from .errors import GraphQLResult, Tolerate, parse_result

if TYPE_CHECKING:
    from ..profile import ProviderProfile
    from ..session.session import Session

__all__ = ["GraphQLEndpoint"]

T = TypeVar("T")

_NO_SUCH_API = frozenset((404, 405, 406, 410, 501))
"""Statuses by which servers and proxies say that there is no GraphQL API. They say nothing about any object."""


class GraphQLEndpoint:
    """The call that takes a query. A client provides the session and the profile."""

    if TYPE_CHECKING:
        profile: ProviderProfile

        @property
        def session(self) -> Session: ...  # noqa: D102

        @property
        def provider_type(self) -> ProviderType: ...  # noqa: D102

        @property
        def base_url(self) -> str: ...  # noqa: D102

    @overload
    def graphql(self, query: str, variables: Mapping[str, object] | None = None) -> Coroutine[Any, Any, Any]: ...

    @overload
    def graphql(
        self,
        query: str,
        variables: Mapping[str, object] | None,
        model: type[T],
        *,
        at: str | tuple[str, ...] = "data",
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
    ) -> Coroutine[Any, Any, Any] | Listing[T]:
        """Send a GraphQL query or mutation (``POST /graphql``, GitLab ``POST /api/graphql``).

        Without a model: a coroutine that returns the response's ``data`` as parsed JSON. With a model: a
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
        asked = Query(query)
        _body(asked, variables)  # raises now for an invalid variable, not when the coroutine runs
        if model is None:
            if at != "data":
                raise ConfigurationError("at= says where the rows of a model are; give the model as well")
            return self._data(asked, dict(variables or {}))
        if asked.writes:
            raise ConfigurationError("a mutation gives no listing, which could be asked for twice; leave the model out")
        keys = json_path(at, "at")
        keys = keys[1:] if keys[:1] == ("data",) else keys
        pages = partial(self._row_pages, asked, dict(variables or {}), keys, asked.cursor(keys))
        return self.session.listing_of(pages, self.session.decoder_for(model))

    async def _data(self, query: Query, variables: Mapping[str, object]) -> object:
        return (await self._send_query(query, variables)).data

    async def _send_query(
        self,
        query: Query,
        variables: Mapping[str, object],
        *,
        tolerate: Tolerate | None = None,
        gives_up: Callable[[GitFleetError], bool] | None = None,
        run: ListingRun | None = None,
        owner: str | None = None,
    ) -> GraphQLResult:
        """Send a query and return its result.

        Args:
            query: The parsed query.
            variables: Value of each variable.
            tolerate: Returns True for errors in the response that are no reason to fail, given its data.
            gives_up: Returns True for an error that must not be retried.
            run: The reading of a listing that the query belongs to, or None.
            owner: The account that the query concerns, in lower case; None if it concerns none or several.

        Raises:
            UnsupportedError: The provider or this server has no GraphQL API.
            GitFleetError: The request failed, or the response has errors that are not tolerated.
        """
        url = self._graphql_url()
        call = Call(
            "POST",
            url,
            headers=(JSON_CONTENT,),
            body=_body(query, variables),
            reads=not query.writes,
            resource=self.profile.resource_of("/graphql"),
            gives_up=gives_up,
            run=run,
            owner=owner,
        )
        parse = partial(parse_result, profile=self.profile, url=url, tolerate=tolerate)
        try:
            return await self.session.send(call, parse)
        except ProviderError as error:
            if error.status not in _NO_SUCH_API:
                raise
            raise self._no_api(error) from None

    def _graphql_url(self) -> str:
        graphql_url = self.profile.graphql_url
        if graphql_url is None:
            raise UnsupportedError(f"{self.profile.name} has no GraphQL API", self.provider_type)
        return graphql_url(self.base_url)

    def _no_api(self, error: ProviderError) -> UnsupportedError:
        """Return the error for a server without a GraphQL API. It is no NotFoundError: that is said of objects."""
        message = f"this server has no GraphQL API at this URL: {error.message}"
        return UnsupportedError(
            message, self.provider_type, status=error.status, url=error.url, request_id=error.request_id
        )

    def _row_pages(
        self,
        query: Query,
        variables: dict[str, object],
        at: tuple[str, ...],
        cursor: str | None,
        run: ListingRun,
        decoder: RowDecoder[T],
    ) -> AsyncGenerator[list[T], None]:
        async def send(given: dict[str, object], tolerate: Tolerate, run: ListingRun) -> GraphQLResult:
            return await self._send_query(query, given, tolerate=tolerate, run=run)

        cap = self.profile.completeness.graphql_cap_of(query.root_field(at))
        from .row_pages import RowPages  # imported here because few programs need it

        return RowPages(send, variables, at, cursor, cap, decoder, run, self.profile, self.session.failures).read()


def _body(query: Query, variables: Mapping[str, object] | None) -> bytes:
    """Return the request body of a query.

    Raises:
        ConfigurationError: A variable that JSON cannot represent.
    """
    if variables is not None and not isinstance(variables, Mapping):
        raise ConfigurationError(f"variables must be a dict, not {type(variables).__name__}")
    given = dict(variables or {})
    if not all(isinstance(name, str) for name in given):
        raise ConfigurationError("variables must have names that are strings, without the $")
    return json_body("query or variables", {"query": query.text, "variables": given})
