"""What a module does on Windows: a second copy of it, imported while the platform is Windows, and a fake msvcrt."""

from __future__ import annotations

import errno
import fcntl
import importlib.util
import os
import sys
import types
from typing import Any

import pytest


def fake_msvcrt(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Let ``import msvcrt`` succeed.

    Its locks are those of open files, so that they exclude other descriptors of this process, as on Windows.

    Returns:
        The position of each lock that was acquired, and the number of its bytes.
    """
    locked: list[tuple[int, int]] = []
    module: Any = types.ModuleType("msvcrt")
    module.LK_LOCK, module.LK_NBLCK = 1, 2

    def locking(descriptor: int, mode: int, count: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = errno.EDEADLK if mode == module.LK_LOCK else errno.EACCES
            raise OSError(number, os.strerror(number)) from None
        locked.append((os.lseek(descriptor, 0, os.SEEK_CUR), count))

    module.locking = locking
    monkeypatch.setitem(sys.modules, "msvcrt", module)
    return locked


def on_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a second copy of a module. The platform is Windows until the end of the test."""
    monkeypatch.setattr(sys, "platform", "win32")
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    package, _, last = name.rpartition(".")
    spec = importlib.util.spec_from_file_location(f"{package}.{last}_on_windows", found.origin)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module
