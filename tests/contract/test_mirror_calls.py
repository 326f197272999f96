"""Counted calls of updates in which nothing has changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gitfleet_testing import Forge
from support.ledgers import PROVIDERS
from support.mirroring import OWNER, Mirrored, small_fleet

KINDS = ("branches", "issues", "languages")
TOKENS = {f"token-of-{login}": login for login in ("ada", "ben", "cy")}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_number_of_calls_is_that_of_the_server(engine: str, tmp_path: Path, provider: str) -> None:
    with Forge(small_fleet(2)) as forge:
        mirrored = Mirrored(forge, engine, provider, tmp_path / "fleet.sqlite")
        for _ in range(2):
            assert mirrored.update(kinds=KINDS).calls == mirrored.counted
        assert (mirrored.counted == 0) is (provider == "github")


def test_several_tokens_cost_nothing_because_each_repeats_its_own_requests(engine: str, tmp_path: Path) -> None:
    fleet = small_fleet(6)
    with Forge(fleet) as forge:
        for token, login in TOKENS.items():
            forge.add_token(token, login=login)
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        mirrored.update(kinds=KINDS, tokens=tuple(TOKENS))
        assert len({request.token for request in forge.requests}) == len(TOKENS)
        for order in (tuple(TOKENS), tuple(reversed(TOKENS))):
            again = mirrored.update(kinds=KINDS, tokens=order)
            assert (again.calls, mirrored.counted, again.changes) == (0, 0, {})


def test_a_time_that_moves_with_the_clock_costs_nothing_for_a_month(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet(2)) as forge:
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        kinds, since = ("issues", "pull_requests", "commits"), datetime(2020, 1, 1, tzinfo=UTC)
        assert mirrored.update(kinds=kinds, since=since).changes["issue"].inserted == 16
        for day in (1, 31):
            assert mirrored.update(kinds=kinds, since=since + timedelta(days=day)).calls == mirrored.counted == 0
        mirrored.update(kinds=kinds, since=since + timedelta(days=32))
        assert mirrored.counted == 4  # issues and commits of two repositories


@pytest.mark.parametrize("own", [False, True], ids=["another user", "the token's user"])
def test_a_user_costs_nothing(engine: str, tmp_path: Path, own: bool) -> None:
    fleet = small_fleet(1)
    fleet.add_repository("ada", "notes", private=own, branches=1)
    with Forge(fleet) as forge:
        for token, login in TOKENS.items():
            forge.add_token(token, login=login)
        mirrored = Mirrored(forge, engine, "github", tmp_path / "fleet.sqlite")
        options = {"kinds": ("branches",), "token": "token-of-ada" if own else "token-of-ben"}
        assert mirrored.update("ada", OWNER, **options).repositories == 2
        again = mirrored.update("ada", OWNER, **options)
        assert (again.calls, mirrored.counted, again.repositories, again.changes) == (0, 0, 2, {})
