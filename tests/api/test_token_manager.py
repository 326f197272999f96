"""The pool of tokens as sessions use it: by many threads, across forks, with responses that come too late."""

from __future__ import annotations

import copy
import multiprocessing
import os
import random
import sys
import threading
import time
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, ProviderType, TokenManager
from gitfleet_api.ratelimit.buckets import Demand, Lease, NoUsableToken
from gitfleet_api.ratelimit.pool import TokenCheck, TokenLease
from gitfleet_api.ratelimit.tokens import pool_of
from gitfleet_api.ratelimit.waits import Wait
from support.running import run
from support.sending import pool

GITHUB = ProviderType.GITHUB
HOST = "https://api.github.com"
CORE = Demand(HOST, "core")
NOW = 1_000.0


def _frozen(*tokens: str) -> TokenManager:
    manager = TokenManager(clock=lambda: NOW)
    for token in tokens:
        manager.add_token(token, GITHUB)
    return manager


def _acquire(manager: TokenManager, demand: Demand = CORE) -> TokenLease | Wait | NoUsableToken | TokenCheck:
    return pool_of(manager).acquire(GITHUB, demand, None)


def _at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _lease(manager: TokenManager, wanted: Demand = CORE) -> TokenLease:
    outcome = _acquire(manager, wanted)
    assert isinstance(outcome, Lease)
    return outcome


def _observe(manager: TokenManager, lease: TokenLease, remaining: int, reset: float, resource: str = "core") -> None:
    pool_of(manager).observe(GITHUB, lease.token, (HOST, resource), remaining, reset)


def _left(manager: TokenManager) -> int | None:
    (info,) = manager.get_all_tokens(GITHUB)
    return info.status.remaining_calls


def test_calls_under_way_are_counted() -> None:
    manager = _frozen("a")
    first = _lease(manager)
    _observe(manager, first, 2, NOW + 60)
    pool_of(manager).release(first)
    leases = [_lease(manager), _lease(manager)]
    wait = _acquire(manager)
    assert isinstance(wait, Wait)
    assert wait.reason == "in_flight"
    for lease in leases:
        _observe(manager, lease, 0, NOW + 60)
        pool_of(manager).release(lease)
    wait = _acquire(manager)
    assert isinstance(wait, Wait)
    assert (wait.reason, wait.until) == ("rate_limit", NOW + 60)


def test_what_is_set_before_the_first_call_holds_for_it() -> None:
    manager = _frozen("a")
    run(manager.update_rate_limit("a", GITHUB, 0, _at(NOW + 60)))
    wait = _acquire(manager)
    assert wait == Wait(NOW + 60, "rate_limit")
    assert _left(manager) == 0


def test_a_response_that_arrives_late_gives_no_calls_back() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    for remaining, expected in ((50, 50), (10, 10), (30, 10), (10, 10), (9, 9)):
        _observe(manager, lease, remaining, NOW + 60)
        assert _left(manager) == expected


@pytest.mark.parametrize("drift", [-5, -1, 0, 1, 5])
def test_the_end_of_a_window_may_be_rounded(drift: float) -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    _observe(manager, lease, 0, NOW + 600)
    _observe(manager, lease, 4000, NOW + 600 + drift)
    assert _left(manager) == 0


def test_a_response_of_an_earlier_window_changes_nothing() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    _observe(manager, lease, 4000, NOW + 3600)
    _observe(manager, lease, 0, NOW + 30)
    assert _left(manager) == 4000
    _observe(manager, lease, 0, NOW - 30)
    assert _left(manager) == 4000


def test_a_new_window_begins_anew() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    _observe(manager, lease, 0, NOW + 30)
    _observe(manager, lease, 5000, NOW + 3600)
    assert _left(manager) == 5000


def test_no_stale_response_revives_a_rejected_token_but_adding_it_again_does() -> None:
    manager = _frozen("a")
    slow, quick = _lease(manager), _lease(manager)
    quick.rejected = True
    pool_of(manager).release(quick)
    _observe(manager, slow, 4000, NOW + 3600)
    pool_of(manager).release(slow)
    (info,) = manager.get_all_tokens(GITHUB)
    assert not info.is_valid
    assert isinstance(_acquire(manager), TokenCheck)
    pool_of(manager).end_check(info, accepted=False)
    assert isinstance(_acquire(manager), NoUsableToken)
    assert manager.count_available_tokens(GITHUB) == 0
    manager.add_token("a", GITHUB, username="ann")
    assert isinstance(_acquire(manager), Lease)
    assert info.is_valid


