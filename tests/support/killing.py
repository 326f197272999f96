"""Processes that a test kills at a moment of its choice."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

__all__ = ["PATIENCE", "kill_when"]

PATIENCE = 60.0
"""Seconds after which a process that neither works nor ends is a failure."""


def kill_when(process: BaseProcess, is_time: Callable[[], bool]) -> bool:
    """Kill a process as soon as ``is_time`` returns true. Returns False if it has ended before."""
    end = time.monotonic() + PATIENCE
    while process.is_alive() and not is_time():
        assert time.monotonic() < end, "the process neither works nor ends"
        time.sleep(0.001)
    was_alive = process.is_alive()
    process.kill()
    process.join(PATIENCE)
    return was_alive
