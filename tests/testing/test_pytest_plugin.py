"""The pytest plugin, run in a separate pytest process."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import gitfleet_testing

PLUGIN = "gitfleet_testing.pytest_plugin"
TESTS = """
import threading
import urllib.request

import pytest

from gitfleet_testing import Fleet

pytestmark = pytest.mark.filterwarnings("error")
seen = []


def test_nothing_runs_that_is_not_requested():
    assert "gitfleet-testing" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("turn", [1, 2])
def test_the_forge_runs_and_each_test_has_one(forge, turn):
    seen.append(forge)
    assert len(forge.fleet.repositories) == 60
    assert urllib.request.urlopen(f"{forge.url}/users/fleet-admin").status == 200
    assert len(forge.requests) == 1
    assert len({id(one) for one in seen}) == turn


@pytest.mark.forge_fleet(repositories=20, organizations=1)
def test_a_marker_selects_another_fleet(forge):
    assert (len(forge.fleet.repositories), len(forge.fleet.organizations)) == (20, 1)


@pytest.mark.forge_fleet(20)
def test_a_marker_without_names_is_an_error(forge):
    pass


class TestOwnFleet:
    @pytest.fixture
    def forge_fleet(self):
        return Fleet()

    def test_a_fixture_replaces_the_fleet(self, forge, forge_fleet):
        assert forge.fleet is forge_fleet
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(TESTS)
    # The plugin is named by its module, because its entry point need not be installed.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_each_test_receives_a_forge(tmp_path: Path) -> None:
    done = run(tmp_path, "--strict-markers")
    assert "5 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "takes keyword arguments only, those of Fleet.generate" in done.stdout


def test_pytest_lists_the_marker_and_the_fixtures(tmp_path: Path) -> None:
    assert "@pytest.mark.forge_fleet(**arguments)" in run(tmp_path, "--markers").stdout
    assert "forge_fleet -- " in run(tmp_path, "--fixtures").stdout


def test_the_package_alone_does_not_import_pytest() -> None:
    code = "import sys, gitfleet_testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_entry_point_names_the_plugin() -> None:
    project = Path(__file__).resolve().parents[2] / "packages" / "gitfleet-testing" / "pyproject.toml"
    declared = tomllib.loads(project.read_text())["project"]["entry-points"]["pytest11"]
    assert declared == {"gitfleet_testing": PLUGIN}
    module = importlib.import_module(PLUGIN)
    assert callable(module.pytest_configure)
    assert module.Forge is gitfleet_testing.Forge
