"""The local forge of the demo, in a separate process."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["REPOSITORIES", "LocalForge", "local_forge"]

ORGANIZATIONS = 3
REPOSITORIES = 2604  # including 4 % owned by users: the organizations have 2,500
_CALLS = 100_000  # per hour: the demo runs a job more than once


@dataclass(frozen=True, slots=True)
class LocalForge:
    """A running forge.

    Attributes:
        url: Base URL of its GitHub API.
        token: A token that it accepts.
        organizations: Its organizations and the number of their repositories.
    """

    url: str
    token: str
    organizations: dict[str, int]


@contextlib.contextmanager
def local_forge() -> Iterator[LocalForge]:
    """Run the forge in a separate process, so that its CPU time is not measured."""
    command = [sys.executable, "-m", "gitfleet_testing"]
    command += ["--organizations", str(ORGANIZATIONS), "--repositories", str(REPOSITORIES)]
    command += ["--limit", str(_CALLS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  a module of this project
        try:
            yield _read_address(process)
        finally:
            process.terminate()


def _read_address(process: subprocess.Popen[str]) -> LocalForge:
    url, token, organizations = "", "", {}
    for line in process.stdout or ():
        key, _, value = line.strip().partition(": ")
        if key == "url":
            url = value
        elif key == "token":
            token = value
        elif key == "organization":
            name, _, count = value.partition(" (")
            organizations[name] = int(count.split()[0])
        if len(organizations) == ORGANIZATIONS:
            return LocalForge(url, token, organizations)
    raise RuntimeError("the local forge did not start")
