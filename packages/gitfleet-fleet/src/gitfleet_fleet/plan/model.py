"""The parts of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from ..outcome import Status

__all__ = ["Estimate", "PlanProblem", "PlannedBudget", "PlannedCall", "PlannedToken"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how sure it is."""

    expected: int
    """The most likely value."""
    low: int
    """Lower end of the range that contains the value in 95 of 100 cases, by the sample."""
    high: int
    """Upper end of that range."""

    @property
    def is_exact(self) -> bool:
        """Whether the number was counted."""
        return self.low == self.high

    def __str__(self) -> str:
        return f"{self.expected:,}" if self.is_exact else f"{self.expected:,} ({self.low:,} to {self.high:,})"


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One kind of call for each repository."""

    name: str
    """Name of the call, as ``branches``; ``repositories`` for the listing of the targets."""
    repositories: Estimate
    """Repositories that it is done for: those whose provider has the call."""
    calls: Estimate
    """Requests that count against a rate limit."""
    method: str
    """How the number of calls is known, as ``counted by GraphQL`` or ``sample of 24 repositories``."""
    saved_by_batches: int
    """Calls that requests for many repositories save, compared with one request each."""
    saved_by_cache: int
    """Calls that the cache of the client saves; they are not in ``calls``. It is estimated by looking up a sample."""
    seconds: float
    """Seconds per request, as measured; 0 if none was sent."""


@dataclass(frozen=True, slots=True)
class PlannedBudget:
    """The budget of one principal for one resource of a server, and what the plan takes of it."""

    server: str
    """The server, as in targets: ``github``, or the host of a server that the provider does not name."""
    resource: str
    """The provider's name of the budget, as ``core`` or ``graphql``."""
    principal: str | None
    """Username, or label of the token if that is unknown. None for requests without a token."""
    calls: int
    """Calls that the plan takes of it."""
    left: int | None
    """Calls left now. None if the server does not state it."""
    limit: int | None
    """Calls in a full window. None if the server does not state it."""
    resets_in: float | None
    """Seconds until the window ends. None if unknown."""


@dataclass(frozen=True, slots=True)
class PlannedToken:
    """A token of the clients, as its server sees it."""

    server: str
    """The server, as in targets."""
    label: str
    """Username, or the number of the token. It never contains the secret."""
    is_valid: bool
    """Whether the server accepts it."""
    login: str | None
    """Login of its user, by the server's statement. None if the server does not state it, as for apps."""
    scopes: tuple[str, ...] | None
    """Granted scopes. None if the server does not state them, as for fine-grained tokens."""


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Something that will fail, or that the user should know."""

    what: str
    """A target, a call or a token."""
    status: Status | None
    """Status of the outcomes that it causes, as ``forbidden``. None if it causes none."""
    repositories: int | None
    """Number of repositories that it concerns, estimated from a sample. None if unknown."""
    message: str
    """What will happen, and what changes it."""
