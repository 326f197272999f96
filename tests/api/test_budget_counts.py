"""Which calls a shared budget counts: those with a response, those that cost nothing, those that the server refused."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gitfleet_api import GitHubClient, ProviderType
from gitfleet_api.budgets import BudgetReply, BudgetReport, MemoryBudgets
from gitfleet_api.ratelimit.buckets import Demand, Lease
from gitfleet_api.ratelimit.pool import TokenLease
from gitfleet_api.ratelimit.visibility import Choice
from gitfleet_api.ratelimit.waits import Wait
from support.spending import HOST, Quota, Spender

CORE = (HOST, "core")


def _lease(spender: Spender) -> TokenLease:
    outcome = spender.acquire(patience=1)
    assert isinstance(outcome, Lease)
    return outcome


def _observe(spender: Spender, lease: TokenLease, remaining: int, end: float) -> None:
    spender.pool.observe(ProviderType.GITHUB, lease.token, CORE, remaining, end, lease=lease)


def test_a_call_with_a_response_counts_although_it_has_not_ended() -> None:
    spender, end = Spender(MemoryBudgets(), Quota(3)), time.time() + 600
    first = _lease(spender)
    _observe(spender, first, 2, end)
    second = _lease(spender)  # here the store is asked
    spender.pool.release(first)
    _observe(spender, second, 1, end)
    spender.pool.release(second)
    spender.pool.release(_lease(spender))


def test_one_call_that_is_left_suffices_for_many_that_cost_nothing() -> None:
    spender = Spender(MemoryBudgets(), Quota(2))
    end = time.time() + 600
    for _ in range(20):
        lease = _lease(spender)
        spender.pool.note_uncounted(lease)
        _observe(spender, lease, 1, end)
        spender.pool.release(lease)
    lease = _lease(spender)
    _observe(spender, lease, 0, end)
    spender.pool.release(lease)
    assert not isinstance(spender.acquire(patience=1), Lease)


def test_calls_of_other_programs_are_noticed() -> None:
    quota = Quota(100)
    one, two = (Spender(store, quota) for store in [MemoryBudgets()] * 2)
    assert one.call()
    assert two.call()
    quota.used["one-token"] += 90  # another program
    one.spend()
    two.spend()
    assert quota.used["one-token"] == 100
    assert quota.refused <= 4  # of a batch that was leased before


def test_a_reserve_is_no_part_of_what_workers_get() -> None:
    quota = Quota(100)
    assert Spender(MemoryBudgets(reserve=30), quota).spend() == 70
    assert Spender(MemoryBudgets(reserve=10**9), Quota(100)).spend() == 50  # at most half


def test_a_token_with_few_calls_among_tokens_with_many_delays_nothing() -> None:
    class Uneven(Quota):
        def call(self, token: str) -> tuple[int, float, bool]:
            remaining, end, refused = super().call(token)
            return (max(0, remaining - 940) if token == "small" else remaining), end, refused

    quota = Uneven(1000)
    store = MemoryBudgets()
    one, two = (Spender(store, quota, "small", "large", "larger") for _ in range(2))
    for _ in range(800):
        assert one.call()
        assert two.call()
    assert quota.used["small"] <= 60
    assert quota.refused == 0


def test_a_server_without_limits_needs_no_leases() -> None:
    asked = 0

    class Counting(MemoryBudgets):
        def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
            nonlocal asked
            asked += 1
            return super().exchange(worker, reports, now)

    spender = Spender(Counting(), Quota(1))
    for _ in range(500):
        lease = _lease(spender)
        spender.pool.note_unlimited(lease)
        spender.pool.release(lease)
    assert asked < 20


def test_a_pause_of_one_pool_stops_the_others_until_it_ends() -> None:
    store = MemoryBudgets()
    one, two = Spender(store, Quota(1000)), Spender(store, Quota(1000))
    assert one.call()
    assert two.call()
    lease = _lease(one)
    one.pool.block_until(lease, time.time() + 600)
    one.pool.release(lease)
    end, reason = time.monotonic() + 20, ""
    while reason != "secondary_rate_limit" and time.monotonic() < end:
        outcome = two.acquire(patience=0)
        if isinstance(outcome, Wait):
            reason = outcome.reason
        else:
            two.pool.release(outcome)
        time.sleep(0.01)
    assert reason == "secondary_rate_limit"


def test_workers_share_the_speed_of_writes() -> None:
    store, sent = MemoryBudgets(), 0
    spenders = [Spender(store, Quota(5000)) for _ in range(3)]
    policy = GitHubClient.profile.rate_limit_policy
    demand = Demand(HOST, "core", policy, endpoint="writes", reads=False)
    for _ in range(60):
        for spender in spenders:
            outcome = spender.pool.acquire(ProviderType.GITHUB, demand, None)
            if isinstance(outcome, Lease):
                sent += 1
                remaining, end, _ = spender.quota.call("one-token")
                _observe(spender, outcome, remaining, end)
                spender.pool.release(outcome)
    assert 40 <= sent <= 80  # each holds a part of the rest


def test_a_token_that_sees_the_owner_is_waited_for_while_the_store_is_asked() -> None:
    spender = Spender(MemoryBudgets(), Quota(100), "outsider")
    assert spender.spend(3) == 3  # so that it has leases
    spender.manager.add_token("member", "github")
    member = spender.pool.get("member", ProviderType.GITHUB)
    assert member is not None
    spender.pool.remember(member, HOST, "acme")
    outcome = spender.pool.acquire(ProviderType.GITHUB, Demand(HOST, "core"), None, Choice("acme"))
    assert isinstance(outcome, Lease)
    assert outcome.token is member
    spender.pool.release(outcome)
