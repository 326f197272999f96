"""The decisions about shared budgets: states that are damaged or old, clocks that are set, and limits on speed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api.budgets import BudgetReport, PaceReport
from gitfleet_api.budgets.encoding import decode, encode
from gitfleet_api.budgets.policy import BudgetState, exchange

BEGIN = 1_700_000_000.0


def _used_state() -> BudgetState:
    state = BudgetState()
    pace = (PaceReport(80, 60.0, 3, 2, 5), PaceReport(500, 3600.0, 0, 0, 5))
    exchange(state, "one", BudgetReport("k", None, 0, 0, 4, pace=pace), 0, BEGIN)
    exchange(state, "one", BudgetReport("k", BEGIN + 30, 1, 1, 4, remaining=90, pace=pace), 0, BEGIN + 1)
    exchange(state, "two", BudgetReport("k", None, 0, 0, 4, paused_until=BEGIN + 9, pace=pace), 0, BEGIN + 1)
    return state


def _places(value: Any, path: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1 << 70) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
def test_a_damaged_state_is_as_good_as_none(data: st.DataObject) -> None:
    values = json.loads(encode(_used_state()))
    *path, last = data.draw(st.sampled_from([place for place in _places(values) if place]))
    inner = values
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(_VALUES)
    _use(decode(json.dumps(values)))


@given(text=st.text() | st.binary())
def test_text_that_is_no_state_gives_a_new_one(text: str | bytes) -> None:
    assert encode(decode(text)) == encode(BudgetState())


def test_a_very_deep_text_gives_a_new_state() -> None:
    assert encode(decode("[" * 100_000)) == encode(BudgetState())


def _use(state: BudgetState) -> None:
    """A worker gets calls within a minute, whatever the state was."""
    pace = (PaceReport(80, 60.0, 0, 0, 5),)
    now = BEGIN + 40
    for _ in range(30):
        reply = exchange(state, "three", BudgetReport("k", None, 0, 0, 4, pace=pace), 0, now)
        assert encode(decode(encode(state))) == encode(state)
        if reply.leased or reply.unlimited:
            break
        now += 5
    assert reply.leased > 0 or reply.unlimited
    assert reply.leased < 1 << 40


def test_a_clock_that_is_set_back_by_a_day_makes_nobody_wait() -> None:
    state = _used_state()
    now = BEGIN - 86_400
    assert exchange(state, "one", BudgetReport("k", None, 0, 0, 4), 0, now).leased == 1
    reply = exchange(state, "one", BudgetReport("k", now + 60, 1, 1, 4, remaining=50), 0, now + 0.1)
    assert (reply.window, reply.paused_until) == (now + 60, 0.0)
    assert reply.leased > 1


def test_a_window_that_no_server_has_is_not_believed() -> None:
    report = BudgetReport("k", BEGIN + 1e6, 0, 0, 4, remaining=0, paused_until=BEGIN + 1e6)
    reply = exchange(BudgetState(), "one", report, 0, BEGIN)
    assert reply.window is None
    assert reply.paused_until <= BEGIN + 60


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.3, 2.0, 9.0, 30.0]), st.integers(0, 5)), max_size=80
    )
)
def test_workers_together_keep_to_a_published_speed(steps: list[tuple[int, float, int]]) -> None:
    points, seconds, now = 10, 30.0, BEGIN
    state, sent = BudgetState(), list[float]()
    leased, spent, seen = [0, 0, 0], [0, 0, 0], [BEGIN] * 3
    for worker, pause, calls in steps:
        now += pause
        for _ in range(calls):
            if leased[worker] > spent[worker] and now < seen[worker] + 15.0:
                spent[worker] += 1
                sent.append(now)
        report = BudgetReport("k", None, 0, 0, 0, pace=(PaceReport(points, seconds, leased[worker], spent[worker], 4),))
        reply = exchange(state, f"worker-{worker}", report, 0, now)
        assert encode(decode(encode(state))) == encode(state)
        leased[worker], seen[worker] = reply.pace[0].leased, now
        # Points count from the report on, at most one heartbeat later than they were spent.
        assert sum(when > now - seconds for when in sent) <= points


def test_a_worker_that_was_silent_for_long_gets_nothing_back_that_others_have() -> None:
    state = BudgetState()
    exchange(state, "one", BudgetReport("k", BEGIN + 600, 0, 0, 50, remaining=100), 0, BEGIN)
    assert exchange(state, "one", BudgetReport("k", BEGIN + 600, 50, 0, 0), 0, BEGIN + 1).leased == 50
    held = 0
    for step in range(60):
        now = BEGIN + 30 + step / 10
        held = exchange(state, "two", BudgetReport("k", BEGIN + 600, held, held, 50), 0, now).leased
    reply = exchange(state, "one", BudgetReport("k", BEGIN + 600, 50, 3, 4), 0, BEGIN + 40)
    assert reply.leased + held <= 100 + 3


def test_steady_writes_below_a_published_speed_never_wait() -> None:
    state, leased = BudgetState(), 0
    for spent in range(1000):  # 360 in an hour
        now = BEGIN + 10 * spent
        pace = (PaceReport(500, 3600.0, leased, spent, 5 if leased <= spent else 0),)
        leased = exchange(state, "one", BudgetReport("k", None, 0, 0, 0, pace=pace), 0, now).pace[0].leased
        assert leased > spent, f"waits after {spent} writes"
    assert len(state.pace[3600.0, 500].log) <= 62
