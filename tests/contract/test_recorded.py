"""Responses that GitHub gave: every one of them decodes, to the values that are in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from gitfleet_testing import Forge
from support.clients import MakeClient
from support.recorded import Entry, entries, parameters
from support.recorded_github import FILTERS, KINDS, exchanges, rows, whole
from support.running import run

ALL = entries("github", "index")
CHOSEN = [entry for entry in ALL if entry.kind in KINDS and KINDS[entry.kind].matches(entry)]


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


def _read(make_client: MakeClient, forge: Forge, entry: Entry, **settings: Any) -> Any:
    async def main() -> Any:
        async with make_client(forge.replay(exchanges(entry), ignore=FILTERS), **settings) as client:
            return await KINDS[entry.kind].read(client, entry)

    return run(main())


@pytest.mark.parametrize("entry", parameters(CHOSEN))
def test_a_recorded_response_gives_the_values_in_it(make_client: MakeClient, forge: Forge, entry: Entry) -> None:
    found = _read(make_client, forge, entry)
    assert found == whole(entry)
    for item in found if isinstance(found, list) else [found]:
        _assert_types(item)


@pytest.mark.parametrize("entry", parameters([entry for entry in CHOSEN if entry.kind != "languages"]))
def test_a_recorded_response_is_kept_whole_with_include_raw(
    make_client: MakeClient, forge: Forge, entry: Entry
) -> None:
    found = _read(make_client, forge, entry, include_raw=True)
    assert found == whole(entry)
    if isinstance(found, list):
        assert [item.raw_data for item in found] == rows(entry)
    else:
        assert found.raw_data == (entry.body["resources"]["core"] if entry.kind == "rate_limit" else entry.body)


def _assert_types(model: Any) -> None:
    """Counts are ints and flags are bools, which compare equal but are not the same."""
    for item in fields(model) if is_dataclass(model) else ():
        value = getattr(model, item.name)
        if "int" in str(item.type) and value is not None:
            assert type(value) is int, item.name
        if "bool" in str(item.type) and value is not None:
            assert type(value) is bool, item.name


@pytest.mark.skipif(not ALL, reason="no recorded answers here")
def test_every_kind_of_recorded_response_is_tested() -> None:
    tested = Counter(entry.kind for entry in CHOSEN)
    assert set(tested) == set(KINDS)
    assert len(CHOSEN) > 300
    left_out = [entry for entry in ALL if entry.kind in KINDS and entry not in CHOSEN]
    protections = [entry for entry in left_out if entry.url.endswith("/protection")]
    assert {entry.kind for entry in left_out if entry not in protections} == {"commit"}  # a hash, a diff and a patch
    assert len(left_out) == len(protections) + 3 == 5
