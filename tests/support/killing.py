"""Processes that a test kills at a moment of its choice."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

__all__ = ["PATIENCE", "kill_when"]

PATIENCE = 60.0
"""Seconds after which a process that neither works nor ends is a failure."""


def kill_when(process: BaseProcess, is_time: Callable[[], bool]) -> bool:
    """Kill a process as soon as ``is_time`` returns true. Returns False if it has ended before, by itself."""
    end = time.monotonic() + PATIENCE
    while process.is_alive() and not is_time():
        assert time.monotonic() < end, "the process neither works nor ends"
        time.sleep(0.001)
    process.kill()
    process.join(PATIENCE)
    # It can end between the last look and the signal: its exit code says which of both ended it.
    assert process.exitcode is not None
    return process.exitcode < 0
