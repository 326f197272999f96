"""Details of many repositories in few requests."""

from __future__ import annotations

import asyncio
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeVar

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..backend.apply import project
from ..decoding.shapes import Shape
from ..errors import (
    AuthError,
    ConfigurationError,
    DecodeFailure,
    GitFleetError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableForLegalReasonsError,
)
from ..http.urls import expand
from ..models import RepoDetails
from .document import Query
from .endpoint import GraphQLEndpoint
from .errors import GraphQLProblem, GraphQLResult, is_too_much, query_error, read_problems

__all__ = ["BatchQuery", "BatchRequests", "RepositoryOutcome"]

T = TypeVar("T")
Reason = Literal["gone", "forbidden", "blocked", "error"]
Json = dict[str, Any]

_BLOCKED = "access blocked"
"""Part of GitHub's message for a repository that it blocked."""
_HOPELESS = 5
"""Number of consecutive single repositories that are too large, after which no more are requested."""


@dataclass(frozen=True, slots=True)
class RepositoryOutcome:
    """The result for one repository of :meth:`fetch_many_repository_details`.

    Attributes:
        name: Name as it was requested.
        details: The repository. None if it could not be fetched.
        reason: Why there are no details: ``gone`` (it does not exist, or the token may not see it), ``forbidden``,
            ``blocked`` (by the provider, for example after a takedown) or ``error`` (anything else). None if there
            are details.
        renamed_to: Current name, if the repository was renamed. None otherwise.
        error: The provider's error. Set beside details if some of their fields could not be fetched and are None.
    """

    name: str
    details: RepoDetails | None = None
    reason: Reason | None = None
    renamed_to: str | None = None
    error: GitFleetError | None = None

    @property
    def found(self) -> bool:
        """Whether there are details."""
        return self.details is not None

    def unwrap(self) -> RepoDetails:
        """Return the details.

        Raises:
            GitFleetError: The reason why there are none.
        """
        if self.details is not None:
            return self.details
        raise self.error if self.error is not None else GitFleetError(f"{self.name}: {self.reason}")


class BatchQuery(ABC):
    """How to request many repositories of one provider at once.

    Attributes:
        largest: Maximum number of names in one request.
        shape: Where :meth:`as_rest` puts the fields of the details.
        asks_alone: Whether a name that is missing in the result is requested by ``fetch_repository_details``, which
            distinguishes renamed repositories from deleted ones.
    """

    largest: int
    shape: Shape
    asks_alone: bool = False

    @abstractmethod
    def query(self, names: Sequence[str]) -> tuple[Query, Json]:
        """Return the query for some names, and its variables.

        Args:
            names: ``owner/name`` of each repository.
        """

    @abstractmethod
    def objects(self, data: object, names: Sequence[str]) -> list[Json | None]:
        """Return the provider's object for each name, or None.

        Args:
            data: The ``data`` of the response.
            names: ``owner/name`` of each repository.
        """

    @abstractmethod
    def index(self, problem: GraphQLProblem) -> int | None:
        """Return which of the names a problem concerns; None if it concerns all of them.

        Args:
            problem: An entry of ``errors``.
        """

    @abstractmethod
    def as_rest(self, found: Json) -> Json:
        """Return an object in the form of the REST API.

        Args:
            found: An object of the GraphQL API.
        """


