"""One measurement: a whole process, from its start to its end, with the figures of the operating system."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from .corpus import Expected
from .nginx import Counts

__all__ = ["CrashedError", "Figures", "Program", "WrongWorkError", "measure", "median"]


class WrongWorkError(Exception):
    """A client failed or received other rows than expected."""


class CrashedError(WrongWorkError):
    """A client was ended by a signal."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a process, or medians of several.

    Attributes:
        user: seconds of CPU time in programs.
        system: seconds of CPU time in the kernel.
        wall: seconds from start to end.
        memory: the largest resident memory, in MB (10^6 bytes).
        requests: counted by the server.
        connections: counted by the server.
        value: a figure that the program measured itself instead of its memory, or 0.
        rows: the rows that the program received.
    """

    user: float
    system: float
    wall: float
    memory: float
    requests: float
    connections: float
    value: float = 0.0
    rows: float = 0.0

    @property
    def cpu(self) -> float:
        """CPU time of both kinds."""
        return self.user + self.system


@dataclass(frozen=True, slots=True)
class Program:
    """A program to measure.

    Attributes:
        command: the program and its arguments.
        expected: the rows and the checksum that it must print; None: bytes are checked instead, or nothing.
        own_value: the last number that it prints is a figure of its own, not its memory.
        least_bytes: the least number of bytes of a download.
    """

    command: Sequence[str]
    expected: Expected | None
    own_value: bool = False
    least_bytes: int = 0


def measure(program: Program, count: Callable[[], Counts], environment: Mapping[str, str]) -> Figures:
    """Run a program once.

    Raises:
        WrongWorkError: it failed or did not do the work.
    """
    before = count()
    start = time.perf_counter()
    process = subprocess.Popen(
        program.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(environment)
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        # The output is short: neither pipe can fill up while the other one is read.
        said, complaint = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        kind = CrashedError if process.returncode < 0 else WrongWorkError
        raise kind(f"{program.command} failed:\n{complaint[-3000:]}")
    rows, total, last = said.split()
    _check(program, int(rows), int(total))
    seen = count().since(before)
    memory = 0.0 if program.own_value else (float(last) or usage.ru_maxrss) * 1024 / 1e6
    value = float(last) if program.own_value else 0.0
    return Figures(usage.ru_utime, usage.ru_stime, wall, memory, seen.requests, seen.connections, value, int(rows))


def _check(program: Program, rows: int, total: int) -> None:
    if program.expected is not None and (rows, total) != (program.expected.rows, program.expected.checksum):
        raise WrongWorkError(f"{program.command} saw {rows} rows with checksum {total}, not {program.expected}")
    if total < program.least_bytes:
        raise WrongWorkError(f"{program.command} read {total} bytes, not {program.least_bytes}")


def median(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure; user and system time add up to the median of their sums."""
    middle = {field.name: statistics.median(getattr(run, field.name) for run in runs) for field in fields(Figures)}
    cpu = statistics.median(run.cpu for run in runs)
    middle["system"] = min(middle["system"], cpu)
    middle["user"] = cpu - middle["system"]
    return Figures(**middle)
