"""The contents of sdists and wheels, and the native wheel on every Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from gitfleet_api import __version__

WHEELS = Path(os.environ.get("GITFLEET_WHEELS", "missing"))
SDISTS = Path(os.environ.get("GITFLEET_SDISTS", "missing"))
PYTHONS = os.environ.get("GITFLEET_PYTHONS", "").split(",")

pytestmark = pytest.mark.skipif(not SDISTS.is_dir(), reason="GITFLEET_SDISTS names no folder of built sdists")

LIST_BRANCHES = """
import asyncio
from GitFleet import GitHubClient
from gitfleet_testing import Fleet, Forge

async def main():
    with Forge(Fleet.generate(organizations=1, repositories=120, seed=3)) as forge:
        async with GitHubClient(forge.token, forge.url) as client:
            assert client._use_rust
            name = forge.fleet.organizations[0].login
            print(len(await client.fetch_repositories(name)), len(forge.fleet.owned_by(name)))

asyncio.run(main())
"""


def native_wheel() -> Path:
    wheels = list(WHEELS.glob("gitfleet_native-*.whl"))
    if not wheels:
        pytest.skip("built without the native engine")
    (wheel,) = wheels
    return wheel


def test_the_native_wheel_is_for_a_platform_and_any_cpython() -> None:
    assert native_wheel().name.startswith(f"gitfleet_native-{__version__}-py3-none-")
    assert not native_wheel().name.endswith("-any.whl")


def test_the_native_wheel_has_the_library_and_the_cffi_module_and_no_rust() -> None:
    with zipfile.ZipFile(native_wheel()) as archive:
        names = archive.namelist()
    assert any(name.startswith("gitfleet_native/gitfleet_ffi.") for name in names)
    assert "gitfleet_native/_gitfleet_abi.py" in names
    assert not [name for name in names if name.endswith((".rs", ".toml"))]


def test_the_native_wheel_has_the_licences_and_a_list_of_its_crates() -> None:
    with zipfile.ZipFile(native_wheel()) as archive:
        folder = f"gitfleet_native-{__version__}.dist-info"
        notices = archive.read(f"{folder}/licenses/THIRD_PARTY_NOTICES.txt").decode()
        document = json.loads(archive.read(f"{folder}/sboms/gitfleet-native.cdx.json"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "gitfleet-ffi"
    crates = {part["name"]: part for part in document["components"]}
    assert crates["tokio"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert not crates.keys() & {"serde_derive", "cc"}  # they run during the build
    linked = {name for name in crates if name != "gitfleet-core"}
    assert not [name for name in linked if f"\n{name} {crates[name]['version']} (" not in notices]
    needs = {part["ref"]: part.get("dependsOn", []) for part in document["dependencies"]}
    assert any(name.startswith("pkg:cargo/hyper@") for name in needs[f"pkg:cargo/gitfleet-core@{__version__}"])


def test_pure_wheels_have_python_files_only() -> None:
    wheels = list(WHEELS.glob("*-py3-none-any.whl"))
    assert len(wheels) == 6
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            assert not [name for name in archive.namelist() if name.endswith((".so", ".pyc", ".dll", ".dylib"))]


def test_the_native_sdist_has_the_crates_and_no_build_output() -> None:
    native_wheel()
    (sdist,) = SDISTS.glob("gitfleet_native-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    for wanted in (
        "rust/Cargo.lock",
        "rust/gitfleet-core/src/lib.rs",
        "rust/gitfleet-ffi/include/gitfleet.h",
        "hatch_build.py",
    ):
        assert wanted in names
    assert not [name for name in names if "target/" in name or name.endswith((".so", "_gitfleet_abi.py"))]
    assert sdist.stat().st_size < 1_000_000


@pytest.mark.parametrize("version", PYTHONS)
def test_the_one_native_wheel_works_on(version: str, tmp_path: Path) -> None:
    native_wheel()
    python = shutil.which(f"python{version}")
    if python is None:
        pytest.skip(f"python{version} is not installed")
    environment = tmp_path / "env"
    subprocess.run([python, "-m", "venv", str(environment)], check=True)
    inside = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [
        str(inside),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--find-links",
        str(WHEELS),
    ]
    subprocess.run([*install, f"gitfleet[native]=={__version__}", f"gitfleet-testing=={__version__}"], check=True)
    done = subprocess.run([str(inside), "-c", LIST_BRANCHES], capture_output=True, text=True, check=True)
    listed, owned = done.stdout.split()
    assert listed == owned != "0"


def test_a_build_of_the_native_package_without_cargo_fails_with_one_sentence(tmp_path: Path) -> None:
    builder = os.environ.get("GITFLEET_BUILDER")
    if builder is None:
        pytest.skip("GITFLEET_BUILDER names no Python that can build packages")
    (sdist,) = SDISTS.glob("gitfleet_native-*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    command = [builder, "-m", "build", "--wheel", "--no-isolation", str(tmp_path / sdist.name.removesuffix(".tar.gz"))]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "cargo was not found: install Rust" in said
    assert "Traceback" not in said
