"""The interface of budgets that processes share, and what workers and stores say to each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from .._internal.lazy_dataclass import dataclass
from .._internal.reference import Reference
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = [
    "BudgetReply",
    "BudgetReport",
    "BudgetWarning",
    "Budgets",
    "PaceReply",
    "PaceReport",
    "budget_key",
]


class BudgetWarning(RuntimeWarning):
    """The store of shared budgets can't be used for a while. The calls continue, each process with its share."""


@dataclass(frozen=True, slots=True)
class PaceReport:
    """What a worker says about one published limit on speed."""

    points: int
    """Points that all workers together may spend per period."""
    seconds: float
    """Length of the period."""
    leased: int
    """Points that the worker was given since it began, or fewer if it gives some back."""
    spent: int
    """Points that it has spent since it began."""
    wanted: int
    """Points that it wants to have in addition."""
    needed: int = 1
    """Points of one request. Fewer are of no use."""


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """What a worker says about one budget. All numbers are totals, so that a report may arrive twice.

    Times are epoch seconds by the worker's clock.
    """

    key: str
    """The budget: a hash of the principal, the server and the resource; see :func:`budget_key`."""
    window: float | None
    """End of the window that the numbers are about. None if the worker does not know the window."""
    leased: int
    """Calls that the worker was given in this window, or fewer if it gives some back."""
    spent: int
    """Calls that it has sent in this window."""
    wanted: int
    """Calls that it wants to have in addition; 0 for none."""
    in_flight: int = 0
    """Calls that it has sent, in this window or before, and that have not ended."""
    remaining: int | None = None
    """The fewest calls that the server has stated as left in this window. None if it has stated none."""
    unlimited: bool = False
    """Whether the server answers without a limit for this budget."""
    paused_until: float = 0.0
    """Until when the server has forbidden calls. 0 if it has not."""
    pace: tuple[PaceReport, ...] = ()
    """The published limits on the speed of this budget."""


@dataclass(frozen=True, slots=True)
class PaceReply:
    """What a store answers about one published limit on speed."""

    leased: int
    """Points that the worker has been given since it began."""
    retry_at: float
    """When more points may be free, if fewer were given than wanted."""


@dataclass(frozen=True, slots=True)
class BudgetReply:
    """What a store answers about one budget. Times are epoch seconds by the worker's clock."""

    window: float | None
    """End of the window. None if no worker has seen a limit of the server yet, or since the last window ended."""
    leased: int
    """Calls that the worker has been given in this window."""
    left: int
    """Calls of the window that no worker has been given. 0 if that is unknown."""
    workers: int
    """Workers that use the budget at present, this one among them."""
    retry_at: float
    """When to ask again at the earliest, if fewer calls were given than wanted."""
    paused_until: float = 0.0
    """Until when the server has forbidden calls. 0 if it has not."""
    unlimited: bool = False
    """Whether the server answers without a limit, so that calls need not be leased."""
    pace: tuple[PaceReply, ...] = ()
    """The limits on speed, in the order of the report."""
    is_known: bool = True
    """Whether it is known how many calls are left. If not, ``left`` is 0."""


class Budgets(ABC):
    """Where workers agree who may send how many calls. A worker is one token pool in one process.

    A worker leases calls in batches, spends them without asking, and gives back what it does not need. Leases of a
    worker that says nothing for 20 seconds go back to the others. Give an instance to
    ``TokenManager(budgets=...)``; the tokens of all its clients then share what is left with all other processes that
    use the same store.

    One thread for each token pool calls the methods. They may block. An exception means that the store can't be used
    now: the worker goes on with its share of what was last known, and tries again.

    Args:
        reserve: Calls of each window of each budget that are left for other programs; at most half of the window.

    Raises:
        ConfigurationError: ``reserve`` is negative or no integer.
    """

    in_process: bool = False
    """Whether :meth:`exchange` is so fast that a call may wait for it: it reads neither a file nor a socket."""

    def __init__(self, *, reserve: int = 0) -> None:
        if isinstance(reserve, bool) or not isinstance(reserve, int) or reserve < 0:
            raise ConfigurationError(f"reserve must be an integer of at least 0, not {shorten_repr(reserve)}")
        self.reserve: int = reserve

    @abstractmethod
    def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
        """Record what a worker says about some budgets, lease what it wants, and return a reply for each report.

        Args:
            worker: Name of the worker, the same in all its calls.
            reports: At most one for each budget.
            now: The present time by the worker's clock, in epoch seconds.

        Raises:
            ConfigurationError: The store can't be used as it is configured, for instance for a wrong password.
        """

    def reference(self) -> Reference[Budgets] | None:
        """Return how another process opens the same store, without a secret. None if none can."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Close files and connections. A later exchange opens them again."""


def budget_key(provider: str, host: str, resource: str, identity: str) -> str:
    """Return the key of a budget: 32 hexadecimal digits, from which the identity can't be computed.

    Args:
        provider: Name of the provider.
        host: Origin of the server.
        resource: The provider's name of the budget.
        identity: The login of the user if it was declared, else the token.
    """
    import hashlib  # imported here because it loads OpenSSL

    text = f"gitfleet budget 1\n{provider}\n{host}\n{resource}\n{identity}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
