"""Models are frozen, slotted, comparable and picklable."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from GitFleet import (
    BranchInfo,
    ContributorInfo,
    GitHubClient,
    ProviderType,
    RateLimitInfo,
    RepoDetails,
    RepoInfo,
    UserInfo,
)
from gitfleet_api import models
from gitfleet_api.decoding.type_hints import field_hints
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.running import run

WHEN = datetime(2024, 5, 6, tzinfo=UTC)
CONSTRUCTED: list[Any] = [
    UserInfo(1, "octo"),
    ContributorInfo(5, login="octo"),
    RepoInfo(1, "r", "o/r", owner=UserInfo(1, "o"), topics=("a",)),
    RepoDetails(1, "r", "o/r", license="MIT"),
    BranchInfo("main", "abc"),
    RateLimitInfo(60, 59, WHEN),
]


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "r")
    with Forge(fleet) as running:
        yield running


def _fetched(make_client: MakeClient, forge: Forge) -> list[Any]:
    async def main() -> list[Any]:
        async with make_client(forge.url, forge.token, include_raw=True) as client:
            return [
                await client.fetch_user_info(),
                (await client.fetch_repositories("fleet-admin"))[0],
                await client.fetch_repository_details("fleet-admin", "r"),
                (await client.fetch_branches("fleet-admin", "r"))[0],
                (await client.fetch_contributors("fleet-admin", "r"))[0],
                await client.get_rate_limit(),
            ]

    return run(main())


def _assert_frozen(model: Any) -> None:
    for field in dataclasses.fields(model):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(model, field.name, None)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(model, field.name)
    with pytest.raises((AttributeError, TypeError)):
        model.something_else = 1
    assert not hasattr(model, "__dict__")


@pytest.mark.parametrize("model", CONSTRUCTED, ids=lambda model: type(model).__name__)
def test_a_constructed_model_is_frozen(model: Any) -> None:
    _assert_frozen(model)
    assert model.provider_type is ProviderType.GITHUB
    assert model.raw_data is None


@pytest.mark.parametrize("model", CONSTRUCTED, ids=lambda model: type(model).__name__)
def test_a_model_is_equal_to_its_copies_and_pickles(model: Any) -> None:
    for other in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301  own data
        assert other == model
        assert hash(other) == hash(model)
        assert type(other) is type(model)
    assert dataclasses.replace(model) == model


@pytest.mark.parametrize("name", [name for name in models.__all__ if name != "ProviderType"])
def test_field_hints_are_those_of_typing_get_type_hints(name: str) -> None:
    model = getattr(models, name)
    assert field_hints(model) == typing.get_type_hints(model, include_extras=True)


def test_raw_data_is_neither_compared_nor_in_the_repr() -> None:
    one, other = BranchInfo("main", "c"), BranchInfo("main", "c", raw_data={"name": "main"})
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


def test_fetched_models_are_frozen_and_pickle(make_client: MakeClient, forge: Forge) -> None:
    for model in _fetched(make_client, forge):
        _assert_frozen(model)
        again = pickle.loads(pickle.dumps(model))  # noqa: S301  own data
        assert again == model
        assert again.raw_data == model.raw_data
        assert type(model) in (UserInfo, RepoInfo, RepoDetails, BranchInfo, ContributorInfo, RateLimitInfo)
        assert type(model).__module__.startswith("gitfleet_api.models")


def test_fetched_models_equal_constructed_ones(make_client: MakeClient, forge: Forge) -> None:
    for model in _fetched(make_client, forge):
        values = {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}
        assert type(model)(**values) == model
        assert hash(type(model)(**values)) == hash(model)


@pytest.mark.parametrize("value", [True, False, None, 1])
def test_the_engine_of_a_client_cannot_be_changed(make_client: MakeClient, engine: str, value: Any) -> None:
    client = make_client("http://127.0.0.1:9")
    with pytest.raises(AttributeError):
        client._use_rust = value  # type: ignore[misc]
    with pytest.raises(AttributeError):
        client.backend = None  # type: ignore[misc, assignment]
    assert client._use_rust is (engine == "native")
    assert client.backend.name == engine


def test_the_python_engine_can_be_selected() -> None:
    assert GitHubClient(use_python_impl=True)._use_rust is False
