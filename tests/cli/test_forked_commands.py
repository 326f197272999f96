"""Commands that tests fork from a process with the imports: they are like commands that Python starts."""

from __future__ import annotations

import os
import subprocess

import pytest

from gitfleet_testing import Forge
from support.command_line import CommandLine
from support.command_server import can_serve, command_server

if not hasattr(os, "fork"):
    pytest.skip("this system cannot fork", allow_module_level=True)


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("repos", "github:small", "--format", "jsonl"), b""),
        (("repos", "github:nothing-there"), b""),
        (("repos", "--targets", "-", "--fields", "full_name"), b"github:small\n"),
        (("api", "github", "/\udcff"), b""),
        (("no-such-command",), b""),
        (("--version",), b""),
    ],
)
def test_a_forked_command_has_the_output_and_the_exit_code_of_a_started_one(
    arguments: tuple[str, ...], given: bytes, big_forge: Forge
) -> None:
    cli = CommandLine(big_forge)
    environment = cli.environment()
    assert can_serve(environment)
    done = subprocess.run(cli.command(*arguments), env=environment, input=given, capture_output=True, check=False)
    assert command_server().run(arguments, environment, given, 60) == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("changed", [{"PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}, {"LD_PRELOAD": "x.so"}])
def test_a_command_with_variables_that_the_interpreter_reads_is_started(
    changed: dict[str, str], big_forge: Forge
) -> None:
    assert not can_serve(CommandLine(big_forge).environment(**changed))
