"""What is sent to workers and back: units of work without secrets, and their outcomes."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import dataclass
from typing import Any

from gitfleet_api import ConfigurationError, GitFleetError
from gitfleet_api.client import ClientRecipe

from ..kinds import Kind
from ..outcome import Outcome
from ..repository import Repository

__all__ = ["SentBatch", "SentResult", "SentUnit", "pack", "unpack"]


@dataclass(frozen=True, slots=True)
class SentUnit:
    """A unit of work: one kind for one repository, or for as many as one request can be sent for."""

    key: int
    """The unit, in this run."""
    number: int
    """How often the unit was given out, with this time: the fencing number."""
    kind: Kind
    """What is done."""
    repos: tuple[Repository, ...]
    """For which repositories."""


@dataclass(frozen=True, slots=True)
class SentBatch:
    """The argument of one call of the executor: some units of one client."""

    run: str
    """Identifies the run: its batches share a client in each process."""
    recipe: ClientRecipe
    """How a worker builds the client."""
    units: tuple[SentUnit, ...]
    """The units."""


@dataclass(frozen=True, slots=True)
class SentResult:
    """What a worker returns for a unit."""

    key: int
    """The unit."""
    number: int
    """The number that the unit had."""
    outcomes: tuple[Outcome[Any], ...]
    """One outcome for each repository, without ``repo``: the coordinator has it."""


def pack(units: tuple[SentUnit, ...], outcomes: list[list[Outcome[Any]]]) -> bytes:
    """Return the outcomes of units as bytes.

    They are pickled here, because a pool breaks if it cannot read a result. An error that cannot be pickled becomes a
    :class:`GitFleetError` with the same text, and rows that cannot be an error.
    """
    results = [
        SentResult(unit.key, unit.number, tuple(_portable(item) for item in found))
        for unit, found in zip(units, outcomes, strict=True)
    ]
    # Rows of models can be pickled. Those of functions of the user are tried.
    checked = [_checked(result) if unit.kind.function else result for unit, result in zip(units, results, strict=True)]
    return pickle.dumps(checked, pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> list[SentResult]:
    """Return the results of a worker.

    Raises:
        Exception: This process lacks the class of a row.
    """
    results: list[SentResult] = pickle.loads(data)  # noqa: S301  from a worker of the user's executor
    return results


def _portable(outcome: Outcome[Any]) -> Outcome[Any]:
    error = outcome.error
    if error is not None and not isinstance(error, GitFleetError):
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301  what was pickled here
        except Exception:  # noqa: BLE001  whatever its class raises
            name = type(error).__name__
            error = GitFleetError(f"{name}: {error}", code=name)
    return dataclasses.replace(outcome, repo=None, error=error)


def _checked(result: SentResult) -> SentResult:
    try:
        pickle.loads(pickle.dumps(result))  # noqa: S301  what was pickled here
    except Exception as problem:  # noqa: BLE001  whatever the classes of rows raise
        error = ConfigurationError(f"the rows cannot be sent from the worker: {type(problem).__name__}: {problem}")
        failed = (dataclasses.replace(item, status="failed", rows=[], error=error) for item in result.outcomes)
        return dataclasses.replace(result, outcomes=tuple(failed))
    return result
