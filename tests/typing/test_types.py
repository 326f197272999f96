"""The public names are typed: mypy sees what a user relies on, and refuses what can't work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="mypy is not installed")

HERE = Path(__file__).parent


def _mypy(name: str, cache: Path) -> str:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--config-file",
        "",
        "--cache-dir",
    ]
    done = subprocess.run(
        [*command, str(cache), str(HERE / name)], capture_output=True, text=True, timeout=300, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


def test_the_types_of_all_methods_are_seen(tmp_path: Path) -> None:
    assert _mypy("listings.py", tmp_path) == ""


def test_the_types_of_sync_clients_are_as_good(tmp_path: Path) -> None:
    assert _mypy("sync_clients.py", tmp_path) == ""


def test_the_types_of_tables_are_seen_and_mistakes_with_them(tmp_path: Path) -> None:
    assert _mypy("tables.py", tmp_path) == ""


def test_mistakes_are_seen(tmp_path: Path) -> None:
    assert _mypy("mistakes.py", tmp_path) == ""


def test_a_mistake_that_is_not_seen_would_be_told(tmp_path: Path) -> None:
    fine = tmp_path / "fine.py"
    fine.write_text("from GitFleet import GitHubClient\n\nGitHubClient()  # type: ignore[call-arg]\n")
    assert "unused-ignore" in _mypy(str(fine), tmp_path)
