"""The rows of a fleet in portions, and what happens at the end if some are missing."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from gitfleet_api import ConfigurationError
from gitfleet_api.client import one_of, shorten_repr
from gitfleet_api.tables import TableBuilder

from .errors import IncompleteFleetError
from .events import IncompleteFleet, OnFleetEvent
from .kinds import Kind
from .outcome import Outcome
from .progress import emit

if TYPE_CHECKING:
    from gitfleet_api.tables import TableData

__all__ = ["LEADING", "TableRows"]

LEADING = ("provider", "repository")
"""The columns before those of the rows."""
_CHOICES = ("raise", "warn", "ignore")
_WITH_TRACEBACK = 100
"""Errors that keep their traceback. It keeps the local variables of its frames, so many of them need much memory."""

_logger = logging.getLogger("gitfleet")


class TableRows:
    """The rows of one call for a whole fleet, in one reading.

    Args:
        kind: The call.
        outcomes: Starts the iteration over the outcomes.
        on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
        on_event: Receives the event of ``warn``. None for no event.

    Raises:
        ConfigurationError: ``on_incomplete`` is none of these, or the rows of the call cannot be a table.
    """

    def __init__(
        self,
        kind: Kind,
        outcomes: Callable[[], AsyncGenerator[Outcome[Any], None]],
        on_incomplete: str,
        on_event: OnFleetEvent | None,
    ) -> None:
        self._choice = one_of("on_incomplete", on_incomplete, _CHOICES)
        self._kind = kind
        self._outcomes = outcomes
        self._on_event = on_event
        self._missing: list[Outcome[Any]] = []
        if kind.function is None and kind.model is None:
            raise ConfigurationError(f"{kind.name}: its result has no columns; use each()")
        self._builder = None if kind.model is None else TableBuilder(kind.model, LEADING)

    @property
    def builder(self) -> TableBuilder:
        """The builder of the table. The first row of a function of the user settles its columns."""
        return TableBuilder(None, LEADING) if self._builder is None else self._builder

    async def parts(self, size: int) -> AsyncGenerator[TableData, None]:
        """Yield the rows in portions.

        Args:
            size: Rows of a portion. The last one has fewer.

        Raises:
            ConfigurationError: The rows are not instances of one dataclass.
        """
        providers: list[str] = []
        repositories: list[str] = []
        rows: list[Any] = []
        async with aclosing(self._outcomes()) as outcomes:
            async for outcome in outcomes:
                if outcome.is_missing:
                    self._add_missing(outcome)
                if outcome.repo is None:  # its rows, if any, are repositories
                    continue
                rows += outcome.rows
                providers += [str(outcome.repo.provider)] * len(outcome.rows)
                repositories += [outcome.repo.full_name] * len(outcome.rows)
                while len(rows) >= size:
                    yield self._part([providers[:size], repositories[:size]], rows[:size])
                    del providers[:size], repositories[:size], rows[:size]
        if rows:
            yield self._part([providers, repositories], rows)

    def conclude(self, result: object = None) -> None:
        """Report missing rows as the user has chosen.

        Args:
            result: The table without them. None if it is elsewhere.

        Raises:
            IncompleteFleetError: Rows are missing, and ``on_incomplete`` is ``raise``.
        """
        if not self._missing or self._choice == "ignore":
            return
        error = IncompleteFleetError.of(self._missing, result)
        if self._choice == "raise":
            raise error
        _logger.warning("%s: %s", self._kind.name, error.message)
        emit(self._on_event, IncompleteFleet(self._kind.name, tuple(self._missing), error.message))

    def _part(self, leading: list[list[str]], rows: list[Any]) -> TableData:
        if self._builder is None:
            for row in rows:
                if not is_dataclass(row):
                    raise ConfigurationError(
                        f"{self._kind.name}: a table needs rows that are instances of a dataclass, "
                        f"not {shorten_repr(row)}; use each() for rows of other types"
                    )
            self._builder = TableBuilder(type(rows[0]), LEADING)
        return self._builder.part(leading, rows)

    def _add_missing(self, outcome: Outcome[Any]) -> None:
        if len(self._missing) >= _WITH_TRACEBACK and outcome.error is not None:
            outcome.error.__traceback__ = outcome.error.__cause__ = outcome.error.__context__ = None
        self._missing.append(outcome)
