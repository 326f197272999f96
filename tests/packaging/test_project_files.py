"""The files beside the packages: workflows, metadata."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECTS = {
    path.parent.name: tomllib.loads(path.read_text("utf-8"))["project"]
    for path in ROOT.glob("packages/*/pyproject.toml")
}
OTHER_COMMANDS = (
    "python -m pip install 'nox[uv]'",
    'rustup target add "${TARGET}"',
)
"""Commands of workflows that are no sessions."""
STRICT = "--error-on-missing-interpreters"
VARIABLES = {"tests-${PYTHON}": "tests-3.11"}


def _sessions() -> set[str]:
    text = (ROOT / "noxfile.py").read_text("utf-8")
    names = set(re.findall(r"^@nox\.session.*\ndef (\w+)\(", text, re.MULTILINE))
    return names | {"tests-3.11"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_their_hash(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text("utf-8"))
    assert used
    for name, comment in used:
        assert name.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name), name
        assert name.startswith("./") or re.fullmatch(r" # v\d+(\.\d+)+", comment), name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_command_is_a_session_that_runs_here_too(path: Path) -> None:
    for command in re.findall(r"run: (.+)", path.read_text("utf-8")):
        if command in OTHER_COMMANDS:
            continue
        program, option, *names = shlex.split(command.replace(f" {STRICT} ", " "))
        assert (program, option) == ("nox", "-s"), command
        names = names[: names.index("--")] if "--" in names else names
        sessions = {VARIABLES.get(name, name) for name in names}
        assert sessions <= _sessions(), command


def test_a_job_without_its_python_fails_instead_of_being_skipped() -> None:
    texts = [path.read_text("utf-8") for path in WORKFLOWS]
    commands = [command for text in texts for command in re.findall(r"run: (nox .*\$\{PYTHON\}.*)", text)]
    assert commands
    assert all(STRICT in command for command in commands)


def test_all_packages_name_the_same_pages_and_versions_of_python() -> None:
    assert len(PROJECTS) == 7
    for key in ("urls", "requires-python", "license", "authors"):
        assert len({str(project[key]) for project in PROJECTS.values()}) == 1, key
    for project in PROJECTS.values():
        versions = [name for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)]
        assert versions == [f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)]
