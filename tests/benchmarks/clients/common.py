"""The frame of every measured program: read the job, do it, print what was received.

``python with_X.py WORKLOAD BASE_URL OWNER NAMES_FILE CA_FILE|- [OPTION ...]`` prints rows, checksum, peak memory in KB.
It imports next to nothing: all of it is counted as the client's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

Pairs = Iterable[tuple[int, int]]
"""(id, stars) of each repository."""


class Job:
    """The job on the command line."""

    def __init__(self, arguments: list[str]) -> None:
        self.workload, self.base, self.owner, self.names_file, ca_file, *self.options = arguments
        self.ca_file = None if ca_file == "-" else ca_file

    def names(self) -> list[str]:
        """Return the names of the 2,000 repositories of the single requests."""
        with open(self.names_file, encoding="utf-8") as file:  # noqa: PTH123  pathlib would be imported for this alone
            return file.read().split()


def run(works: dict[str, Callable[[Job], Pairs]]) -> None:
    """Do the job of the command line."""
    job = Job(sys.argv[1:])
    rows = total = 0
    for number, stars in works[job.workload](job):
        rows += 1
        total += number * 1_000_003 + stars
    print(rows, total % 2**61, _peak())


def _peak() -> int:
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    except FileNotFoundError:
        return 0  # the process that started this one uses a less exact figure
