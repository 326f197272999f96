"""The installed packages are those built from this tree, not a release of the same name on an index."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from gitfleet_api import __version__

WHEELS = Path(os.environ.get("GITFLEET_WHEELS", "missing"))
OURS = [
    *("gitfleet", "gitfleet-api", "gitfleet-fleet", "gitfleet-mirror", "gitfleet-py", "gitfleet-native"),
    "gitfleet-testing",
]
TREE = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not WHEELS.is_dir(), reason="GITFLEET_WHEELS names no folder of built wheels")


def installed(name: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        if name == "gitfleet-native":
            pytest.skip("built without the native engine")
        raise


@pytest.mark.parametrize("name", OURS)
def test_the_installed_files_are_those_of_the_built_wheel(name: str) -> None:
    distribution = installed(name)
    (wheel,) = WHEELS.glob(f"{name.replace('-', '_')}-{__version__}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        record = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/RECORD"))
        hashed = [line.split(",")[:2] for line in archive.read(record).decode().splitlines()]
    recorded = {str(file): file.hash for file in distribution.files or ()}
    for path, digest in hashed:
        if digest:
            kept = recorded[path]
            assert kept is not None
            assert f"{kept.mode}={kept.value}" == digest, path


@pytest.mark.parametrize("name", OURS)
def test_every_package_has_the_version_types_and_a_licence(name: str) -> None:
    distribution = installed(name)
    assert distribution.version == __version__
    files = [str(file) for file in distribution.files or ()]
    assert any(file.endswith("/py.typed") for file in files)
    assert any(file.endswith("licenses/LICENSE") for file in files)
    assert distribution.metadata["License-Expression"] == "MIT"
    assert distribution.metadata["Requires-Python"] == ">=3.11"
    for requirement in distribution.requires or ():
        if requirement.startswith("gitfleet"):
            assert f"=={__version__}" in requirement


def test_the_packages_do_not_come_from_the_source_folders() -> None:
    import GitFleet
    import gitfleet_api

    for module in (GitFleet, gitfleet_api):
        assert TREE / "packages" not in Path(str(module.__file__)).parents


def test_doctor_names_both_engines_and_the_one_a_client_uses() -> None:
    command = [sys.executable, "-m", "GitFleet", "doctor", "--offline"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "python  usable" in done.stdout
    assert "native  " in done.stdout
    assert "a new client uses: " in done.stdout


def test_an_unknown_command_is_refused_in_one_line_with_2() -> None:
    done = subprocess.run([sys.executable, "-m", "GitFleet", "dotcor"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(("gitfleet: no such command 'dotcor'", "gitfleet: the command line needs click and rich"))


def test_the_script_and_the_module_run_the_same_command() -> None:
    folder = Path(sysconfig.get_path("scripts"))
    script = next(path for path in (folder / "gitfleet", folder / "gitfleet.exe") if path.exists())
    said = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
        for command in ([str(script)], [sys.executable, "-m", "GitFleet"])
    ]
    assert said == [f"gitfleet {installed('gitfleet').version}\n"] * 2
