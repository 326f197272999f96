"""Programs that print credentials, as scripts on PATH, and a home folder for them."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.command_line import isolated

__all__ = ["VARIABLES", "Machine", "needs_programs"]

VARIABLES = (
    *("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"),
    *("CI_API_V4_URL", "CI_SERVER_URL", "GITHUB_ACTIONS", "GITHUB_API_URL", "GITHUB_SERVER_URL", "NETRC"),
    *("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "GIT_ASKPASS", "SSH_ASKPASS", "GITFLEET_WITHOUT"),
)

needs_programs = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts with a shebang")


@dataclass(frozen=True, slots=True)
class Machine:
    """A home folder and programs.

    Attributes:
        home: the home folder.
        programs: the only folder on PATH. ``git`` is the real one.
    """

    home: Path
    programs: Path

    @classmethod
    def create(cls, folder: Path) -> Machine:
        """Create a machine without credentials."""
        home, programs = folder / "home", folder / "bin"
        home.mkdir()
        programs.mkdir()
        git = shutil.which("git")
        if git is not None:
            (programs / "git").symlink_to(git)
        return cls(home, programs)

    @property
    def variables(self) -> dict[str, str]:
        """Variables with which a process sees only this machine."""
        return isolated(self.home) | {"PATH": str(self.programs)}

    def add_program(self, name: str, body: str) -> Path:
        """Add a program in Python. It appends its arguments and its environment to the file ``NAME.log``."""
        log = self.programs / f"{name}.log"
        begin = f"#!{sys.executable}\nimport os, sys, time\nwith open({str(log)!r}, 'a') as log:\n"
        begin += "    print(sys.argv[1:], dict(os.environ), os.getcwd(), file=log)\n"
        path = self.programs / name
        path.write_text(begin + body + "\n")
        path.chmod(0o755)
        return path

    def add_helper(self, body: str, name: str = "git-credential-mine") -> None:
        """Add a credential helper of git, and configure it."""
        path = self.add_program(name, body)
        (self.home / ".gitconfig").write_text(f"[credential]\n\thelper = {path}\n")

    def log_of(self, name: str) -> str:
        """Return what a program has logged; empty if it did not run."""
        path = self.programs / f"{name}.log"
        return path.read_text("utf-8") if path.exists() else ""

    def add_netrc(self, text: str, mode: int = 0o600, name: str = ".netrc") -> Path:
        """Write a netrc file."""
        path = self.home / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this process see only this machine."""
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in self.variables.items():
            monkeypatch.setenv(name, value)
        assert os.environ["HOME"] == str(self.home)
