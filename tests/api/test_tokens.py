"""The pool of tokens."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from GitFleet import ConfigurationError, ProviderType
from GitFleet.providers import TokenManager
from support.running import run

SECRET = "ghp_s3cr3t"


START = 1000.0


def _at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _pool(*tokens: str) -> TokenManager:
    manager = TokenManager(clock=lambda: START)
    for token in tokens:
        manager.add_token(token, "github")
    return manager


def _next(manager: TokenManager) -> str | None:
    found = run(manager.get_next_available_token("github"))
    return None if found is None else found.token


def test_an_empty_pool_has_no_token() -> None:
    manager = TokenManager()
    assert _next(manager) is None
    assert manager.get_all_tokens("github") == []
    assert manager.count_available_tokens("github") == 0


@pytest.mark.parametrize("provider", ["github", ProviderType.GITHUB])
def test_a_provider_is_named_by_its_name_or_its_type(provider: str) -> None:
    manager = TokenManager()
    manager.add_token("t", provider)
    assert [info.token for info in manager.get_all_tokens("github")] == ["t"]
    assert manager.get_all_tokens(ProviderType.GITHUB)[0].provider is ProviderType.GITHUB
    assert manager.count_available_tokens(provider) == 1
    assert manager.get_all_tokens("gitlab") == []


@pytest.mark.parametrize("provider", ["GitHub", "svn", "", None, 5])
def test_an_unknown_provider_is_an_error_that_lists_the_known(provider: str) -> None:
    manager = TokenManager()
    with pytest.raises(ConfigurationError, match="'github'"):
        manager.add_token("t", provider)
    with pytest.raises(ConfigurationError):
        run(manager.get_next_available_token(provider))


def test_a_token_is_in_the_pool_once() -> None:
    manager = _pool("a", "b", "a")
    assert [info.token for info in manager.get_all_tokens("github")] == ["a", "b"]


def test_adding_again_keeps_what_is_known_and_may_name_the_user() -> None:
    manager = _pool("a")
    run(manager.update_rate_limit("a", "github", 0, _at(2000)))
    manager.add_token("a", "github", username="ann")
    manager.add_token("a", "github")
    (info,) = manager.get_all_tokens("github")
    assert (info.username, info.status.remaining_calls) == ("ann", 0)


def test_the_token_with_most_calls_left_comes_next() -> None:
    manager = _pool("a", "b", "c")
    for token, left in (("a", 10), ("b", 30), ("c", 20)):
        run(manager.update_rate_limit(token, "github", left, _at(2000)))
    assert _next(manager) == "b"
    run(manager.update_rate_limit("b", "github", 5, _at(2000)))
    assert _next(manager) == "c"


def test_a_token_in_unknown_state_comes_first() -> None:
    manager = _pool("a", "b")
    run(manager.update_rate_limit("a", "github", 4999, _at(2000)))
    assert _next(manager) == "b"


def test_an_exhausted_token_rests_until_its_reset() -> None:
    now = START
    manager = TokenManager(clock=lambda: now)
    manager.add_token("a", "github")
    run(manager.update_rate_limit("a", "github", 0, _at(2000)))
    assert _next(manager) is None
    assert manager.count_available_tokens("github") == 0
    now = 2001.0
    assert _next(manager) == "a"
    assert manager.count_available_tokens("github") == 1


def test_a_window_that_has_ended_counts_as_full() -> None:
    now = START
    manager = TokenManager(clock=lambda: now)
    for token, left, reset in (("a", 1, 1500), ("b", 4000, 3000)):
        manager.add_token(token, "github")
        run(manager.update_rate_limit(token, "github", left, _at(reset)))
    assert _next(manager) == "b"
    now = 1600.0
    assert _next(manager) == "a"


@pytest.mark.parametrize("reset", [2000, 2000.0, None, "soon", datetime(2026, 1, 1)], ids=str)  # noqa: DTZ001
def test_a_reset_time_that_is_no_aware_datetime_is_refused(reset: Any) -> None:
    with pytest.raises(ConfigurationError, match="datetime with a zone"):
        run(_pool("a").update_rate_limit("a", "github", 1, reset))


@pytest.mark.parametrize("remaining", [-1, 1.5, True, None, "5"], ids=str)
def test_a_number_of_calls_left_that_is_none_is_refused(remaining: Any) -> None:
    with pytest.raises(ConfigurationError, match="at least 0"):
        run(_pool("a").update_rate_limit("a", "github", remaining, _at(2000)))


def test_the_reset_time_of_a_status_is_an_aware_datetime() -> None:
    manager = _pool("a")
    (info,) = manager.get_all_tokens("github")
    assert info.status.reset_time is None
    run(manager.update_rate_limit("a", "github", 7, _at(2000)))
    assert info.status.reset_time == _at(2000)
    assert info.status.reset_time.tzinfo is UTC


def test_an_invalid_token_is_never_used_again() -> None:
    manager = _pool("a", "b")
    run(manager.mark_token_invalid("a", "github"))
    assert _next(manager) == "b"
    run(manager.mark_token_invalid("b", "github"))
    assert _next(manager) is None
    assert [info.status.is_valid for info in manager.get_all_tokens("github")] == [False, False]


def test_what_is_said_of_unknown_tokens_is_ignored() -> None:
    manager = _pool("a")
    run(manager.update_rate_limit("x", "github", 0, _at(2000)))
    run(manager.mark_token_invalid("x", "github"))
    run(manager.mark_token_invalid("a", "gitlab"))
    assert _next(manager) == "a"


def test_no_token_is_shown() -> None:
    manager = _pool(SECRET)
    info = manager.get_all_tokens("github")[0]
    for shown in (repr(manager), str(manager), repr(info), str(info), f"{info.status!r}", repr([info])):
        assert SECRET not in shown
    assert "1" in repr(manager)


def test_no_token_is_pickled() -> None:
    manager = _pool(SECRET)
    with pytest.raises(TypeError, match="secrets"):
        pickle.dumps(manager)
    info = manager.get_all_tokens("github")[0]
    assert SECRET.encode() not in pickle.dumps(info)
    assert pickle.loads(pickle.dumps(info)).provider is ProviderType.GITHUB  # noqa: S301  ours
