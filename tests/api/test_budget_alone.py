"""Shared budgets whose store is away: each process has its part, and waits like one that shares nothing."""

from __future__ import annotations

from gitfleet_api.budgets import BudgetReply
from gitfleet_api.ratelimit.shares import Share

NOW = 1_700_000_000.0


def _share(now: float = NOW) -> Share:
    """Return a share with 4 leased calls of 14, of which another worker may use 5, without a store."""
    share = Share("k", lambda: None, counts_calls=True)
    share.ask()
    share.apply(share.report(now), BudgetReply(now + 3600, 4, 10, 2, now), now)
    share.go_alone()
    return share


def _spend_all(share: Share, now: float = NOW) -> int:
    count = 0
    while share.wait(now, reads=True, free=False) is None:
        share.spend(now, reads=True, free=False)
        share.end(share.generation)
        count += 1
    return count


def test_a_process_that_has_used_its_part_waits_for_the_next_window() -> None:
    share = _share()
    assert _spend_all(share) == 4 + 5
    wait = share.wait(NOW, reads=True, free=False)
    assert wait is not None
    assert (wait.until, wait.reason, wait.until_lease) == (NOW + 3600, "rate_limit", True)