def test_resources_and_hosts_count_apart() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    _observe(manager, lease, 0, NOW + 60)
    assert isinstance(_acquire(manager), Wait)
    for other in (Demand(HOST, "search"), Demand("https://ghe.example", "core")):
        assert isinstance(_acquire(manager, other), Lease)


@pytest.mark.parametrize("tokens", [(), ("a",)], ids=["without a token", "with one"])
def test_limits_of_another_resource_count_for_that_resource(tokens: tuple[str, ...]) -> None:
    manager = _frozen(*tokens)
    lease = _lease(manager)
    _observe(manager, lease, 0, NOW + 60, "search")
    assert isinstance(_acquire(manager), Lease)
    assert isinstance(_acquire(manager, Demand(HOST, "search")), Wait)


def test_what_costs_nothing_goes_without_calls_left_but_not_during_a_pause() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    _observe(manager, lease, 0, NOW + 60)
    free = Demand(HOST, "core", free=True)
    assert isinstance(_acquire(manager, free), Lease)
    pool_of(manager).block_until(lease, NOW + 30)
    wait = _acquire(manager, free)
    assert isinstance(wait, Wait)
    assert (wait.reason, wait.until) == ("secondary_rate_limit", NOW + 30)


def test_a_pause_is_not_shortened() -> None:
    manager = _frozen("a")
    lease = _lease(manager)
    pool_of(manager).block_until(lease, NOW + 60)
    pool_of(manager).block_until(lease, NOW + 1)
    wait = _acquire(manager)
    assert isinstance(wait, Wait)
    assert wait.until == NOW + 60


def test_a_token_for_one_server_is_for_no_other() -> None:
    manager = TokenManager()
    manager.add_token("bound", GITHUB, origin=HOST)
    manager.add_token("free", GITHUB)
    assert [info.token for info in pool_of(manager).tokens_for(GITHUB, HOST)] == ["bound", "free"]
    assert [info.token for info in pool_of(manager).tokens_for(GITHUB, "https://elsewhere.example")] == ["free"]
    for _ in range(5):
        lease = _lease(manager, Demand("https://elsewhere.example", "core"))
        assert lease.token is not None
        assert lease.token.token == "free"


def test_a_copy_of_a_token_is_the_token() -> None:
    (info,) = _frozen("a").get_all_tokens(GITHUB)
    assert copy.copy(info) is info
    assert copy.deepcopy([info])[0] is info


THREADS, ROUNDS = 8, 10_000


def test_many_threads_admit_and_settle() -> None:
    def work(seed: int) -> None:
        rng = random.Random(seed)  # noqa: S311  repeatable is what it has to be
        admitted = 0
        while admitted < ROUNDS:
            outcome = _acquire(manager)
            if not isinstance(outcome, Lease):
                assert isinstance(outcome, Wait)
                assert outcome.reason == "in_flight"
                held.append(seed)
                time.sleep(0)
                continue
            admitted += 1
            with counting:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            if rng.random() < 0.01:
                manager.add_token(f"late-{seed}", ProviderType.GITLAB)
                time.sleep(1e-4)  # lets the others meet a pool that is used up
            with counting:
                under_way[0] -= 1
            pool_of(manager).release(outcome)
        done.append(admitted)

    manager = pool("a")
    first = _lease(manager)
    _observe(manager, first, 3, datetime.now(UTC).timestamp() + 3600)
    pool_of(manager).release(first)
    counting, under_way, most = threading.Lock(), [0], [0]
    done: list[int] = []
    held: list[int] = []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    finally:
        sys.setswitchinterval(before)
    assert done == [ROUNDS] * THREADS
    assert held, "nobody ever had to wait: nothing was tested"
    assert most[0] <= 3, "more at once than there are calls left"
    (info,) = manager.get_all_tokens(GITHUB)
    assert [bucket.in_flight for bucket in info.buckets().values()] == [0]
    assert _left(manager) == 3
    assert len(manager.get_all_tokens("gitlab")) == THREADS


