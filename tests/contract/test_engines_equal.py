"""Both engines side by side: equal objects, equal raw data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import GitHubClient
from gitfleet_testing import Forge
from support.clients import MakeClient, maker
from support.varied import ORG, USER, ask, varied_fleet


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(varied_fleet()) as running:
        running.add_token("octo", login=USER)
        running.add_token("plain", login="nobody-special")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


CALLS: dict[str, Callable[[GitHubClient], Awaitable[Any]]] = {
    "user": lambda client: client.fetch_user_info(),
    "organization": lambda client: client.fetch_repositories(ORG),
    "own": lambda client: client.fetch_repositories(USER),
    "details": lambda client: client.fetch_repository_details(USER, "forked"),
    "branches": lambda client: client.fetch_branches(ORG, "busy"),
    "contributors": lambda client: client.fetch_contributors(ORG, "busy"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_both_engines_give_equal_objects_and_equal_raw_data(
    both_engines: tuple[str, str], forge: Forge, call: Callable[[GitHubClient], Awaitable[Any]]
) -> None:
    python, native = (ask(maker(engine), forge, call, include_raw=True) for engine in both_engines)
    assert python == native
    rows = [(python, native)] if not isinstance(python, list) else list(zip(python, native, strict=True))
    for one, other in rows:
        assert one.raw_data == other.raw_data
        assert list(one.raw_data) == list(other.raw_data), "the order of keys"
        assert one.raw_data
        assert repr(one) == repr(other)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_raw_data_is_the_forges_own_object(
    make_client: MakeClient, forge: Forge, call: Callable[[GitHubClient], Awaitable[Any]]
) -> None:
    plain, kept = ask(make_client, forge, call), ask(make_client, forge, call, include_raw=True)
    assert plain == kept
    first, with_raw = (plain[0], kept[0]) if isinstance(kept, list) else (plain, kept)
    assert first.raw_data is None
    assert len(with_raw.raw_data) > 2
    assert with_raw.raw_data.get("login", with_raw.raw_data.get("name")) in (
        getattr(with_raw, "login", None),
        getattr(with_raw, "name", None),
    )
