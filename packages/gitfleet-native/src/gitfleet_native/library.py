"""Opens the shared library and checks its version."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, cast

from ._gitfleet_abi import ffi

__all__ = ["ABI_VERSION", "LibraryError", "build_info", "ffi", "last_error", "lib"]

ABI_VERSION = 2

_SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")


class LibraryError(Exception):
    """An error that the library reported, without the request: :class:`NativeBackend` adds it.

    Attributes:
        code: the code of the :class:`gitfleet_api.GitFleetError` to raise.
        message: description of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _open() -> Any:
    # A full path: for a bare name the loader would search in other folders.
    folder = os.path.dirname(__file__)  # noqa: PTH120  pathlib takes 1.3 ms to import
    found: Any = ffi.dlopen(os.path.join(folder, f"gitfleet_ffi{_SUFFIX}"))  # noqa: PTH118
    version = found.gf_abi_version()
    if version != ABI_VERSION:
        raise ImportError(
            f"the library has ABI version {version}, this package needs {ABI_VERSION}: reinstall gitfleet-native"
        )
    return found


lib = _open()


def build_info() -> str:
    """The version, compiler, target and features of the library, as a JSON object."""
    return _bytes(lib.gf_build_info()).decode()


def last_error() -> LibraryError:
    """The error of the last call on this thread."""
    text = _bytes(lib.gf_last_error())
    if not text:
        return LibraryError("internal", "a call of the library failed without an error")
    error = json.loads(text)
    return LibraryError(error["code"], error["message"])


def _bytes(pointer: Any) -> bytes:
    return cast("bytes", ffi.string(pointer))  # ffi.string returns str only for wide characters
