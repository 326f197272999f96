"""The parts of plans: estimates from samples, and the simulation of budgets, windows and pace."""

from __future__ import annotations

import random
from math import inf

import pytest

from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_fleet.plan.model import Estimate
from gitfleet_fleet.plan.schedule import BudgetState, Part, simulate
from gitfleet_fleet.plan.statistics import Sample, added, exact, spread, total_of
from gitfleet_fleet.plan.text import duration


def _endless() -> BudgetState:
    return BudgetState(0, inf, inf, inf, 0.0)


def test_calls_without_limits_take_their_time_divided_by_the_concurrency() -> None:
    found = simulate([Part("core", 1000, 0.1)], {"core": [_endless()]}, None, concurrency=10, patience=0)
    assert found.seconds == pytest.approx(10)
    assert (found.stops_after, found.longest_wait, found.taken) == (None, 0, {(0, "core"): 1000})


def test_calls_beyond_a_budget_wait_for_its_window_and_the_next_ones() -> None:
    budget = BudgetState(0, 100, 30.0, 200, 60.0)
    found = simulate([Part("core", 350, 0.0)], {"core": [budget]}, None, concurrency=4, patience=1000)
    # 100 at once, 200 after 30 seconds, and 50 after the window that begins then.
    assert found.seconds == pytest.approx(90)
    assert (found.longest_wait, found.stops_after) == (60, None)


def test_a_wait_beyond_the_patience_of_the_client_stops_the_run() -> None:
    budget = BudgetState(0, 100, 30.0, 200, 60.0)
    found = simulate([Part("core", 350, 0.0)], {"core": [budget]}, None, concurrency=4, patience=29)
    assert found.stops_after == 100


@pytest.mark.parametrize(("first", "taken"), [(None, [60, 140]), (0, [80, 120])])
def test_the_token_with_most_calls_left_is_used_or_the_one_of_the_client(first: int | None, taken: list[int]) -> None:
    budgets = [BudgetState(0, 80, inf, 80, 60.0), BudgetState(1, 160, inf, 160, 60.0)]
    found = simulate([Part("core", 200, 0.1)], {"core": budgets}, None, concurrency=8, patience=0, first=first)
    assert [found.taken[0, "core"], found.taken[1, "core"]] == taken


def test_pace_permits_its_points_in_any_period() -> None:
    policy = RateLimitPolicy(windows=(RateWindow(900, 60.0),))
    found = simulate([Part("core", 2000, 0.0)], {"core": [_endless()]}, policy, concurrency=8, patience=0)
    assert found.seconds == pytest.approx(120)
    assert found.stops_after is None, "waits for pace are no waits for a rate limit"


def test_a_million_calls_are_simulated_in_groups() -> None:
    policy = RateLimitPolicy(windows=(RateWindow(900, 60.0),))
    found = simulate([Part("core", 1_000_000, 0.01)], {"core": [_endless()]}, policy, concurrency=16, patience=0)
    assert found.seconds == pytest.approx(1_000_000 / 900 * 60, rel=0.05)
    assert sum(found.taken.values()) == 1_000_000


def test_ranges_of_samples_contain_the_truth_in_19_of_20_cases() -> None:
    dice = random.Random(7)  # noqa: S311  must be repeatable
    hits = 0
    for _ in range(400):
        population = [1.0 + (dice.random() < 0.3) + 3 * (dice.random() < 0.05) for _ in range(600)]
        sample = Sample((), dice.sample(population, 80), 600)
        found = total_of(sample, may_vary=True)
        hits += found.low <= sum(population) <= found.high
    assert hits >= 370


def test_a_sample_of_all_is_exact_and_equal_values_leave_room_for_others() -> None:
    assert total_of(Sample([5.0], [1.0, 2.0], 3), may_vary=True) == exact(8)
    assert total_of(Sample((), [1.0] * 30, 330), may_vary=True) == Estimate(330, 330, 360)
    assert total_of(Sample((), [1.0] * 30, 330), may_vary=False) == exact(330)


def test_the_largest_members_and_others_at_equal_distances_are_chosen() -> None:
    first, others = spread(range(100), 12, 2, float)
    assert first == [99, 98]
    assert len(set(others)) == 10
    assert max(b - a for a, b in zip(sorted(others), sorted(others)[1:], strict=False)) <= 10
    assert spread(range(3), 5, 1, float) == ([2, 1, 0], [])


def test_errors_of_sums_add_up_as_squares() -> None:
    assert added([Estimate(10, 7, 13), Estimate(20, 16, 24)]) == Estimate(30, 25, 35)
    assert added([]) == exact(0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (75, "75 s"), (260, "4 min 20 s"), (3599.7, "1 h 0 min"), (7300, "2 h 1 min")],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text
