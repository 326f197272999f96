"""The result for one repository of a batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from .._internal.lazy_dataclass import dataclass
from ..errors import GitFleetError, NotFoundError, PermissionDeniedError, UnavailableForLegalReasonsError
from ..models import RepoDetails
from ..session.status import NOT_THE_API

__all__ = ["Outcomes", "Reason", "RepositoryOutcome", "failed_outcomes", "outcome_of", "reason_of"]

Reason = Literal["gone", "forbidden", "blocked", "unknown", "error"]

_BLOCKED = "access blocked"
"""Part of GitHub's message for a repository that it blocked."""


@dataclass(frozen=True, slots=True)
class RepositoryOutcome:
    """The result for one repository of :meth:`fetch_many_repository_details`.

    Attributes:
        name: Name as it was requested.
        details: The repository. None if it could not be fetched.
        reason: Why there are no details: ``gone`` (the provider said that it does not exist, or that the token may not
            see it), ``forbidden``, ``blocked`` (by the provider, for example after a takedown), ``unknown`` (the
            response to the query left it out, and the REST call failed too, so it may exist) or ``error`` (anything
            else). None if there are details.
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


Outcomes = dict[str, RepositoryOutcome]
"""The outcome of each repository, by its name in lower case."""


def outcome_of(name: str, found: RepoDetails, error: GitFleetError | None = None) -> RepositoryOutcome:
    """Return the outcome of a repository that was found, with the error of a part of it."""
    renamed = found.full_name if found.full_name.lower() != name.lower() else None
    return RepositoryOutcome(name, found, renamed_to=renamed, error=error)


def failed_outcomes(names: Iterable[str], error: GitFleetError) -> Outcomes:
    """Return the outcomes of repositories that one error concerns."""
    return {name.lower(): RepositoryOutcome(name, reason=reason_of(error), error=error) for name in names}


def reason_of(error: GitFleetError) -> Reason:
    """Return the reason that an error about one repository means."""
    if isinstance(error, NotFoundError):
        return "error" if NOT_THE_API in error.message else "gone"
    if isinstance(error, UnavailableForLegalReasonsError):
        return "blocked"
    if isinstance(error, PermissionDeniedError):
        return "blocked" if _BLOCKED in error.message.lower() else "forbidden"
    return "error"
