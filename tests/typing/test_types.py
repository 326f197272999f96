"""The public names are typed: mypy and pyright know the types that users rely on, and refuse mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = ("listings.py", "models.py", "sync_clients.py", "tables.py", "fleets.py", "second_name.py", "mistakes.py")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of mypy for all tests of this file."""
    pytest.importorskip("mypy", reason="mypy is not installed")
    return tmp_path_factory.mktemp("mypy")


def _run(*command: str) -> str:
    # pyright takes the packages of the first interpreter on PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert not done.stderr, done.stderr
    return done.stdout


def _mypy(file: Path, cache: Path) -> str:
    options = ("--strict", "--no-error-summary", "--config-file", "", "--cache-dir", str(cache))
    return _run("mypy", *options, str(file))


def _pyright(folder: Path, *files: Path) -> list[str]:
    pytest.importorskip("pyright", reason="pyright is not installed")
    config = folder / "pyrightconfig.json"
    settings: dict[str, object] = {"include": [os.path.relpath(file, folder) for file in files], "exclude": []}
    settings |= {"typeCheckingMode": "standard", "reportUnnecessaryTypeIgnoreComment": "error"}
    config.write_text(json.dumps(settings))
    report = json.loads(_run("pyright", "--pythonpath", sys.executable, "--outputjson", "--project", str(config)))
    assert report["summary"]["filesAnalyzed"] == len(files)
    return [f"{Path(item['file']).name}: {item['message']}" for item in report["generalDiagnostics"]]


@pytest.mark.parametrize("name", FILES)
def test_mypy_knows_all_types_and_finds_all_mistakes(name: str, cache: Path) -> None:
    assert _mypy(HERE / name, cache) == ""


def test_pyright_knows_all_types_and_finds_all_mistakes(tmp_path: Path) -> None:
    assert _pyright(tmp_path, *(HERE / name for name in FILES)) == []


def test_an_unnecessary_ignore_is_an_error(tmp_path: Path, cache: Path) -> None:
    file = tmp_path / "fine.py"
    file.write_text("from GitFleet import GitHubClient\n\nGitHubClient()  # type: ignore[call-arg]\n")
    assert "unused-ignore" in _mypy(file, cache)
    assert _pyright(tmp_path, file) == ['fine.py: Unnecessary "# type: ignore" comment']
