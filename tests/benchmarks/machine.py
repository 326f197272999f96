"""The machine: a general description, and the processors for clients and servers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["describe", "on_server_core", "pin_clients"]


def _cores() -> list[int]:
    """Return the processors that this process may use; none where they cannot be chosen (macOS)."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


_CORES = _cores()


def pin_clients() -> None:
    """Run this process and its children on the first processor."""
    if _CORES:
        os.sched_setaffinity(0, _CORES[:1])


@contextmanager
def on_server_core() -> Iterator[None]:
    """Start processes in this block on the second processor (on a machine with one: on the first)."""
    if not _CORES:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _CORES[1:2] or _CORES)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def describe(python: str, peers: str) -> str:
    """Return a sentence about the machine."""
    cores = os.cpu_count() or 1
    where = "clients on one, servers on another" if len(_CORES) > 1 else "shared by clients and servers"
    processors = f"{cores} processor{'s' if cores > 1 else ''} ({_model()}), {where}"
    return f"{platform.system()} {_kernel()}, {processors}; Python {python} for gitfleet, {peers} for the others."


def _kernel() -> str:
    # Without the suffix of a distribution or a provider.
    return ".".join(platform.release().split("-")[0].split(".")[:2])


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()}, {found[0]}" if found else platform.machine()
