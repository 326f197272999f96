"""How fast a token may go, and which one goes next."""

from __future__ import annotations

import pytest

from gitfleet_api import GitHubClient
from gitfleet_api.profile import RateLimitPolicy, RateWindow
from gitfleet_api.ratelimit.buckets import Bucket, Demand, Lease, choose_bucket
from gitfleet_api.ratelimit.waits import Wait

PACE = RateLimitPolicy((RateWindow(10, 60.0, write=5),), concurrent=4)
HOST = "https://api.github.com"
NOW = 1000.0


def _request(*, reads: bool = True, pace: RateLimitPolicy | None = PACE) -> Demand:
    return Demand(HOST, "core", pace, reads=reads)


def _sent(bucket: Bucket, times: list[float], *, reads: bool = True) -> None:
    for when in times:
        outcome = choose_bucket([("t", bucket, None)], _request(reads=reads), when)
        assert isinstance(outcome, Lease)
        bucket.in_flight -= 1


def _hold(bucket: Bucket, now: float, *, reads: bool = True, pace: RateLimitPolicy | None = PACE) -> Wait | None:
    outcome = choose_bucket([("t", bucket, None)], _request(reads=reads, pace=pace), now)
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
        demand = _request(reads=points == 1)
        outcome = choose_bucket([("t", bucket, None)], demand, now)
        while isinstance(outcome, Wait):
            assert outcome.reason == "pacing"
            assert outcome.until > now
            now = outcome.until
            outcome = choose_bucket([("t", bucket, None)], demand, now)
        bucket.in_flight -= 1
        spent.append((now, points))
        now += 0.5
    for start, _ in spent:
        assert sum(points for when, points in spent if start <= when < start + 60) <= 10
    # Nor does it crawl: on the whole the pace is used.
    assert sum(points for _, points in spent) / (now - NOW) > 10 / 60 * 0.8


def test_a_write_counts_more() -> None:
    bucket = Bucket()
    _sent(bucket, [NOW, NOW], reads=False)
    held = _hold(bucket, NOW + 1, reads=False)
    assert held is not None
    assert held.until == NOW + 60


def test_a_write_waits_for_as_much_as_it_costs() -> None:
    bucket = Bucket()
    _sent(bucket, [NOW + number for number in range(8)])
    assert _hold(bucket, NOW + 8) is None
    bucket.in_flight -= 1
    held = _hold(bucket, NOW + 9, reads=False)
    assert held is not None
    assert held.until == NOW + 3 + 60  # nine points are spent: four of them must have passed


def test_not_more_go_side_by_side_than_the_pace_allows() -> None:
    bucket = Bucket()
    for _ in range(4):
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
    assert _hold(Bucket(), NOW, pace=RateLimitPolicy((RateWindow(10, 60.0, read=50),))) is None


LIMITED = RateLimitPolicy(
    (RateWindow(90, 60.0, write=5),), separate={"writes": (RateWindow(3, 60.0), RateWindow(5, 3600.0))}
)


class _Writer:
    """A principal that writes at one resource or another."""

    def __init__(self) -> None:
        self.buckets = {"core": Bucket(), "graphql": Bucket()}
        self.writes = Bucket()

    def send(self, now: float, resource: str = "core", *, reads: bool = False) -> Wait | None:
        endpoint = None if reads else "writes"
        demand = Demand(HOST, resource, LIMITED, endpoint=endpoint, reads=reads)
        bucket = self.buckets[resource]
        outcome = choose_bucket([("t", bucket, None if reads else self.writes)], demand, now)
        if isinstance(outcome, Wait):
            return outcome
        bucket.in_flight -= 1
        return None


def test_writes_have_limits_of_their_own_besides_points() -> None:
    writer = _Writer()
    assert [writer.send(NOW + number) for number in range(3)] == [None] * 3
    assert writer.send(NOW + 3) == Wait(NOW + 60, "pacing", endpoint="writes")
    assert writer.send(NOW + 4, reads=True) is None
    assert writer.send(NOW + 60) is None


def test_writes_of_all_resources_are_counted_together() -> None:
    writer = _Writer()
    for number, resource in enumerate(("core", "graphql", "core")):
        assert writer.send(NOW + number, resource) is None
    for resource in ("core", "graphql"):
        assert writer.send(NOW + 5, resource) == Wait(NOW + 60, "pacing", endpoint="writes")


def test_a_limit_per_hour_is_a_rate_limit_and_not_pacing() -> None:
    writer = _Writer()
    for minute in range(5):
        assert writer.send(NOW + 60 * minute) is None
    assert writer.send(NOW + 300) == Wait(NOW + 3600, "rate_limit", endpoint="writes")
    assert writer.send(NOW + 301, reads=True) is None
    assert writer.send(NOW + 3600) is None


def test_in_no_minute_and_in_no_hour_more_is_written_than_github_allows() -> None:
    policy = GitHubClient.profile.rate_limit_policy
    core, writes, now, sent = Bucket(), Bucket(), NOW, []
    demand = Demand(HOST, "core", policy, endpoint="writes", reads=False)
    while len(sent) < 1500:
        outcome = choose_bucket([("t", core, writes)], demand, now)
        if isinstance(outcome, Wait):
            assert outcome.until > now
            now = outcome.until
            continue
        core.in_flight -= 1
        sent.append(now)
        now += 0.3
    for period, most in ((60.0, 80), (3600.0, 500)):
        assert max(sum(start <= when < start + period for when in sent) for start in sent) == most


def test_a_paused_endpoint_leaves_the_rest_of_the_budget_alone() -> None:
    core, projects, groups = Bucket(), Bucket(), Bucket()
    projects.pause(NOW + 60)
    outcomes = {
        name: choose_bucket([("t", core, bucket)], Demand(HOST, "core", endpoint=name), NOW)
        for name, bucket in (("projects/:id", projects), ("groups/:id", groups), (None, None))
    }
    assert outcomes["projects/:id"] == Wait(NOW + 60, "secondary_rate_limit", endpoint="projects/:id")
    assert isinstance(outcomes["groups/:id"], Lease)
    assert isinstance(outcomes[None], Lease)


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
    outcome = choose_bucket([(number, bucket, None) for number, bucket in enumerate(buckets)], _request(pace=None), NOW)
    assert isinstance(outcome, Lease)
    assert outcome.token == expected
    for bucket, count in zip(buckets, before, strict=True):  # the buckets of this table are shared by all runs
        bucket.in_flight = count


def test_of_many_that_rest_the_first_to_wake_is_waited_for() -> None:
    buckets = [Bucket(0, NOW + 90), Bucket(0, NOW + 30), Bucket(paused_until=NOW + 60)]
    outcome = choose_bucket([(number, bucket, None) for number, bucket in enumerate(buckets)], _request(), NOW)
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
    assert (
        choose_bucket([(number, bucket, None) for number, bucket in enumerate(buckets)], _request(pace=None), NOW)
        == expected
    )


def test_the_published_pace_is_kept_on_github_com_only() -> None:
    paces = {}
    for url in (None, "https://api.github.com/", "https://ghe.example/api/v3", "http://127.0.0.1:1"):
        client = GitHubClient(base_url=url, use_python_impl=True)
        paces[url] = client.session._config.rate_limit_policy
    expected = RateLimitPolicy(
        (RateWindow(900, 60.0, write=5),),
        concurrent=100,
        separate={
            "graphql": (RateWindow(2000, 60.0, write=5),),
            "writes": (RateWindow(80, 60.0), RateWindow(500, 3600.0)),
        },
    )
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
