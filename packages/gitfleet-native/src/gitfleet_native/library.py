"""The shared library, opened and checked."""

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
    """What went wrong below Python; says nothing of the request, which only :class:`NativeBackend` knows.

    Attributes:
        code: as in :class:`gitfleet_api.GitFleetError`.
        message: what went wrong, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _open() -> Any:
    # The very file beside this one: a bare name would make the loader search elsewhere.
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
    """What the library says of its making: a JSON object."""
    return _bytes(lib.gf_build_info()).decode()


def last_error() -> LibraryError:
    """What went wrong in the last call of this thread."""
    text = _bytes(lib.gf_last_error())
    if not text:
        return LibraryError("internal", "a call of the library failed without an error")
    said = json.loads(text)
    return LibraryError(said["code"], said["message"])


def _bytes(pointer: Any) -> bytes:
    return cast("bytes", ffi.string(pointer))  # text only for wide characters