def test_every_waiting_callback_is_called_once_per_change() -> None:
    manager = _frozen("a")
    told: list[str] = []
    pool_of(manager).on_change(lambda: told.append("one"))
    pool_of(manager).on_change(lambda: told.append("two"))
    lease = _lease(manager)
    assert told == []
    pool_of(manager).release(lease)
    manager.add_token("b", GITHUB)
    assert told == ["one", "two"]


def _child(manager: TokenManager, answers: Any) -> None:
    lease = _acquire(manager)
    assert isinstance(lease, Lease)
    pool_of(manager).release(lease)
    infos = manager.get_all_tokens(GITHUB)
    answers.send([(info.token, [bucket.in_flight for bucket in info.buckets().values()]) for info in infos])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_forked_while_a_thread_holds_the_pool_can_use_it() -> None:
    manager = pool("a")
    under_way = _lease(manager)
    release, holds = threading.Event(), threading.Event()

    def hold() -> None:
        with pool_of(manager)._lock:
            holds.set()
            release.wait(30)

    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_child, args=(manager, there))
    thread = threading.Thread(target=hold)
    thread.start()
    holds.wait(30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads: that is what is tested
        child.start()
    release.set()
    thread.join()
    try:
        assert here.poll(20), "the child hangs"
        assert here.recv() == [("a", [0])]  # what is under way is the parent's
    finally:
        child.join(5)
        child.kill()
    assert under_way.bucket.in_flight == 1
    for end in (here, there, child):
        end.close()


# -- principals


def _leased(manager: TokenManager, number: int) -> TokenLease:
    """A lease of the token with this number, as a call that names it gets."""
    outcome = pool_of(manager).acquire(GITHUB, CORE, manager.get_all_tokens(GITHUB)[number])
    assert isinstance(outcome, Lease)
    return outcome


def test_merged_budgets_count_the_calls_in_flight_of_both_tokens() -> None:
    manager = _frozen("a", "b")
    leases = [_leased(manager, number) for number in (0, 1, 1)]
    _observe(manager, leases[0], 10, NOW + 600)
    _observe(manager, leases[1], 7, NOW + 600)
    pool_of(manager).block_until(leases[1], NOW + 30)
    for info in manager.get_all_tokens(GITHUB):
        pool_of(manager).identify(info, "Ann")
    first, second = manager.get_all_tokens(GITHUB)
    assert first.principal is second.principal
    (bucket,) = first.buckets().values()
    assert (bucket.in_flight, bucket.remaining, bucket.paused_until) == (3, 7, NOW + 30)
    for lease in leases:
        pool_of(manager).release(lease)
    assert bucket.in_flight == 0
    pool_of(manager).block_until(leases[2], NOW + 60)
    assert bucket.paused_until == NOW + 60


def test_tokens_of_one_user_with_different_scopes_do_not_see_the_same() -> None:
    manager = TokenManager()
    for token in ("a", "b", "c", "d"):
        manager.add_token(token, GITHUB, username="ann")
    tokens = manager.get_all_tokens(GITHUB)
    for info, scopes in zip(tokens, ("repo", "repo", "", None), strict=True):
        info.learn_grant(scopes)
    seen = [info.sees for info in tokens]
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3
    for info in tokens:
        manager.add_token(info.token, GITHUB, visibility="declared")
    assert len({info.sees for info in tokens}) == 1


@pytest.mark.parametrize("value", ["", 5])
def test_a_visibility_that_is_no_name_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="visibility must be a name"):
        TokenManager().add_token("a", GITHUB, visibility=value)


def test_the_next_token_is_not_one_that_is_refused_again_and_again() -> None:
    manager = _frozen("broken", "sound")
    broken, sound = manager.get_all_tokens(GITHUB)
    for _ in range(3):
        pool_of(manager).note_refusal(broken, HOST)
    assert run(manager.get_next_available_token(GITHUB)) is sound
    pool_of(manager).note_success(broken, HOST)
    assert run(manager.get_next_available_token(GITHUB)) is broken
