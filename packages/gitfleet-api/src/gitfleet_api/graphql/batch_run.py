"""One call for many repositories, in progress.

A repository that a response leaves out is never called missing: it is requested once more, then by REST.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Sequence

from .._internal.gathering import gather_all
from ..backend.apply import project
from ..errors import (
    AuthError,
    ConfigurationError,
    DecodeFailure,
    GitFleetError,
    ProviderError,
    RateLimitError,
    ServerError,
)
from ..events import FallbackToRest
from ..models import RepoDetails
from .batch_query import BatchQuery, Json
from .endpoint import GraphQLEndpoint
from .errors import GraphQLError, GraphQLResult, is_too_much, query_error, read_problems
from .outcomes import Outcomes, Reason, RepositoryOutcome, failed_outcomes, outcome_of, reason_of
from .problems import GraphQLProblem, may_pass
from .problems import is_too_much as is_too_much_problem
from .server_schema import ServerSchema

__all__ = ["BatchRun"]

Details = Callable[[str, str], Awaitable[RepoDetails]]

_MISSING = "missing"
"""Code of :class:`FallbackToRest` for repositories that a response left out."""
_HOPELESS = 5
"""Number of consecutive single repositories that are too large, after which no more are requested."""


class BatchRun:
    """One call for many repositories, in progress.

    Args:
        client: The client.
        details: Its REST call for one repository.
        source: The query of its provider.
        schema: What the client has learned about its server.
    """

    def __init__(self, client: GraphQLEndpoint, details: Details, source: BatchQuery, schema: ServerSchema) -> None:
        self._client = client
        self._details = details
        self._source = source
        self._schema = schema
        self._decoder = client.session.decoder(RepoDetails, source.shape)
        self._failed_alone = 0

    async def batch(self, names: list[str], *, repeated: bool = False) -> Outcomes:
        """Return the outcome of each name.

        Args:
            names: At most as many as the provider allows in one request.
            repeated: Whether another response left these names out, so that they are not requested a third time.
        """
        unusable = self._schema.unusable
        if unusable is not None:
            return await self._instead(names, unusable, repeated=repeated)
        without = self._schema.without
        query, variables = self._source.query(names, without)
        try:
            result = await self._client._send_query(  # noqa: SLF001  both are parts of one client
                query,
                variables,
                tolerate=lambda problems, data: self._concerns_some(problems, data, names),
                gives_up=is_too_much if len(names) > 1 else None,
                owner=_owner_of(names),
            )
        except (AuthError, ConfigurationError):
            raise
        except GitFleetError as error:
            if self._schema.learn(error, without):
                return await self.batch(names, repeated=repeated)
            return await self._failed(names, error, repeated=repeated)
        self._failed_alone = 0
        return await self._outcomes(names, result, repeated=repeated)

    # -- queries that failed

    async def _failed(self, names: list[str], error: GitFleetError, *, repeated: bool) -> Outcomes:
        if is_too_much(error):
            if len(names) > 1:
                return await self._halved(names, error, repeated=repeated)
            self._failed_alone += 1
        return await self._instead(names, error, repeated=repeated)

    async def _halved(self, names: list[str], error: GitFleetError, *, repeated: bool) -> Outcomes:
        """Return the outcomes of a batch that was too large. One half at a time, to spare a provider that is down."""
        middle = (len(names) + 1) // 2
        outcomes: Outcomes = {}
        for half in (names[:middle], names[middle:]):
            hopeless = self._failed_alone >= _HOPELESS
            rest = self._instead(half, error, repeated=repeated) if hopeless else self.batch(half, repeated=repeated)
            outcomes |= await rest
        return outcomes

    async def _instead(self, names: list[str], error: GitFleetError, *, repeated: bool) -> Outcomes:
        """Return the outcomes of a failed query: by REST, unless that would fail for the same reason.

        Names that another response left out are always requested by REST: nothing is known about them.
        """
        same = isinstance(error, RateLimitError | ServerError) or not isinstance(error, ProviderError)
        if same and not isinstance(error, GraphQLError) and not repeated:
            return failed_outcomes(names, error)
        reason: Reason = "unknown" if repeated else "error"
        return await self._by_rest([RepositoryOutcome(name, reason=reason) for name in names], error.code)

    # -- responses

    def _concerns_some(self, problems: tuple[GraphQLProblem, ...], data: object, names: list[str]) -> bool:
        """Return whether each problem names the repositories that it concerns, so that the others have their details.

        If the provider gave up on all of them, smaller queries cost less than a REST call for each.
        """
        concerned: set[int] = set()
        for problem in problems:
            indexes = self._source.concerned(problem, data, names)
            if indexes is None:
                return False
            concerned.update(indexes)
        return len(concerned) < len(names) or not any(map(is_too_much_problem, problems))

    async def _outcomes(self, names: list[str], result: GraphQLResult, *, repeated: bool) -> Outcomes:
        """Return the outcomes of a response, after requesting again what it does not answer."""
        outcomes, by_rest, again, silent = self._sorted(names, result, repeated=repeated)
        if not repeated and (not self._source.omits_missing or len(silent) == len(names) > 1):
            again += silent
        else:
            by_rest += [RepositoryOutcome(name, reason="unknown") for name in silent]
        if again:
            outcomes |= await self.batch(again, repeated=True)
        if by_rest and not repeated and self._tokens_differ():
            outcomes |= await self._by_scouts(by_rest)
        elif by_rest:
            outcomes |= await self._by_rest(by_rest, _MISSING)
        return outcomes

    def _sorted(
        self, names: list[str], result: GraphQLResult, *, repeated: bool
    ) -> tuple[Outcomes, list[RepositoryOutcome], list[str], list[str]]:
        """Return the final outcomes, those to request by REST, and the names with temporary and without any error."""
        problems = self._problems(names, result)
        objects = self._source.objects(result.data, names)
        models = iter(self._models([item for item in objects if item is not None], result))
        outcomes: Outcomes = {}
        by_rest: list[RepositoryOutcome] = []
        again: list[str] = []
        silent: list[str] = []
        for number, (name, found) in enumerate(zip(names, objects, strict=True)):
            own = problems.get(number, ())
            if found is None and not own:
                silent.append(name)
            elif found is None and not repeated and any(map(_is_temporary, own)):
                again.append(name)
            else:
                outcome, is_final = (
                    self._missing(name, own, result) if found is None else self._found(name, next(models), own, result)
                )
                if is_final:
                    outcomes[name.lower()] = outcome
                else:
                    by_rest.append(outcome)
        return outcomes, by_rest, again, silent

    def _found(
        self, name: str, model: RepoDetails | GitFleetError, problems: Sequence[GraphQLProblem], result: GraphQLResult
    ) -> tuple[RepositoryOutcome, bool]:
        """Return the outcome of an object, and whether it is complete."""
        if isinstance(model, GitFleetError):
            return RepositoryOutcome(name, reason="error", error=model), False
        if problems:
            return outcome_of(name, model, self._error(problems, result)), False
        return outcome_of(name, model), True

    def _missing(
        self, name: str, problems: Sequence[GraphQLProblem], result: GraphQLResult
    ) -> tuple[RepositoryOutcome, bool]:
        """Return the outcome of a repository that was not sent, and whether its problems are the final reason.

        They are not if another token may see more: REST calls are repeated with the others.
        """
        if not all(map(self._source.explains, problems)):
            return RepositoryOutcome(name, reason="unknown"), False
        if self._tokens_differ():
            return RepositoryOutcome(name, reason="unknown"), False
        error = self._error(problems, result)
        return RepositoryOutcome(name, reason=reason_of(error), error=error), True

    def _problems(self, names: list[str], result: GraphQLResult) -> dict[int, list[GraphQLProblem]]:
        """Return the tolerated problems by the index of the name, without tokens that the server repeated.

        They are read again, because a message is cut: a part of a token would not be recognised.
        """
        found: dict[int, list[GraphQLProblem]] = {}
        if result.problems:
            redacted = self._client.session.failures.response(result.response)
            # The path of the original: it may contain a part of a name that equals a token.
            for problem, shown in zip(result.problems, read_problems(redacted), strict=False):
                for index in self._source.concerned(problem, result.data, names) or ():
                    found.setdefault(index, []).append(shown)
        return found

    def _error(self, problems: Sequence[GraphQLProblem], result: GraphQLResult) -> GitFleetError:
        return query_error(tuple(problems), None, self._client.profile, url=result.url, response=result.response)

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

    # -- by REST

    def _tokens_differ(self) -> bool:
        """Return whether some tokens may see what others do not."""
        return len({token.sees for token in self._client.session.tokens()}) > 1

    async def _by_scouts(self, otherwise: list[RepositoryOutcome]) -> Outcomes:
        """Return the outcomes of repositories of which another token may see more.

        Per owner, one REST call shows which token sees it; one query with that token then returns the others.
        """
        by_owner: dict[str | None, list[RepositoryOutcome]] = {}
        for outcome in otherwise:
            by_owner.setdefault(_owner_of([outcome.name]), []).append(outcome)
        parts = await gather_all(map(self._by_scout, by_owner.values()))
        return {key: outcome for part in parts for key, outcome in part.items()}

    async def _by_scout(self, otherwise: list[RepositoryOutcome]) -> Outcomes:
        first, rest = otherwise[:1], otherwise[1:]
        outcomes = await self._by_rest(first, _MISSING)
        hidden = [outcome.name for outcome in rest if outcome.reason == "unknown"]
        if len(hidden) > 1 and outcomes[first[0].name.lower()].found:
            outcomes |= await self.batch(hidden, repeated=True)
            rest = [outcome for outcome in rest if outcome.reason != "unknown"]
        return outcomes | (await self._by_rest(rest, _MISSING) if rest else {})

    async def _by_rest(self, otherwise: list[RepositoryOutcome], code: str) -> Outcomes:
        """Return the outcomes of ``fetch_repository_details``.

        Args:
            otherwise: For each repository its outcome if the REST call says nothing about it.
            code: Why the query was not enough.
        """
        url = self._client._graphql_url()  # noqa: SLF001  both are parts of one client
        self._client.session.emit(FallbackToRest(url, len(otherwise), code))
        found = await gather_all(map(self._alone, otherwise))
        return {outcome.name.lower(): outcome for outcome in found}

    async def _alone(self, otherwise: RepositoryOutcome) -> RepositoryOutcome:
        owner, _, repo = otherwise.name.rpartition("/")
        try:
            return outcome_of(otherwise.name, await self._details(owner, repo))
        except (AuthError, ConfigurationError):
            raise
        except GitFleetError as error:
            if otherwise.details is not None:
                return otherwise
            reason = reason_of(error)
            return dataclasses.replace(otherwise, reason=otherwise.reason if reason == "error" else reason, error=error)


def _owner_of(names: Iterable[str]) -> str | None:
    """Return the owner of all names; None if there are several."""
    owners = {name.rpartition("/")[0].lower() for name in names}
    return owners.pop() if len(owners) == 1 else None


def _is_temporary(problem: GraphQLProblem) -> bool:
    return may_pass(problem) or is_too_much_problem(problem)
