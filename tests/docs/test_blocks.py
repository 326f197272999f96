"""Every block of code in the documentation runs as written, against a local forge.

One page in two runs on the native engine, the others on the pure Python engine.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gitfleet_testing import Forge
from support import engines
from support.command_line import empty_home, isolated
from support.documented import NAMES, PAGES, ROOT, Block, all_blocks, assert_output, blocks, fleet, output_of, run_page

REDIRECTION = Path(__file__).parents[1] / "support" / "redirect"
PACKAGES = [tomllib.loads(path.read_text("utf-8"))["project"] for path in ROOT.glob("packages/*/pyproject.toml")]
CODE = [(page, name) for page, name in zip(PAGES, NAMES, strict=True) if blocks(page)]
EXTRAS = {
    "matplotlib": "matplotlib",
    "to_pandas": "pandas",
    "to_polars": "polars",
    "to_arrow": "pyarrow",
    "to_parquet": "pyarrow",
    "GitHubApp": "jwt",
    "instrument": "opentelemetry.sdk",
    r"mirror\.report": "vl_convert",
}
SHELL = [
    pytest.param(page, block, id=f"{name}:{block.line}")
    for page, name in zip(PAGES, NAMES, strict=True)
    for block in all_blocks(page)
    if block.language in ("console", "bash")
]


class YourClient:
    """Any HTTP client, as the README of gitfleet-testing uses one."""

    def __init__(self, base_url: str, token: str) -> None:
        headers = {"authorization": f"token {token}"}
        self._user = urllib.request.Request(f"{base_url}/user", headers=headers)  # noqa: S310  http to this machine

    def user(self) -> Any:
        """Return the user of the token; a failed request is repeated once."""
        for _ in range(2):
            try:
                with urllib.request.urlopen(self._user) as response:  # noqa: S310
                    return json.load(response)
            except urllib.error.HTTPError as error:
                error.close()
        raise AssertionError("no response")


def _redirection() -> ModuleType:
    spec = importlib.util.spec_from_file_location("redirect", REDIRECTION / "sitecustomize.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge(fleet(), trust_any_token=True) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the certificate file of the page about proxies."""
    monkeypatch.chdir(tmp_path)
    authorities = pytest.importorskip("support.certificates", reason="needs trustme").Authority
    authorities(tmp_path, "company-ca")
    return tmp_path


def test_the_documentation_has_code_in_no_other_language() -> None:
    known = {"python", "output", "console", "bash", "text", "json", "sql"}
    found = {(name, block.language) for page, name in zip(PAGES, NAMES, strict=True) for block in all_blocks(page)}
    assert {(name, language) for name, language in found if language not in known} == set()


@pytest.mark.parametrize(("page", "name"), CODE, ids=[name for _, name in CODE])
@pytest.mark.usefixtures("folder")
def test_the_python_blocks_of_a_page_run_and_print_what_it_shows(
    page: Path, name: str, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    names_of_engines = engines.usable()
    engine = names_of_engines[CODE.index((page, name)) % len(names_of_engines)]
    for word, library in EXTRAS.items():
        if any(re.search(rf"\b{word}[(.]", text) for text in blocks(page)):
            pytest.importorskip(library, reason=f"the page uses {library}, which is an extra")
    monkeypatch.setenv("GITFLEET_BACKEND", engine)
    monkeypatch.setenv("GITHUB_TOKEN", "...")
    for variable in ("GH_TOKEN", "GITHUB_ACTIONS"):
        monkeypatch.delenv(variable, raising=False)
    _redirection().redirect(forge.url, monkeypatch.setattr)
    monkeypatch.setenv("GITFLEET_DOCS_FORGE", forge.url)  # for processes of a page
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REDIRECTION), os.environ.get("PYTHONPATH", "")]))
    forge.reset_limits()
    logger_level = _logging_level()
    names: dict[str, object] = {"YourClient": YourClient} if "YourClient" in page.read_text("utf-8") else {}
    try:
        servers = {forge.gitlab_url: "https://gitlab.com/api/v4", forge.url: "https://api.github.com"}
        run_page(page, "documented_" + re.sub(r"\W", "_", name), names, servers)
    finally:
        _logging_level(logger_level)


def _logging_level(level: int | None = None) -> int:
    """Return the level of the library's logger, which one page changes; set it if one is given."""
    import logging

    logger = logging.getLogger("gitfleet")
    if level is not None:
        logger.setLevel(level)
    return logger.level


