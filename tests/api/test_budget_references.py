"""Shared budgets that workers of an executor open: by reference, without a password."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from gitfleet_api import Budgets, ConfigurationError, GitHubClient, MemoryBudgets, SQLiteBudgets, TokenManager
from gitfleet_api.auth import credentials_at
from gitfleet_api.client.recipe import ClientRecipe, recipe_of

SECRET = "s3cret-of-redis"


def _recipe(budgets: Budgets, monkeypatch: pytest.MonkeyPatch) -> ClientRecipe:
    monkeypatch.setenv("MY_TOKENS", "a-secret-token")
    pool = TokenManager(budgets=budgets)
    pool.add_source(credentials_at("environment:MY_TOKENS", "github"))
    recipe = recipe_of(GitHubClient(token_manager=pool))
    assert b"a-secret-token" not in pickle.dumps(recipe)
    copy = pickle.loads(pickle.dumps(recipe))  # noqa: S301  our own
    assert isinstance(copy, ClientRecipe)
    return copy


def test_a_worker_opens_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = _recipe(SQLiteBudgets(tmp_path / "budgets.sqlite", reserve=7), monkeypatch)
    client, _ = recipe.build()
    budgets = client.session.budgets()
    assert isinstance(budgets, SQLiteBudgets)
    assert (budgets.path, budgets.reserve) == (tmp_path / "budgets.sqlite", 7)


def test_a_worker_finds_the_password_of_redis_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    redis = pytest.importorskip("redis", reason="needs Redis's client")
    assert redis
    from gitfleet_api import RedisBudgets

    monkeypatch.setenv("GITFLEET_REDIS_PASSWORD", SECRET)
    recipe = _recipe(RedisBudgets("redis://ada@127.0.0.1:1/2", prefix="mine"), monkeypatch)
    assert SECRET.encode() not in pickle.dumps(recipe)
    client, _ = recipe.build()
    assert repr(client.session.budgets()) == "RedisBudgets('redis://127.0.0.1:1/2', prefix='mine', reserve=0)"
    again = recipe_of(client).budgets
    assert again is not None
    assert dict(again.arguments)["url"] == "redis://ada@127.0.0.1:1/2"


def test_a_password_that_was_given_as_text_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis", reason="needs Redis's client")
    from gitfleet_api import RedisBudgets

    with pytest.raises(ConfigurationError, match="GITFLEET_REDIS_PASSWORD") as caught:
        _recipe(RedisBudgets("redis://127.0.0.1:1", password=SECRET), monkeypatch)
    assert SECRET not in str(caught.value)


def test_budgets_of_one_process_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="SQLiteBudgets"):
        _recipe(MemoryBudgets(), monkeypatch)
