"""Build hook: compiles the Rust engine into the wheel, and adds its sources to the sdist.

``GITFLEET_CARGO_TARGET`` is the platform to build for, as ``x86_64-unknown-linux-gnu.2.17`` with the version of glibc.
Then ``cargo zigbuild`` builds, which needs cargo-zigbuild and ziglang.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# An explicit list: a rule for all of rust/ would include target/.
CRATE_PATHS = (
    *("Cargo.toml", "Cargo.lock"),
    *("gitfleet-core/Cargo.toml", "gitfleet-core/src", "gitfleet-core/benches"),
    *("gitfleet-ffi/Cargo.toml", "gitfleet-ffi/build.rs", "gitfleet-ffi/src", "gitfleet-ffi/include"),
)
NO_CARGO = (
    "gitfleet-native is compiled from Rust, and cargo was not found: install Rust (https://rustup.rs), "
    "or use GitFleet without gitfleet-native, with its pure Python engine."
)
JSON_MESSAGES = "--message-format=json-render-diagnostics"
SBOM = "gitfleet-native.cdx.json"
SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")


class NativeBuildHook(BuildHookInterface[Any]):
    """Builds one library per platform; it works with every CPython, because cffi opens it at run time."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare the files; hatchling calls this before it packs a wheel, an editable wheel or an sdist."""
        inside = Path(self.root) / "rust"  # the location in an unpacked sdist
        rust = inside if inside.is_dir() else Path(self.root).parents[1] / "rust"
        if self.target_name == "sdist":
            build_data["force_include"].update({str(rust / path): f"rust/{path}" for path in CRATE_PATHS})
            return
        if rust == inside:  # files of an sdist have one old time, so cargo could reuse the build of another version
            for path in rust.rglob("*.*"):
                path.touch()
        package = Path(self.root) / "src" / "gitfleet_native"
        replace(self.compile(rust), package / f"gitfleet_ffi{SUFFIX}")
        write_module(rust / "gitfleet-ffi" / "include" / "gitfleet.h", package / "_gitfleet_abi.py")
        build_data["tag"] = os.environ.get("GITFLEET_WHEEL_TAG") or f"py3-none-{platform_tag()}"
        build_data["pure_python"] = False
        if version != "editable":
            sbom = Path(self.directory) / SBOM
            write_sbom(rust, sbom)
            build_data["sbom_files"].append(str(sbom))

    def compile(self, rust: Path) -> Path:
        """Build the cdylib and return its path."""
        if shutil.which("cargo") is None:
            self.app.abort(NO_CARGO)
        target = os.environ.get("GITFLEET_CARGO_TARGET")
        options = ["--release", "--locked", "-p", "gitfleet-ffi", JSON_MESSAGES, *flags(rust)]
        command = ["cargo", *(["zigbuild", "--target", target] if target else ["build"]), *options]
        done = subprocess.run(command, cwd=rust, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        if done.returncode:
            self.app.abort("cargo could not build gitfleet-native; its messages are above.")
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        libraries = [
            name
            for message in messages
            if message.get("target", {}).get("name") == "gitfleet_ffi"
            for name in message.get("filenames", ())
        ]
        return Path(next(name for name in libraries if name.endswith(SUFFIX)))


def platform_tag() -> str:
    """The platform tag of the wheel. For a universal2 Python it names one processor, for which cargo builds."""
    processor, _, system = os.environ.get("GITFLEET_CARGO_TARGET", "").partition("-")
    if "linux" in system:
        return f"linux_{processor}"
    name = sysconfig.get_platform()
    if name.endswith("universal2"):  # the oldest macOS for which rustc builds, not that of Python
        name = "macosx-11.0-arm64" if platform.machine() == "arm64" else "macosx-10.12-x86_64"
    return name.replace("-", "_").replace(".", "_")


def flags(rust: Path) -> list[str]:
    """Options that keep this machine's paths out of the library; cargo adds them to the user's flags."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    found = [f"--remap-path-prefix={home}=cargo", f"--remap-path-prefix={rust}=rust"]
    if "-musl" in os.environ.get("GITFLEET_CARGO_TARGET", ""):
        found.append("-Ctarget-feature=-crt-static")  # otherwise rustc builds no library for musl
    return ["--config", f"build.rustflags={json.dumps(found)}"]


def host() -> str:
    """Return the target triple of this machine."""
    command = ["rustc", "--print=host-tuple"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603


def write_sbom(rust: Path, path: Path) -> None:
    """Write the software bill of materials of the library."""
    # hatchling imports this file by its path.
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        from linked_crates import linked_crates
        from sbom import sbom_of
    finally:
        sys.path.pop(0)
    target = os.environ.get("GITFLEET_CARGO_TARGET") or host()
    platform = target.partition(".")[0]  # without the version of glibc
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sbom_of(linked_crates(rust, [platform]), platform), "utf-8")


def replace(source: Path, target: Path) -> None:
    """Replace ``target`` with a new file: processes that have loaded the old one keep it."""
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def write_module(header: Path, target: Path) -> None:
    """Write the out-of-line cffi module for ``header``; it needs no C compiler, neither now nor at run time."""
    from cffi import FFI

    declarations = [line for line in header.read_text("utf-8").splitlines() if not line.startswith("#")]
    ffi = FFI()
    ffi.set_source("gitfleet_native._gitfleet_abi", None)
    ffi.cdef("\n".join(declarations))
    target.unlink(missing_ok=True)
    ffi.emit_python_code(str(target))