TESTED = [(page, name) for page, name in CODE if any("\ndef test_" in text for text in blocks(page))]


@pytest.mark.parametrize(("page", "name"), TESTED, ids=[name for _, name in TESTED])
def test_the_tests_in_a_page_pass(page: Path, name: str, folder: Path) -> None:
    shown = "\n".join(text for text in blocks(page) if "\ndef test_" in f"\n{text}")
    helper = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom test_blocks import YourClient\n"
    (folder / "test_shown.py").write_text((helper if "YourClient" in shown else "") + shown)
    # Where the package is not installed but on the path only, its entry point is not found.
    plugin = ["-p", "gitfleet_testing.pytest_plugin"] if not _plugin_is_installed() else []
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "test_shown.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    assert f"{len(re.findall(r'^def test_', shown, re.MULTILINE))} passed" in done.stdout


def _plugin_is_installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.value == "gitfleet_testing.pytest_plugin" for point in entry_points(group="pytest11"))


@pytest.mark.parametrize(("page", "block"), SHELL)
def test_the_commands_of_a_page_work(page: Path, block: Block, folder: Path, forge: Forge) -> None:
    typed = block.text.replace("\\\n", "")
    lines = [line for line in typed.splitlines() if block.language == "bash" or line.startswith("$ ")]
    assert lines, f"no command in {page.name}:{block.line}"
    printed = ""
    for line in lines:
        command = line.removeprefix("$ ")
        if "nox" in command:  # it would run this suite; .ci/run types it
            _check_sessions(command)
        elif command.startswith("pip install"):
            _check_requirements(command)
        else:
            if command.startswith("gitfleet"):
                pytest.importorskip("click", reason="the command line is an extra")
            printed += _type(command, folder, forge)
    if shown := output_of(block, page):
        assert_output(shown, printed, page)


def test_every_output_follows_what_prints_it() -> None:
    for page in PAGES:
        kinds = ["", *(block.language for block in all_blocks(page))]
        before = {first for first, second in itertools.pairwise(kinds) if second == "output"}
        assert before <= {"python", "console"}, page


def test_the_commands_for_the_local_forge_work_on_it_alone(folder: Path) -> None:
    pytest.importorskip("click", reason="the command line is an extra")
    start, typed = (block.text for block in all_blocks(ROOT / "docs/command-line.md") if block.language == "text")
    arguments = [part for part in shlex.split(start)[1:] if part not in ("--port", "8000")]  # it may be taken
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            url = served.stdout.readline().removeprefix("url: ").strip()
            commands = typed.replace("http://127.0.0.1:8000", url).replace("gitfleet repos", "python -m GitFleet repos")
            commands = commands.replace("python -m", f"{shlex.quote(sys.executable)} -m")
            done = subprocess.run(
                ["bash", "-eu", "-c", commands], cwd=folder, capture_output=True, text=True, timeout=120, check=False
            )
        finally:
            served.terminate()
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 20


def _check_sessions(command: str) -> None:
    sessions = re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"nox -s (\w+)", command)) <= set(sessions)


def _check_requirements(command: str) -> None:
    """Check that the packages of GitFleet and their extras exist."""
    known = {project["name"]: set(project.get("optional-dependencies", {})) for project in PACKAGES}
    command = command.replace(" --find-links build/wheels", "")  # the folder of tools/build_packages.py
    for word in shlex.split(command, comments=True)[2:]:
        found = re.fullmatch(r"([a-z0-9-]+)(?:\[([a-z0-9,]+)\])?(?:==[0-9.]+)?", word)
        assert found, word
        if found[1].startswith("gitfleet"):
            assert set(filter(None, (found[2] or "").split(","))) <= known[found[1]], word


def _type(command: str, folder: Path, forge: Forge) -> str:
    """Run a command with its requests sent to the forge, and return its output."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, what in (("python", ""), ("gitfleet", "-m GitFleet ")):
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {what}"$@"\n')
        (programs / name).chmod(0o755)
    env = {
        name: value for name, value in os.environ.items() if not name.endswith("_TOKEN") and name != "GITHUB_ACTIONS"
    }
    env["PATH"] = os.pathsep.join([str(programs), env["PATH"]])
    env["PYTHONPATH"] = os.pathsep.join([str(REDIRECTION), *filter(None, [env.get("PYTHONPATH")])])
    env |= isolated(empty_home())
    env |= {"GITFLEET_DOCS_FORGE": forge.url, "GITHUB_TOKEN": "...", "GITLAB_TOKEN": "..."}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
