"""The forge of the mirror's benchmark, in a process of its own: 631 pages, 62,000 rows, 100 ms per response.

``python mirror_forge.py 40`` prints its address, its token and its owners as JSON. For each line of its standard input
it prints a line: ``counts`` (requests since the last time, and those that GitHub counts), or ``change`` (changes the
fleet and prints the number of changed resources). It ends with its standard input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import machine

__all__ = ["Counts", "MirrorForge", "serving"]

DELAY = 0.1
"""Seconds before each response."""


class Counts(NamedTuple):
    """Requests of one client."""

    requests: int
    """Requests, including those with an unchanged response (304)."""
    counted: int
    """Requests that count against GitHub's rate limit."""


class MirrorForge:
    """A running forge.

    Args:
        process: its process.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        said = self._read()
        self.url: str = said["url"]
        self.token: str = said["token"]
        self.owners: list[str] = said["owners"]

    def counts(self) -> Counts:
        """Return the requests since the last call."""
        return Counts(**self._ask("counts"))

    def change(self) -> int:
        """Change the fleet. Returns the number of changed resources."""
        return cast("int", self._ask("change"))

    def _ask(self, command: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def serving(repositories: int) -> Iterator[MirrorForge]:
    """Run the forge until the block ends.

    Args:
        repositories: number of repositories; 40 have 62,000 rows.
    """
    command = [sys.executable, "-P", __file__, str(repositories)]
    with machine.on_server_core():
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdin is not None
        try:
            yield MirrorForge(process)
        finally:
            process.stdin.close()


def _serve() -> None:
    from gitfleet_testing import Forge
    from support.mirror_scale_fleet import OWNERS, big_fleet, change

    with Forge(big_fleet(int(sys.argv[1])), delay=DELAY) as forge:
        forge.add_token(forge.token, limit=10**9)
        print(json.dumps({"url": forge.url, "token": forge.token, "owners": OWNERS}), flush=True)
        for line in sys.stdin:
            said: Any
            if line.strip() == "change":
                said = change(forge.fleet).resources
            else:
                statuses = [request.status for request in forge.requests]
                forge.clear_log()
                said = {"requests": len(statuses), "counted": sum(status != 304 for status in statuses)}
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    _serve()
