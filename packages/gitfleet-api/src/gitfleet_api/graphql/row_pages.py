"""The rows of a query as a listing: page by page, complete or with an error."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, Generic, TypeVar

from ..backend.apply import json_name, project
from ..completeness_rules import RowCap
from ..decoding.identity import Keys
from ..decoding.rows import RowDecoder
from ..errors import DecodeError, DecodeFailure, NotFoundError
from ..gaps import Gap
from ..profile import ProviderProfile
from ..session.failures import Failures
from ..session.paging import Page, RepeatedPage, iter_pages
from ..session.repeats import drop_repeats
from ..session.run import ListingRun
from ..session.status import provider_error
from ..session.tally import PageFacts, Tally
from .errors import GraphQLResult, Tolerate, read_problems
from .problems import GraphQLProblem

__all__ = ["RowPages", "Send"]

T = TypeVar("T")

Send = Callable[[dict[str, object], Tolerate, ListingRun], Awaitable[GraphQLResult]]
"""Sends the query with some variables. Further arguments: which problems are tolerated, and the reading."""

_WITHHELD = ("FORBIDDEN", "NOT_FOUND")


class RowPages(Generic[T]):
    """One reading of the rows of a query.

    Args:
        send: Sends the query.
        variables: Variables of the first page.
        at: Keys that lead to the rows in ``data``.
        cursor: Variable that takes the cursor of the next page; None if the rows have no pages.
        cap: Number of rows after which the provider ends the listing; None if there is no such number.
        decoder: Decodes the rows.
        run: The reading.
        profile: How to talk to the provider.
        failures: Builds the errors.
    """

    def __init__(
        self,
        send: Send,
        variables: dict[str, object],
        at: tuple[str, ...],
        cursor: str | None,
        cap: RowCap | None,
        decoder: RowDecoder[T],
        run: ListingRun,
        profile: ProviderProfile,
        failures: Failures,
    ) -> None:
        self._send = send
        self._variables = variables
        self._at = at
        self._cursor = cursor
        self._cap = cap
        self._decoder = decoder
        self._run = run
        self._profile = profile
        self._failures = failures
        self._withheld_because: str | None = None
        self._first = "" if cursor is None else str(variables.get(cursor) or "")

    async def read(self) -> AsyncGenerator[list[T], None]:
        """Yield the rows of each page.

        Raises:
            GitFleetError: A page could not be fetched or decoded, or the listing repeats itself.
        """
        # Of a query without pages, the user has chosen the number of rows.
        tally = Tally(None if self._cursor is None or self._first else 0)
        withheld = 0
        repeated: str | None = None
        try:
            async with (
                aclosing(iter_pages(self._page, self._first, self._run.ahead)) as pages,
                aclosing(drop_repeats(pages)) as lists,
            ):
                async for page, rows in lists:
                    tally.add(page.facts, page.count, len(rows))
                    withheld += page.count - len(page.rows)
                    yield rows
        except RepeatedPage as error:
            repeated = error.url
        if repeated is not None:  # raised here, because the context of an error would show a cursor with a token in it
            raise self._repeated(repeated)
        cap = self._cap
        if cap is not None and self._cursor is not None and tally.received >= cap.rows:
            more = tally.total is None or tally.total > tally.received
            tally.remedy = cap.remedy if more else None
        self._run.gaps += tally.gaps(None)
        if withheld:
            said = self._withheld_because or "without a reason"
            remedy = f"the server sent null for these rows ({said}); use a token that may see them"
            self._run.gaps.append(Gap("withheld", withheld, remedy))

    async def _page(self, place: str) -> Page[T]:
        given = self._variables
        if self._cursor is not None and place != self._first:
            given = {**given, self._cursor: place}
        result = await self._send(given, partial(_only_withheld, self._at), self._run)
        found = self._value(result, self._at, place)
        sent = found if isinstance(found, list) else [found]
        if result.problems and self._withheld_because is None:
            problems = read_problems(self._failures.response(result.response))
            self._withheld_because = problems[0].message if problems else None
        rows, keys = self._rows(result, [row for row in sent if row is not None])
        facts = PageFacts(self._total(result, place), (), None)
        following = self._next_cursor(result, place)
        return Page(place, rows, following, None, keys, facts=facts, count=len(sent))

    def _total(self, result: GraphQLResult, place: str) -> int | None:
        """Return the number of rows on all pages, if the query asks for it."""
        parent = self._value(result, self._at[:-1], place)
        members = parent if self._at and isinstance(parent, dict) else {}
        named = (members.get(name) for name in self._profile.completeness.graphql_totals)
        return max((value for value in named if type(value) is int), default=None)

    def _rows(self, result: GraphQLResult, rows: list[Any]) -> tuple[list[T], Keys | None]:
        try:
            columns = project(rows, self._decoder.projection(many=True))
            return self._decoder.build(columns), self._decoder.keys(columns)
        except DecodeFailure as failure:
            failure.message = f"{_named(self._at)}: {failure.message}"
            raise self._decode_error(failure, result) from None

    def _value(self, result: GraphQLResult, at: tuple[str, ...], place: str) -> Any:
        """Return the value under ``at``.

        Raises:
            NotFoundError: It, or a value above it, is null on the first page: so GitLab reports missing objects.
            DecodeError: It is null on a later page, a value above it is not an object, or the response leaves it out.
        """
        found: Any = result.data
        for depth in range(len(at) + 1):
            where = _named(at[:depth])
            if found is None and place == self._first:
                message = f"{self._profile.name} sent null for {where}: it does not exist, or the token may not see it"
                raise NotFoundError(message, self._profile.type, status=200)
            if depth == len(at):
                break
            if not isinstance(found, dict):
                raise self._shape_error(f'"{where}" should be an object, found {json_name(found)}', result)
            if at[depth] not in found:  # not null: the server did not say that it does not exist
                raise self._shape_error(f'"{where}" has no "{at[depth]}", which the query asks for', result)
            found = found[at[depth]]
        if found is None:
            raise self._shape_error(f'"{_named(at)}" is null on a later page', result)
        return found

    def _next_cursor(self, result: GraphQLResult, place: str) -> str | None:
        if self._cursor is None:
            return None
        connection = self._value(result, self._at[:-1], place)
        info = connection.get("pageInfo") if isinstance(connection, dict) else None
        if not isinstance(info, dict) or not isinstance(info.get("hasNextPage"), bool):
            # Guessing that this is the last page could lose rows silently.
            where = _named((*self._at[:-1], "pageInfo"))
            raise self._shape_error(f'"{where}" does not say whether there is a next page', result)
        if not info["hasNextPage"]:
            return None
        cursor = info.get("endCursor")
        if not isinstance(cursor, str) or not cursor:
            raise self._repeated(str(cursor))
        return cursor

    def _shape_error(self, message: str, result: GraphQLResult) -> DecodeError:
        return self._decode_error(DecodeFailure("decode_shape", message), result)

    def _decode_error(self, failure: DecodeFailure, result: GraphQLResult) -> DecodeError:
        return self._failures.decoding(failure, result.response, method="POST", url=result.url)

    def _repeated(self, cursor: str) -> Exception:
        shown = self._failures.text(cursor)[:100]
        message = f"{self._profile.name} gives the cursor {shown!r} again; the listing would never end"
        return provider_error("repeated_page", message, self._profile, status=200)


def _named(at: tuple[str, ...]) -> str:
    return ".".join(("data", *at))


def _only_withheld(at: tuple[str, ...], problems: tuple[GraphQLProblem, ...], data: object) -> bool:
    """Return whether every problem is a row that the token may not see, and that the response has as null."""
    found = data
    for key in at:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, list):
        return False
    for problem in problems:
        row = problem.path[len(at)] if len(problem.path) > len(at) else None
        inside = problem.path[: len(at)] == at and isinstance(row, int) and 0 <= row < len(found)
        if not inside or problem.type not in _WITHHELD or found[row] is not None:  # type: ignore[index]
            return False
    return True
