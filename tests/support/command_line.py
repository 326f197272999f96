"""Running ``gitfleet`` as a process, against a local forge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from atexit import register
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import IO, Any

from gitfleet_testing import Forge
from support.command_server import can_serve, command_server

__all__ = ["CommandLine", "Finished", "empty_home", "isolated"]

_TIMEOUT = 60.0
_VARIABLES = (
    *("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"),
    *("GH_HOST", "GITLAB_HOST", "CI_API_V4_URL", "CI_SERVER_URL", "NO_COLOR", "COLUMNS", "NETRC"),
    *("GITHUB_ACTIONS", "GITHUB_API_URL", "GITHUB_SERVER_URL", "GITFLEET_WITHOUT", "XDG_CONFIG_HOME", "GH_CONFIG_DIR"),
    *("CI", "GITLAB_CI", "GITFLEET_CLIENT_ID", "GITFLEET_CLIENT_SECRET", "GITFLEET_APP_ID", "GITFLEET_APP_KEY_FILE"),
    *("GLAB_CONFIG_DIR", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "DBUS_SESSION_BUS_ADDRESS"),
    *("GITFLEET_BUDGETS", "GITFLEET_REDIS_PASSWORD", "XDG_STATE_HOME"),
)
"""Variables of the machine that no command must see: with credentials, or that lead to some."""


@cache
def empty_home() -> Path:
    """A home folder without credentials, for all commands of this process. It must stay empty."""
    path = Path(mkdtemp(prefix="gitfleet-home-"))
    register(rmtree, path, ignore_errors=True)
    return path


def isolated(home: Path) -> dict[str, str]:
    """Return variables with which a process finds no credentials but those in a home folder."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData"),
        "GITFLEET_CONFIG_DIR": str(home / "gitfleet"),
        "GIT_CONFIG_NOSYSTEM": "1",
        # What a forge on the same port has counted in another test says nothing about this one.
        "GITFLEET_BUDGETS": "none",
    }


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of a command: exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The rows of a JSON lines output."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The single line on stderr."""
        (line,) = self.err.splitlines()
        return line


class CommandLine:
    """Runs commands.

    Args:
        forge: the server that replaces GitHub and GitLab.
        engine: the engine to use, or None for the default.
    """

    def __init__(self, forge: Forge, engine: str | None = None) -> None:
        self.forge = forge
        self._engine = engine

    def command(self, *arguments: str) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "GitFleet", *arguments]

    def environment(self, **changed: str | None) -> dict[str, str]:
        """Return the environment of a command: addresses and token of the forge, updated with ``changed``."""
        given: dict[str, str | None] = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
        given |= isolated(empty_home())
        given |= {"GITFLEET_GITHUB_URL": self.forge.url, "GITFLEET_GITLAB_URL": self.forge.gitlab_url}
        given |= {"GITHUB_TOKEN": self.forge.token, "GITLAB_TOKEN": self.forge.token, "PYTHONUTF8": "1"}
        if self._engine is not None:
            given["GITFLEET_BACKEND"] = self._engine
        return {name: value for name, value in (given | changed).items() if value is not None}

    def run(
        self, *arguments: str, stdin: str | None = None, out: int | IO[bytes] | None = None, **env: Any
    ) -> Finished:
        """Run a command and wait for its end."""
        environment = self.environment(**env)
        if out is None and can_serve(environment):
            given = b"" if stdin is None else stdin.encode()
            code, written, errors = command_server().run(arguments, environment, given, _TIMEOUT)
            return Finished(code, written.decode(), errors.decode())
        done = subprocess.run(
            self.command(*arguments),
            env=environment,
            input=None if stdin is None else stdin.encode(),
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE if out is None else out,
            stderr=subprocess.PIPE,
            timeout=_TIMEOUT,
            check=False,
        )
        return Finished(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    def start(self, *arguments: str, **env: Any) -> subprocess.Popen[str]:
        """Start a command. Its output can be read while it runs."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
