"""Fixtures for the tests of the command line."""

from __future__ import annotations

import importlib.util
import urllib.request
from collections.abc import Iterator

import pytest

from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine

# tests/packaging tests the command line without the extra.
collect_ignore_glob = [] if importlib.util.find_spec("click") and importlib.util.find_spec("rich") else ["test_*.py"]


HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example")',
    "escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "markup": "[bold red]no[/] | `code` <b>&amp;</b> ![x](http://evil.example)",
    "lines": "one\ntwo\r\n\tthree \u202egnp.exe \u061c\u2066\ufeff\U000e0001 over\rwritten",
    "wide": "日本語の説明 éprouvés 🚀",
}
"""Descriptions of the repositories of ``weird``, by repository name."""


@pytest.fixture
def hostile() -> dict[str, str]:
    """Descriptions with formulas, escape sequences and markup."""
    return HOSTILE


@pytest.fixture(scope="module")
def big_forge() -> Iterator[Forge]:
    """A forge for read-only tests: 250 repositories of ``acme``, 30 of ``small``, none of ``void``."""
    fleet = Fleet()
    fleet.add_user("octo-user")
    for owner, count in (("acme", 250), ("small", 30)):
        fleet.add_organization(owner)
        for number in range(count):
            # Listings are sorted by creation time.
            created = f"2020-01-01T{number // 60:02}:{number % 60:02}:00Z"
            fleet.add_repository(owner, f"tool-{number:03}", stars=(number * 7) % 250, created_at=created)
    fleet.add_repository("octo-user", "busy", branches=["main"], commits=130, tags=3, issues=9, pulls=4)
    for tag in ("v1", "v2"):
        fleet.add_release("octo-user/busy", tag)
    fleet.add_issue("octo-user/busy", "It breaks")
    fleet.add_organization("weird")
    for name, description in HOSTILE.items():
        fleet.add_repository("weird", name, description=description, stars=-1 if name == "formula" else 5)
    fleet.add_organization("void")
    with Forge(fleet) as running:
        yield running


@pytest.fixture
def quiet_forge(big_forge: Forge) -> Forge:
    """``big_forge`` without requests and faults of other tests."""
    big_forge.clear_faults()
    # The forge logs requests of a killed command before this one.
    with urllib.request.urlopen(f"{big_forge.url}/rate_limit") as response:  # noqa: S310  http to this machine
        assert response.status == 200
    big_forge.clear_log()
    big_forge.reset_limits()
    return big_forge


@pytest.fixture
def gitfleet(quiet_forge: Forge) -> CommandLine:
    """Runs commands with the default engine."""
    return CommandLine(quiet_forge)


@pytest.fixture
def gitfleet_on(quiet_forge: Forge, engine: str) -> CommandLine:
    """Runs commands with the engine under test."""
    return CommandLine(quiet_forge, engine)
