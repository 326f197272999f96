"""Build the sdist and the wheel of packages: ``python tools/build_packages.py gitfleet-api gitfleet-py``.

The files go to build/sdists and build/wheels. A package whose sources have not changed since its last build is not
built again. Each wheel is built from the sdist, as a user's pip does it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
WHEELS = BUILD / "wheels"
SDISTS = BUILD / "sdists"
NATIVE = "gitfleet-native"
TOOLS = ("build>=1.2", "hatchling>=1.28", "cffi>=1.17", "cyclonedx-python-lib>=11", "twine>=6", "pip")
_TITLES = {NATIVE: "the native engine (Rust), about a minute on an idle machine"}
_REPORTED_EVERY = 20.0  # seconds
# Output of builds, which lies between the sources.
_IGNORED_SUFFIXES = {".pyc", ".so", ".dylib", ".dll"}
_IGNORED_NAMES = {"_gitfleet_abi.py"}


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time build the same thing. On Windows it has no effect."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / f"{name}.lock").open("w") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)  # closing the file releases it
        yield


def builder() -> Path:
    """The Python interpreter of an environment that has the build tools; created on first use."""
    folder = BUILD / "builder"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "tools.txt"
    with locked("builder"):
        if not stamp.exists() or stamp.read_text("utf-8") != "\n".join(TOOLS):
            create_environment(folder, *TOOLS)
            stamp.write_text("\n".join(TOOLS), "utf-8")
    return python


def create_environment(folder: Path, *requirements: str) -> Path:
    """Create a virtual environment with requirements, with uv where it is installed; return its interpreter."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    shutil.rmtree(folder, ignore_errors=True)
    uv = _uv()
    if uv is None:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    else:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    install(python, *requirements)
    return python


def install(python: Path, *arguments: str) -> None:
    """Install into the environment of an interpreter, with uv where it is installed."""
    uv = _uv()
    if uv is None:
        command = [str(python), "-m", "pip", "install", "--quiet"]
    else:
        command = [uv, "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*command, *arguments], check=True)


def _uv() -> str | None:
    try:
        from uv import find_uv_bin
    except ImportError:
        return shutil.which("uv")
    return find_uv_bin()


def build(package: str, python: Path) -> None:
    """Build the sdist and the wheel of one package, unless they are up to date.

    Raises:
        SystemExit: the build failed.
    """
    out, digest = BUILD / "out" / package, source_digest(package)
    stamp = out / "sources.txt"
    with locked(package):
        built = list(WHEELS.glob(f"{package.replace('-', '_')}-*.whl"))
        if not built or not stamp.exists() or stamp.read_text("utf-8") != digest:
            shutil.rmtree(out, ignore_errors=True)
            folder = str(ROOT / "packages" / package)
            command = [str(python), "-m", "build", "--no-isolation", "--outdir", str(out), folder]
            _run_with_progress(command, package)
            stamp.write_text(digest, "utf-8")
            for pattern, target in (("*.whl", WHEELS), ("*.tar.gz", SDISTS)):
                replace(package, out, pattern, target)


def _run_with_progress(command: list[str], package: str) -> None:
    """Run the build of a package, and print how long it takes while it runs.

    Raises:
        SystemExit: the build failed.
    """
    start = time.monotonic()
    print(f"building {_TITLES.get(package, package)}", flush=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while True:
            try:
                output, _ = process.communicate(timeout=_REPORTED_EVERY)
                break
            except subprocess.TimeoutExpired:
                print(f"building {package}: {time.monotonic() - start:.0f} s so far", flush=True)
    if process.returncode:
        raise SystemExit(f"{output}\ncould not build {package}")
    if time.monotonic() - start > _REPORTED_EVERY:
        print(f"built {package} in {time.monotonic() - start:.0f} s", flush=True)


def replace(package: str, out: Path, pattern: str, target: Path) -> None:
    """Copy what was built to the folder of all packages; older files of the package are removed."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob(f"{package.replace('-', '_')}-{pattern}"):
        old.unlink()
    for built in out.glob(pattern):
        shutil.copy(built, target)


def source_digest(package: str) -> str:
    """A hash of the names and contents of all files that a build of the package reads."""
    folders = [ROOT / "packages" / package, *([ROOT / "rust"] if package == NATIVE else [])]
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and _is_source(path.relative_to(folder)):
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_source(path: Path) -> bool:
    return (
        path.parts[0] != "target"
        and "__pycache__" not in path.parts
        and path.suffix not in _IGNORED_SUFFIXES
        and path.name not in _IGNORED_NAMES
    )


def main() -> int:
    """Build the packages that the command line names, at the same time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="names of folders in packages/; none: create the environment")
    packages = parser.parse_args().packages
    python = builder()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(build, package, python) for package in packages]:
            done.result()
    return 0


if __name__ == "__main__":
    sys.exit(main())
