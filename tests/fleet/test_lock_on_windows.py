"""The lock of a ledger or mirror on Windows, with a faked msvcrt."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the fake of this file replaces what Windows has", allow_module_level=True)

from gitfleet_api import GitFleetError
from gitfleet_fleet.ledger.file import LEDGER
from support.windows import fake_msvcrt, on_windows


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module as Windows has it."""
    locks = fake_msvcrt(monkeypatch)
    module = on_windows("gitfleet_fleet.files.lock", monkeypatch)
    module.acquired = locks
    return module


def test_a_byte_behind_the_text_is_locked_and_the_file_stays(locks: Any, tmp_path: Path) -> None:
    lock = locks.FileLock(LEDGER, tmp_path / "night.sqlite")
    lock.acquire()
    assert locks.acquired == [(1 << 30, 1)]
    text = (tmp_path / "night.sqlite.lock").read_text("utf-8")
    assert f'"pid": {os.getpid()}' in text  # at the start of the file: the position was set back
    lock.release()
    assert (tmp_path / "night.sqlite.lock").exists()  # Windows removes no file that another process has open
    lock.acquire()
    lock.release()


def test_the_owner_in_another_process_is_named(locks: Any, tmp_path: Path) -> None:
    first, second = (locks.FileLock(LEDGER, tmp_path / "night.sqlite") for _ in range(2))
    first.acquire()
    locks._in_use.clear()  # as in another process
    with pytest.raises(GitFleetError, match=rf"in use by process {os.getpid()} on .*, since ") as caught:
        second.acquire()
    assert caught.value.code.endswith("in_use")
    first.release()
    second.acquire()
    second.release()
