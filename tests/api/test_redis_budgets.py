"""Budgets in a real Redis: passwords, TLS, faults of the server, and what is stored."""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("redis", reason="needs Redis's client")

from gitfleet_api import ConfigurationError
from gitfleet_api.budgets import BudgetReport, BudgetWarning, RedisBudgets, open_budgets
from support.certificates import Authority
from support.redis_server import RedisServer, find_redis
from support.spending import Quota, Spender, spend_together

pytestmark = pytest.mark.skipif(find_redis() is None, reason="needs redis-server")

SECRET = "s3cret-of-redis"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as running:
        yield running


def _report(wanted: int = 1, *, key: str = "k", spent: int = 0) -> BudgetReport:
    return BudgetReport(key, None, spent, spent, wanted)


def test_two_workers_spend_exactly_the_budget(server: RedisServer) -> None:
    quota = Quota(500)
    spenders = [Spender(RedisBudgets(server.url), quota) for _ in range(2)]
    assert (spend_together(spenders), quota.refused) == (500, 0)


def test_sixteen_workers_that_change_one_budget_at_once_lose_no_call(server: RedisServer) -> None:
    quota = Quota(2000)
    spenders = [Spender(RedisBudgets(server.url), quota) for _ in range(16)]
    assert (spend_together(spenders), quota.refused) == (2000, 0)


def test_prefixes_separate_budgets(server: RedisServer) -> None:
    quota = Quota(10)
    first = Spender(RedisBudgets(server.url, prefix="one"), quota)
    assert first.spend() == 10
    keys = server.command("KEYS", "*")
    assert isinstance(keys, list)
    assert [key.partition(b":")[0] for key in keys] == [b"{one}"]


def test_no_token_is_stored_and_every_key_expires(server: RedisServer) -> None:
    Spender(RedisBudgets(server.url), Quota(10), "a-secret-token").spend()
    keys = server.command("KEYS", "*")
    assert isinstance(keys, list)
    assert keys
    for key in keys:
        value = server.command("GET", key.decode())
        assert b"a-secret-token" not in key + bytes(str(value), "utf-8")
        left = server.command("PTTL", key.decode())
        assert isinstance(left, int)
        assert 0 < left <= 7_300_000


@pytest.mark.parametrize("way", ["in the URL", "beside it"])
def test_a_password_is_sent_and_never_shown(tmp_path: Path, way: str) -> None:
    with RedisServer(tmp_path, password=SECRET) as server:
        in_url = way == "in the URL"
        budgets = RedisBudgets(
            server.url if in_url else f"redis://127.0.0.1:{server.port}", password=None if in_url else SECRET
        )
        assert Spender(budgets, Quota(3)).spend() == 3
        assert SECRET not in repr(budgets)
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(budgets)


@pytest.mark.parametrize("password", [None, "another"])
def test_a_wrong_password_is_one_clear_error_of_the_call(tmp_path: Path, password: str | None) -> None:
    with RedisServer(tmp_path, password=SECRET) as server:
        spender = Spender(RedisBudgets(f"redis://127.0.0.1:{server.port}", password=password), Quota(3))
        with pytest.raises(ConfigurationError, match="wrong or missing password") as caught:
            spender.spend()
        assert str(password) not in str(caught.value)


def test_tls_is_checked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with RedisServer(tmp_path, authority=authority) as server:
        trusting = RedisBudgets(f"{server.url}?ssl_ca_certs={authority.file}")
        assert Spender(trusting, Quota(3)).spend() == 3
        with pytest.warns(BudgetWarning, match="can't be used now"):
            assert Spender(RedisBudgets(server.url), Quota(3)).spend() == 3  # alone, as the certificate is not trusted


def test_a_database_that_does_not_exist_is_an_error(server: RedisServer) -> None:
    with pytest.raises(ConfigurationError, match="wrong number of the database"):
        Spender(RedisBudgets(f"redis://127.0.0.1:{server.port}/99"), Quota(3)).spend()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://h",
        "redis://",
        "redis://h:port",
        "redis://h/name",
        "redis://h\n",
        "redis://h?unknown=1",
        "h:6379",
        None,
        3,
    ],
)
def test_a_bad_url_is_refused_at_once(url: object) -> None:
    with pytest.raises(ConfigurationError):
        RedisBudgets(url)  # type: ignore[arg-type]


@pytest.mark.parametrize("prefix", ["", "a b", "{a}", "x" * 65, "é", None])
def test_a_bad_prefix_is_refused_at_once(prefix: object) -> None:
    with pytest.raises(ConfigurationError, match="prefix"):
        RedisBudgets("redis://h", prefix=prefix)  # type: ignore[arg-type]