class BatchRequests(GraphQLEndpoint):
    """The call that takes many names. A client provides the session and the query of its provider."""

    if TYPE_CHECKING:
        batch_query: ClassVar[BatchQuery | None]

        async def fetch_repository_details(self, owner: str, repo: str) -> RepoDetails: ...  # noqa: D102
        def _unsupported(self, method: str) -> NoReturn: ...

    async def fetch_many_repository_details(self, names: Iterable[str]) -> list[RepositoryOutcome]:
        """Return what :meth:`fetch_repository_details` returns, for many repositories in few requests (GraphQL).

        One request contains up to 100 names, and requests run concurrently. A request that is too large for the
        provider is split in halves. A repository that cannot be fetched does not affect the others.

        Args:
            names: ``owner/name`` of each repository, in any order. A name that appears twice is requested once.

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
        run = _Run(self, source)
        batches = [once[start : start + source.largest] for start in range(0, len(once), source.largest)]
        found = {key: outcome for part in await _all(map(run.batch, batches)) for key, outcome in part.items()}
        return [dataclasses.replace(found[name.lower()], name=name) for name in asked]

    def _checked(self, names: Iterable[str]) -> list[str]:
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise ConfigurationError(f"names must be a list of 'owner/name', not {shorten_repr(names)}")
        asked = list(names)
        for name in asked:
            if not isinstance(name, str) or "/" not in name:
                raise ConfigurationError(f"a repository is named 'owner/name', not {shorten_repr(name)}")
            owner, _, repo = name.rpartition("/")
            expand("{owner}", {"owner": owner}, nested=self.profile.nested_names)
            expand("{name}", {"name": repo})
        return asked


class _Run:
    """One call for many repositories, in progress."""

    def __init__(self, client: BatchRequests, source: BatchQuery) -> None:
        self._client = client
        self._source = source
        self._decoder = client.session.decoder(RepoDetails, source.shape)
        self._failed_alone = 0

    async def batch(self, names: list[str]) -> dict[str, RepositoryOutcome]:
        """Return the outcome of each name, by the name in lower case."""
        query, variables = self._source.query(names)
        several = len(names) > 1
        try:
            result = await self._client._send_query(  # noqa: SLF001  both are parts of one client
                query,
                variables,
                tolerate=self._is_about_single_ones,
                gives_up=is_too_much if several else None,
            )
        except (AuthError, ConfigurationError):
            raise
        except GitFleetError as error:
            if not is_too_much(error):
                return _failed(names, error)
            if several:
                return await self._halved(names, error)
            self._failed_alone += 1
            return _failed(names, error)
        self._failed_alone = 0
        return await self._outcomes(names, result)

    async def _halved(self, names: list[str], error: GitFleetError) -> dict[str, RepositoryOutcome]:
        """Return the outcomes of a batch that was too large. One half at a time, to spare a provider that is down."""
        middle = (len(names) + 1) // 2
        outcomes: dict[str, RepositoryOutcome] = {}
        for half in (names[:middle], names[middle:]):
            hopeless = self._failed_alone >= _HOPELESS
            outcomes |= _failed(half, error) if hopeless else await self.batch(half)
        return outcomes

    def _is_about_single_ones(self, problems: tuple[GraphQLProblem, ...], data: object) -> bool:
        profile = self._client.profile
        return not is_too_much(query_error(problems, data, profile, url="")) and all(
            self._source.index(problem) is not None for problem in problems
        )

    async def _outcomes(self, names: list[str], result: GraphQLResult) -> dict[str, RepositoryOutcome]:
        errors: dict[int, list[GraphQLProblem]] = {}
        for problem in self._redacted_problems(result):
            index = self._source.index(problem)
            errors.setdefault(-1 if index is None else index, []).append(problem)
        objects = self._source.objects(result.data, names)
        models = iter(self._models([item for item in objects if item is not None], result))
        outcomes: dict[str, RepositoryOutcome] = {}
        alone: list[str] = []
        for number, (name, found) in enumerate(zip(names, objects, strict=True)):
            problems = tuple(errors.get(number, ()))
            error = self._error(problems, result) if problems else None
            if found is not None:
                outcomes[name.lower()] = _outcome(name, next(models), error)
            elif self._source.asks_alone and error is None:
                alone.append(name)
            else:
                missing = GraphQLProblem("it does not exist, or the token may not see it", (name,), "NOT_FOUND")
                error = error or self._error((missing,), result)
                outcomes[name.lower()] = RepositoryOutcome(name, reason=_reason(error), error=error)
        for outcome in await _all(map(self._alone, alone)):
            outcomes[outcome.name.lower()] = outcome
        return outcomes

    def _redacted_problems(self, result: GraphQLResult) -> tuple[GraphQLProblem, ...]:
        """Return the tolerated problems without tokens that the server repeated.

        They are read again, because a message is cut: a part of a token would not be recognised.
        """
        return read_problems(self._client.session.failures.response(result.response)) if result.problems else ()

    def _error(self, problems: tuple[GraphQLProblem, ...], result: GraphQLResult) -> GitFleetError:
        return query_error(problems, None, self._client.profile, url=result.url, response=result.response)

    def _models(self, objects: list[Json], result: GraphQLResult) -> list[RepoDetails | GitFleetError]:
        try:
            return [*self._read(objects)]
        except DecodeFailure as failure:
            if len(objects) > 1:  # a malformed one does not affect the others
                return [model for item in objects for model in self._models([item], result)]
            failures = self._client.session.failures
            return [failures.decoding(failure, result.response, method="POST", url=result.url)]

    def _read(self, objects: list[Json]) -> list[RepoDetails]:
        try:
            rows = [self._source.as_rest(item) for item in objects]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DecodeFailure("decode_shape", f"a repository is not of the promised shape: {error!r}") from None
        models = self._decoder.build(project(rows, self._decoder.projection(many=True)))
        if not self._client.session.include_raw:
            return models
        return [dataclasses.replace(model, raw_data=item) for model, item in zip(models, objects, strict=True)]

    async def _alone(self, name: str) -> RepositoryOutcome:
        owner, _, repo = name.rpartition("/")
        try:
            return _outcome(name, await self._client.fetch_repository_details(owner, repo), None)
        except (AuthError, ConfigurationError):
            raise
        except GitFleetError as error:
            return RepositoryOutcome(name, reason=_reason(error), error=error)


def _outcome(name: str, found: RepoDetails | GitFleetError, error: GitFleetError | None) -> RepositoryOutcome:
    if isinstance(found, GitFleetError):
        return RepositoryOutcome(name, reason="error", error=found)
    renamed = found.full_name if found.full_name.lower() != name.lower() else None
    return RepositoryOutcome(name, found, renamed_to=renamed, error=error)


def _failed(names: list[str], error: GitFleetError) -> dict[str, RepositoryOutcome]:
    return {name.lower(): RepositoryOutcome(name, reason=_reason(error), error=error) for name in names}


def _reason(error: GitFleetError) -> Reason:
    if isinstance(error, NotFoundError):
        return "gone"
    if isinstance(error, UnavailableForLegalReasonsError):
        return "blocked"
    if isinstance(error, PermissionDeniedError):
        return "blocked" if _BLOCKED in error.message.lower() else "forbidden"
    return "error"


async def _all(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Return the results of all calls. If one fails, the others end before its error is raised."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*tasks, return_exceptions=True)
