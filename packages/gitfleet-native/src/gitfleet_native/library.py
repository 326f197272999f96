"""The shared library, opened and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

from ._gitfleet_abi import ffi

__all__ = ["ABI_VERSION", "build_info", "ffi", "last_error", "lib"]

ABI_VERSION = 1

_SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")


def _open() -> Any:
    # The very file beside this one: a bare name would make the loader search elsewhere.
    found: Any = ffi.dlopen(str(Path(__file__).with_name(f"gitfleet_ffi{_SUFFIX}")))
    version = found.gf_abi_version()
    if version != ABI_VERSION:
        raise ImportError(
            f"the library has ABI version {version}, this package needs {ABI_VERSION}: reinstall gitfleet-native"
        )
    return found


lib = _open()


def build_info() -> str:
    """What the library says of its making: a JSON object."""
    return _bytes(lib.gf_build_info()).decode()


def last_error() -> bytes:
    """The JSON of what went wrong in the last call of this thread."""
    return _bytes(lib.gf_last_error())


def _bytes(pointer: Any) -> bytes:
    return cast("bytes", ffi.string(pointer))  # text only for wide characters