def test_two_passwords_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="give one of them") as caught:
        RedisBudgets(f"redis://:{SECRET}@h", password="other")
    assert SECRET not in str(caught.value)


def test_an_address_opens_redis_or_a_file(tmp_path: Path) -> None:
    assert repr(open_budgets("redis://:x@h:1/2")) == "RedisBudgets('redis://h:1/2', prefix='gitfleet', reserve=0)"
    assert repr(open_budgets(str(tmp_path / "b"), reserve=3)).endswith("b', reserve=3)")


@pytest.mark.parametrize("keeps_data", [True, False])
def test_a_restart_loses_no_call_and_warns_once(server: RedisServer, keeps_data: bool) -> None:
    quota = Quota(400)
    spenders = [Spender(RedisBudgets(server.url), quota) for _ in range(2)]
    for spender in spenders:
        spender.spend(20)
    with _recorded(server) as caught:
        server.stop(keeps_data=keeps_data)
        for spender in spenders:
            assert spender.spend(20) == 20
        server.start()
        _spend_all(spenders, quota)
    assert [item.category for item in caught] == [BudgetWarning] * len(caught)
    assert len(caught) <= len(spenders)
    assert quota.used["one-token"] == 400


def test_a_frozen_server_delays_calls_and_loses_none(server: RedisServer) -> None:
    quota = Quota(300)
    spenders = [Spender(RedisBudgets(server.url), quota) for _ in range(2)]
    for spender in spenders:
        spender.spend(10)
    with _recorded(server) as caught:
        server.freeze()
        for spender in spenders:
            assert spender.spend(60) == 60  # the leases, and the part of what was left
    assert len(caught) == len(spenders)
    server.thaw()
    _spend_all(spenders, quota)
    assert quota.used["one-token"] == 300


def test_a_full_server_is_reported_once_and_used_again_when_it_has_room(server: RedisServer) -> None:
    quota = Quota(300)
    spender = Spender(RedisBudgets(server.url), quota)
    spender.spend(10)
    server.command("CONFIG", "SET", "maxmemory", "1")
    with pytest.warns(BudgetWarning) as caught:
        assert spender.spend(250) == 250
    assert len(caught) == 1
    server.command("CONFIG", "SET", "maxmemory", "0")
    _spend_all([spender], quota)
    assert quota.used["one-token"] == 300


def test_a_server_that_is_away_is_not_stormed(server: RedisServer) -> None:
    quota = Quota(100_000)
    spender = Spender(RedisBudgets(server.url), quota)
    spender.spend(10)
    server.command("CONFIG", "SET", "maxmemory", "1")
    before = server.connections()
    with _recorded(server) as caught:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            spender.spend(50)
            time.sleep(0.005)
    assert len(caught) == 1
    assert server.connections() - before < 15


def test_the_state_of_another_program_is_not_used_and_not_an_error(server: RedisServer) -> None:
    budgets = RedisBudgets(server.url)
    (reply,) = budgets.exchange("w", [_report()], time.time())
    assert reply.leased == 1
    keys = server.command("KEYS", "*")
    assert isinstance(keys, list)
    server.command("SET", keys[0].decode(), "something else")
    (reply,) = budgets.exchange("w", [_report(spent=1)], time.time())
    assert reply.leased == 2
    budgets.close()


def test_times_are_those_of_the_server_whatever_the_workers_clock_says(server: RedisServer) -> None:
    budgets = RedisBudgets(server.url)
    for ahead in (0.0, 5000.0, -5000.0):
        now = time.time() + ahead
        report = BudgetReport("k", now + 100, 0, 0, 1, remaining=50)
        (reply,) = budgets.exchange(f"worker {ahead}", [report], now)
        assert reply.window is not None
        assert abs(reply.window - now - 100) < 5
    budgets.close()


@contextmanager
def _recorded(server: RedisServer) -> Iterator[list[warnings.WarningMessage]]:
    """The warnings of all threads during the block that are about a server, complete after it."""
    found: list[warnings.WarningMessage] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield found
    found += [item for item in caught if f":{server.port}" in str(item.message)]


def _spend_all(spenders: list[Spender], quota: Quota) -> None:
    """Spend what is left: some of it may be leased by another worker, or known to the store only soon."""
    end = time.monotonic() + 30
    while quota.used["one-token"] < quota.limit:
        assert time.monotonic() < end, f"{quota.used} of {quota.limit} used"
        for spender in spenders:
            spender.spend()
        time.sleep(0.05)
