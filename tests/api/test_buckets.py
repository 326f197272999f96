"""How fast a token may go, and which one goes next."""

from __future__ import annotations

import pytest

from gitfleet_api import GitHubClient
from gitfleet_api.profile import RateLimitPolicy
from gitfleet_api.ratelimit.buckets import Bucket, Demand, Lease, Wait, choose_bucket

PACE = RateLimitPolicy(points=10, seconds=60.0, concurrent=4)
HOST = "https://api.github.com"
NOW = 1000.0


def _request(points: int = 1, pace: RateLimitPolicy | None = PACE) -> Demand:
    return Demand(HOST, "core", points, pace)


def _sent(bucket: Bucket, times: list[float], *, points: int = 1) -> None:
    for when in times:
        outcome = choose_bucket([("t", bucket)], _request(points), when)
        assert isinstance(outcome, Lease)
        bucket.in_flight -= 1


def _hold(bucket: Bucket, now: float, *, points: int = 1, pace: RateLimitPolicy | None = PACE) -> Wait | None:
    outcome = choose_bucket([("t", bucket)], _request(points, pace), now)
    return outcome if isinstance(outcome, Wait) else None


def test_as_many_points_as_the_pace_allows_go_at_once_and_the_next_waits() -> None:
    bucket = Bucket()
    _sent(bucket, [NOW + number for number in range(10)])
    held = _hold(bucket, NOW + 10)
    assert held is not None
    assert (held.reason, held.until) == ("pacing", NOW + 60)
    assert _hold(bucket, NOW + 60) is None


def test_in_no_window_more_is_spent_than_the_pace_allows() -> None:
    bucket, now, spent = Bucket(), NOW, []
    for number in range(500):
        points = 5 if number % 7 == 0 else 1
        outcome = choose_bucket([("t", bucket)], _request(points), now)
        while isinstance(outcome, Wait):
            assert outcome.reason == "pacing"
            assert outcome.until > now
            now = outcome.until
            outcome = choose_bucket([("t", bucket)], _request(points), now)
        bucket.in_flight -= 1
        spent.append((now, points))
        now += 0.5
    for start, _ in spent:
        assert sum(points for when, points in spent if start <= when < start + PACE.seconds) <= PACE.points
    # Nor does it crawl: on the whole the pace is used.
    assert sum(points for _, points in spent) / (now - NOW) > PACE.points / PACE.seconds * 0.8


def test_a_write_counts_more() -> None:
    bucket = Bucket()
    _sent(bucket, [NOW, NOW], points=5)
    held = _hold(bucket, NOW + 1, points=5)
    assert held is not None
    assert held.until == NOW + 60


def test_a_write_waits_for_as_much_as_it_costs() -> None:
    bucket = Bucket()
    _sent(bucket, [NOW + number for number in range(8)])
    assert _hold(bucket, NOW + 8) is None
    bucket.in_flight -= 1
    held = _hold(bucket, NOW + 9, points=5)
    assert held is not None
    assert held.until == NOW + 3 + 60  # nine points are spent: four of them must have passed


def test_not_more_go_side_by_side_than_the_pace_allows() -> None:
    bucket = Bucket()
    for _ in range(PACE.concurrent):
        assert _hold(bucket, NOW) is None
    held = _hold(bucket, NOW)
    assert held is not None
    assert held.reason == "in_flight"
    bucket.in_flight -= 1
    assert _hold(bucket, NOW) is None


def test_without_a_pace_nothing_is_held_back() -> None:
    bucket = Bucket()
    for _ in range(1000):
        assert _hold(bucket, NOW, pace=None) is None


def test_what_the_pace_can_never_allow_goes_at_once() -> None:
    assert _hold(Bucket(), NOW, points=50) is None


def _known(remaining: int | None, in_flight: int = 0) -> Bucket:
    return Bucket(remaining, None if remaining is None else NOW + 60, in_flight)


CHOICES: dict[str, tuple[list[Bucket], int]] = {
    "most left": ([_known(5), _known(9), _known(7)], 1),
    "most left but for what is under way": ([_known(9, 8), _known(5)], 1),
    "the unknown one is found out about": ([_known(4000), _known(None)], 1),
    "by one call only": ([_known(4000), _known(None, 1)], 0),
    "but more when there is nothing else": ([_known(0), _known(None, 3)], 1),
    "of the unknown ones the least busy": ([_known(None, 3), _known(None, 2)], 1),
    "never an exhausted one": ([_known(0), _known(1)], 1),
    "of equal ones the first": ([_known(5), _known(5)], 0),
}


@pytest.mark.parametrize(("buckets", "expected"), CHOICES.values(), ids=CHOICES.keys())
def test_the_next_call_goes_with(buckets: list[Bucket], expected: int) -> None:
    before = [bucket.in_flight for bucket in buckets]
    outcome = choose_bucket(list(enumerate(buckets)), _request(pace=None), NOW)
    assert isinstance(outcome, Lease)
    assert outcome.token == expected
    for bucket, count in zip(buckets, before, strict=True):  # the buckets of this table are shared by all runs
        bucket.in_flight = count


def test_of_many_that_rest_the_first_to_wake_is_waited_for() -> None:
    buckets = [Bucket(0, NOW + 90), Bucket(0, NOW + 30), Bucket(paused_until=NOW + 60)]
    outcome = choose_bucket(list(enumerate(buckets)), _request(), NOW)
    assert outcome == Wait(NOW + 30, "rate_limit")


MIXED: dict[str, tuple[list[Bucket], Wait]] = {
    "another token's reset": (
        [Bucket(1, NOW + 90, in_flight=1), Bucket(0, NOW + 30)],
        Wait(NOW + 30, "rate_limit", True),
    ),
    "another token's pause": (
        [Bucket(1, NOW + 90, in_flight=1), Bucket(paused_until=NOW + 60)],
        Wait(NOW + 60, "secondary_rate_limit", True),
    ),
    "its own reset": ([Bucket(1, NOW + 20, in_flight=1), Bucket(0, NOW + 30)], Wait(NOW + 20, "in_flight", True)),
}


@pytest.mark.parametrize(("buckets", "expected"), MIXED.values(), ids=MIXED.keys())
def test_what_comes_first_of_calls_under_way_and(buckets: list[Bucket], expected: Wait) -> None:
    assert choose_bucket(list(enumerate(buckets)), _request(pace=None), NOW) == expected


def test_the_published_pace_is_kept_on_github_com_only() -> None:
    paces = {}
    for url in (None, "https://api.github.com/", "https://ghe.example/api/v3", "http://127.0.0.1:1"):
        client = GitHubClient(base_url=url, use_python_impl=True)
        paces[url] = client.session._config.rate_limit_policy
    expected = RateLimitPolicy(points=900, seconds=60.0, concurrent=100)
    assert paces == {
        None: expected,
        "https://api.github.com/": expected,
        "https://ghe.example/api/v3": None,
        "http://127.0.0.1:1": None,
    }


def test_the_resource_of_a_path_is_the_one_that_github_counts() -> None:
    of = GitHubClient.profile.resource_of
    paths = {
        "/repos/o/r": "core",
        "/search/repositories?q=x": "search",
        "/search/code?q=x": "code_search",
        "/graphql": "graphql",
        "/searching": "core",
    }
    assert {path: of(path) for path in paths} == paths
