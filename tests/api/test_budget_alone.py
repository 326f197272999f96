"""Shared budgets whose store is away: each process has its part, and waits like one that shares nothing."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock, Thread

import pytest

from gitfleet_api import ProviderType
from gitfleet_api.budgets import BudgetReply, BudgetReport, Budgets, PaceReply
from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_api.ratelimit.buckets import Bucket, Demand
from gitfleet_api.ratelimit.leasing import Leasing
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


class _Late(Budgets):
    """A store whose reply arrives after it counts as away, and a call of an endpoint has come."""

    def __init__(self) -> None:
        super().__init__()
        self.leasing: Leasing | None = None

    def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
        if self.leasing is not None:
            leasing, self.leasing = self.leasing, None
            leasing._go_alone(TimeoutError())
        return [
            BudgetReply(None, 1, 0, 1, now, pace=tuple(PaceReply(item.wanted, now) for item in report.pace))
            for report in reports
        ]

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.filterwarnings("ignore::gitfleet_api.BudgetWarning")
def test_no_budget_stays_alone_when_a_late_reply_arrives() -> None:
    store = _Late()
    leasing = Leasing(store, RLock(), lambda: NOW, lambda: None)
    policy = RateLimitPolicy(separate={"projects": (RateWindow(10, 60.0),)})
    bucket, endpoint = Bucket(), Bucket()
    leasing.attach(
        (None, bucket, endpoint), ProviderType.GITLAB, "ada", Demand("h", "core", policy, endpoint="projects")
    )
    assert bucket.share is not None
    assert endpoint.share is not None
    bucket.share.asked = True
    store.leasing = leasing
    leasing.run()
    leasing.run()
    assert not bucket.share.is_alone
    assert not endpoint.share.is_alone


@pytest.mark.filterwarnings("ignore::gitfleet_api.BudgetWarning")
def test_a_process_that_gets_no_thread_goes_on_without_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    leasing = Leasing(_Late(), RLock(), lambda: NOW, lambda: None)
    bucket = Bucket()
    leasing.attach((None, bucket, None), ProviderType.GITHUB, "ada", Demand("h", "core"))
    assert bucket.share is not None

    def refuse(_thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)
    bucket.share.ask()
    leasing.check()
    assert leasing.is_away
    assert bucket.share.wait(NOW, reads=True, free=False) is None
