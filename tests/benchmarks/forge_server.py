"""A local forge that delays every response by 100 ms: an organization with 300 repositories and their contributors.

``python -m benchmarks.forge_server`` serves until its standard input ends. It prints a line of JSON at the start, and
its counters for each line of input.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import machine
from .corpus import Expected, checksum
from .nginx import Counts
from .slow_server import SECONDS

if TYPE_CHECKING:
    from gitfleet_testing import Fleet

__all__ = ["REPOSITORIES", "ForgeServer", "serving"]

REPOSITORIES = 300
_PREFIX = "/api/v3"
_SEED = 5
_GENERATED = 312
"""With this seed the organization owns 300 of them, users the others."""


class ForgeServer:
    """A running forge.

    Attributes:
        root: its root URL.
        owner: login of the organization.
        expected: the contributors of all its repositories.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        said = json.loads(self._read())
        self.root: str = said["root"]
        self.owner: str = said["owner"]
        self.expected = Expected(said["rows"], said["checksum"])

    def counts(self) -> Counts:
        """Return the counters. As with nginx, a reading counts as well."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Counts(**json.loads(self._read()))

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def serving(python: str, environment: dict[str, str]) -> Iterator[ForgeServer]:
    """Run the forge on the server's processor until the block ends.

    Args:
        python: an interpreter that has gitfleet_testing.
        environment: the environment of the process.
    """
    command = [python, "-P", "-m", "benchmarks.forge_server"]
    with machine.on_server_core():
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None
    with process:
        yield ForgeServer(process)
        process.stdin.close()


def generate() -> tuple[Fleet, str]:
    """Return the data, and the login of the organization."""
    from gitfleet_testing import Fleet

    fleet = Fleet.generate(organizations=1, repositories=_GENERATED, private_share=0, branches=1, seed=_SEED)
    owners = [repository.owner for repository in fleet.repositories]
    owner = next(owner for owner in owners if owner.endswith("-labs"))
    assert owners.count(owner) == REPOSITORIES
    return fleet, owner


def _rows(root: str, names: list[str]) -> Iterator[tuple[int, int]]:
    """(id, contributions) of all contributors, read page by page without a client."""
    for name in names:
        for page in range(1, 100):
            found = _get(f"{root}/repos/{name}/contributors?per_page=100&page={page}")
            yield from ((row["id"], row["contributions"]) for row in found)
            if len(found) < 100:
                break


def _get(url: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(url, headers={"Authorization": "Bearer token"})  # noqa: S310  loopback
    with urllib.request.urlopen(request) as response:  # noqa: S310  loopback
        found: list[dict[str, Any]] = json.load(response)
    return found


def _serve() -> None:
    from gitfleet_testing import Forge

    fleet, owner = generate()
    with Forge(fleet, prefix=_PREFIX, trust_any_token=True, gzip=False) as forge:
        names = [repository.full_name for repository in fleet.repositories if repository.owner == owner]
        rows, total = checksum(_rows(forge.url, names))
        root = forge.url.removesuffix(_PREFIX)
        print(json.dumps({"root": root, "owner": owner, "rows": rows, "checksum": total}), flush=True)
        forge.delay = SECONDS
        for number, _ in enumerate(sys.stdin, 1):
            log = forge.requests
            ports = {entry.client_port for entry in log}
            forge.reset_limits()  # each client starts with the whole budget
            print(json.dumps({"connections": len(ports) + number, "requests": len(log) + number}), flush=True)


if __name__ == "__main__":
    _serve()
