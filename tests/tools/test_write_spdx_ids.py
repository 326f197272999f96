"""The table of license identifiers, compared with the data of the package license-expression."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api._internal.spdx import spdx_id
from gitfleet_api._internal.spdx_ids import SPDX_IDS
from support.tools import tool

TABLE = SPDX_IDS.split()


def test_the_package_spells_each_identifier_like_the_table() -> None:
    # A newer release of the package may have more of them.
    assert set(TABLE) <= tool("write_spdx_ids").known_ids()
    assert len(TABLE) > 780


def test_identifiers_differ_in_more_than_their_letter_case() -> None:
    assert len({key.lower() for key in TABLE}) == len(TABLE)


def test_the_written_table_has_all_identifiers_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tool("write_spdx_ids")
    monkeypatch.setattr(module, "TABLE", tmp_path / "spdx_ids.py")
    module.main()
    space: dict[str, str] = {}
    exec(module.TABLE.read_text("utf-8"), space)  # noqa: S102  a file that the tool has written
    assert set(space["SPDX_IDS"].split()) == module.known_ids()


def test_each_identifier_is_found_in_any_letter_case() -> None:
    assert [spdx_id(key.lower()) for key in TABLE] == [spdx_id(key.upper()) for key in TABLE] == TABLE
    assert spdx_id("another") == "another"
