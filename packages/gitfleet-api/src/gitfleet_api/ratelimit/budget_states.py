"""The budgets of a pool, for those who only look at them. Private to the library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._internal.lazy_dataclass import dataclass
from ..provider_type import ProviderType

if TYPE_CHECKING:
    from .buckets import Bucket
    from .pool import TokenPool

__all__ = ["BudgetState", "budget_states"]


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget whose state is known."""

    provider: ProviderType
    """The provider."""
    principal: str | None
    """Label of the first token that spends from it. None for requests without a token."""
    host: str
    """Host name of the server."""
    port: int
    """Port of the server."""
    resource: str
    """The provider's name of the budget, as ``core``."""
    remaining: int
    """Calls left in the present window, as the last response states."""


def budget_states(pool: TokenPool) -> Iterator[BudgetState]:
    """Yield the budgets of a pool whose window has not ended, each once."""
    now = pool.clock()
    seen: set[Bucket] = set()
    for provider, principal, (origin, resource), named in pool.known_buckets():
        bucket = named.current()
        remaining, reset_at = bucket.remaining, bucket.reset_at
        if bucket in seen or not origin or remaining is None or reset_at is None or reset_at <= now:
            continue
        seen.add(bucket)
        server = urlsplit(origin)
        port = server.port or (443 if server.scheme == "https" else 80)
        yield BudgetState(provider, principal, server.hostname or "", port, resource, remaining)
