"""Which engines the tests run on."""

from __future__ import annotations

import os
from functools import cache

import pytest

from gitfleet_api import backends

VARIABLE = "GITFLEET_TEST_ENGINES"
NAMES = ("python", "native")


@cache
def _unusable() -> dict[str, str | None]:
    return {info.name: info.reason for info in backends()}


def required() -> tuple[str, ...] | None:
    """The engines that must be there, or None when those are tested that are."""
    value = os.environ.get(VARIABLE)
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    unknown = set(names) - set(NAMES)
    if unknown or not names:
        raise pytest.UsageError(f"{VARIABLE} must list engines out of {NAMES}, not {value!r}")
    return names


def usable() -> list[str]:
    """The engines that are to be tested and can be used. The test fails if one that must be there cannot be used."""
    wanted = required()
    for name in wanted or ():
        demand(name)
    return [name for name in wanted or NAMES if _unusable()[name] is None]


def demand(name: str) -> None:
    """Skip the test where ``name`` is not to be tested; fail it where it must be there and isn't."""
    wanted, reason = required(), _unusable()[name]
    if wanted is not None and name not in wanted:
        pytest.skip(f"{VARIABLE} does not list {name}")
    if reason is not None:
        if wanted is not None:
            pytest.fail(f"{VARIABLE} lists {name}, but {reason}", pytrace=False)
        pytest.skip(f"the {name} engine can't be used: {reason}")
