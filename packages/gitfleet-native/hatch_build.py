"""Compiles the Rust engine into the wheel, and puts its sources into the sdist."""

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

# Named one by one: a rule for all of rust/ would take target/ along.
CRATE_PATHS = (
    *("Cargo.toml", "Cargo.lock"),
    *("gitfleet-core/Cargo.toml", "gitfleet-core/src"),
    *("gitfleet-ffi/Cargo.toml", "gitfleet-ffi/build.rs", "gitfleet-ffi/src", "gitfleet-ffi/include"),
)
NO_CARGO = (
    "gitfleet-native is compiled from Rust, and there is no cargo: install Rust (https://rustup.rs), "
    "or use GitFleet without gitfleet-native, on its pure Python engine."
)
JSON_MESSAGES = "--message-format=json-render-diagnostics"
SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")


class NativeBuildHook(BuildHookInterface[Any]):
    """One library a platform, good for every CPython: cffi opens it at run time."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs a wheel, an editable wheel or an sdist."""
        inside = Path(self.root) / "rust"  # where the sdist has it
        rust = inside if inside.is_dir() else Path(self.root).parents[1] / "rust"
        if self.target_name == "sdist":
            build_data["force_include"].update({str(rust / path): f"rust/{path}" for path in CRATE_PATHS})
            return
        if rust == inside:  # where all files have one old time, by which cargo takes them for what it compiled before
            for path in rust.rglob("*.*"):
                path.touch()
        package = Path(self.root) / "src" / "gitfleet_native"
        replace(self.compile(rust), package / f"gitfleet_ffi{SUFFIX}")
        write_module(rust / "gitfleet-ffi" / "include" / "gitfleet.h", package / "_gitfleet_abi.py")
        build_data["tag"] = os.environ.get("GITFLEET_WHEEL_TAG") or f"py3-none-{platform_tag()}"
        build_data["pure_python"] = False

    def compile(self, rust: Path) -> Path:
        """Build the cdylib and say where cargo put it."""
        if shutil.which("cargo") is None:
            self.app.abort(NO_CARGO)
        command = ["cargo", "build", "--release", "--locked", "-p", "gitfleet-ffi", JSON_MESSAGES, *nameless_paths()]
        done = subprocess.run(command, cwd=rust, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        if done.returncode:
            self.app.abort("cargo could not build gitfleet-native; its own words are above.")
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        libraries = [
            name
            for message in messages
            if message.get("target", {}).get("name") == "gitfleet_ffi"
            for name in message.get("filenames", ())
        ]
        return Path(next(name for name in libraries if name.endswith(SUFFIX)))


def platform_tag() -> str:
    """Where the library runs. A Python for macOS may be made for both processors; cargo builds for this one."""
    name = sysconfig.get_platform()
    if name.endswith("universal2"):  # installers know arm64 from macOS 11 on
        arm = platform.machine() == "arm64"
        name = "macosx-11.0-arm64" if arm else name.replace("universal2", "x86_64")
    return name.replace("-", "_").replace(".", "_")


def nameless_paths() -> list[str]:
    """Keeps this machine's folders out of the messages of panics; cargo adds it to flags of the user's own."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    return ["--config", f"build.rustflags=[{json.dumps(f'--remap-path-prefix={home}=cargo')}]"]


def replace(source: Path, target: Path) -> None:
    """Copy to a new file: a process that has the old one mapped keeps it."""
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def write_module(header: Path, target: Path) -> None:
    """The out-of-line cffi module; needs no C compiler, here or at run time."""
    from cffi import FFI

    declarations = [line for line in header.read_text("utf-8").splitlines() if not line.startswith("#")]
    ffi = FFI()
    ffi.set_source("gitfleet_native._gitfleet_abi", None)
    ffi.cdef("\n".join(declarations))
    target.unlink(missing_ok=True)
    ffi.emit_python_code(str(target))
