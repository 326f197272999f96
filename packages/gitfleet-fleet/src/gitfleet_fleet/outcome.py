"""Outcomes: what happened to one repository."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar, get_args

from gitfleet_api import IncompleteListingError, NotFoundError, ProviderError, UnsupportedError
from gitfleet_api.client import reason_of

from .repository import Repository

__all__ = ["MISSING", "STATUSES", "Outcome", "Status", "rows_of_error", "status_of"]

T = TypeVar("T")

_PART_NOT_FOUND = re.compile(r"\b(?:branch|commit|tag|file|tree|release|issue|environment) not found", re.IGNORECASE)
"""In the messages of both providers for a part of a repository that they have found."""

Status = Literal["ok", "gone", "forbidden", "blocked", "renamed", "empty", "unsupported", "failed"]
STATUSES: tuple[Status, ...] = get_args(Status)
MISSING: frozenset[Status] = frozenset(("gone", "forbidden", "blocked", "unsupported", "failed"))
"""The statuses of outcomes without rows, or without all rows."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What happened to one repository, or to a target that could not be listed."""

    target: str
    """The repository, as ``github:python/cpython``, or the target that could not be listed."""
    kind: str
    """Name of the call, as ``branches``; ``repositories`` if a target could not be listed."""
    status: Status
    """``ok``; ``renamed`` (the rows are those of the repository under its present name); ``empty`` (it has no
    commits); or why there are no rows: ``gone`` (404: it does not exist, or the token may not see it), ``forbidden``
    (403), ``blocked`` (by the provider, as for legal reasons), ``unsupported`` (the provider has no such call, or the
    feature is disabled), ``failed`` (any other error)."""
    repo: Repository | None
    """The repository. None if a target could not be listed."""
    rows: list[T] = field(default_factory=list, repr=False)
    """The rows. For a call that returns one object, a list with it."""
    error: Exception | None = None
    """Why there are no rows, or (:class:`IncompleteListingError`) not all. None if there is nothing to report."""
    calls: int = 0
    """Calls that it cost. A request for many repositories counts for the first of them."""
    seconds: float = 0.0
    """Time from its first request to its last response, with waits."""
    renamed_to: str | None = None
    """Present full name of a renamed repository. None if it is not renamed."""

    @property
    def is_missing(self) -> bool:
        """Whether rows are missing: the status is none of ``ok``, ``renamed`` and ``empty``."""
        return self.status in MISSING

    def unwrap(self) -> list[T]:
        """Return the rows.

        Raises:
            Exception: The error, if there is one.
        """
        if self.error is not None:
            raise self.error
        return self.rows


def status_of(error: Exception) -> Status:
    """Return the status that an error of a repository means."""
    if isinstance(error, UnsupportedError) or (isinstance(error, NotFoundError) and error.code == "gone"):
        return "unsupported"  # 410: a feature, as issues, is disabled in a repository that exists
    if isinstance(error, NotFoundError) and _PART_NOT_FOUND.search(error.message):
        return "failed"  # the repository exists
    reason = reason_of(error) if isinstance(error, ProviderError) else None
    return reason if reason in ("gone", "forbidden", "blocked") else "failed"


def rows_of_error(error: Exception) -> list[object]:
    """Return the rows that arrived before an error."""
    return list(error.rows) if isinstance(error, IncompleteListingError) else []
