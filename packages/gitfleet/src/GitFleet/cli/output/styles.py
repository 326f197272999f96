"""Whether a terminal shows styles, as bold text."""

from __future__ import annotations

import os
import sys

__all__ = ["shows_styles"]

_STDOUT = -11
_ESCAPES = 4
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING: without it the older console of Windows prints escape sequences as text."""


def shows_styles() -> bool:
    """Return whether stdout, a terminal, shows styles, and the user wants them. On Windows it is set to show them."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.platform != "win32" or _enable_escapes()


def _enable_escapes() -> bool:
    import ctypes

    # Not ctypes.windll: its functions are shared with the whole program. Mypy knows them on Windows only.
    console = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    console.GetStdHandle.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(console.GetStdHandle(_STDOUT))
    mode = ctypes.c_ulong()
    if not console.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(console.SetConsoleMode(handle, mode.value | _ESCAPES))
