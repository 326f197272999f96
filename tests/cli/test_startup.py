"""The modules that a command loads, the command without the extra, and completion."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from GitFleet.cli.app import COMMANDS, app
from support.command_line import CommandLine

_LIST_MODULES = "print('MODULES:', *sys.modules)"


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def _modules_loaded_by(*arguments: str) -> set[str]:
    code = f"import sys; from GitFleet.__main__ import main; main({[*arguments]!r}); {_LIST_MODULES}"
    return _listed_modules(_python(code))


def _listed_modules(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(done.stdout.rpartition("MODULES:")[2].split())


def test_version_loads_neither_click_nor_rich_nor_an_engine() -> None:
    loaded = _modules_loaded_by("--version")
    assert "GitFleet" in loaded
    assert not loaded & {"click", "rich", "asyncio", "gitfleet_api", "GitFleet.cli.app"}


@pytest.mark.parametrize(
    "arguments", [("--help",), ("help",), ("completion", "bash"), ("help", "completion"), ("wrong",)]
)
def test_help_and_completion_load_neither_the_library_nor_other_commands(arguments: tuple[str, ...]) -> None:
    loaded = _modules_loaded_by(*arguments)
    assert "GitFleet.cli.app" in loaded
    assert not loaded & {"gitfleet_api", "asyncio", "rich.console", "GitFleet.cli.settings"}
    commands = {name for name in loaded if name.startswith("GitFleet.cli.commands.")}
    assert commands <= {"GitFleet.cli.commands.shell"}


@pytest.mark.parametrize("words", ["gitfleet re", "gitfleet help re"])
def test_completing_a_command_loads_no_other_command(words: str) -> None:
    position = len(words.split()) - 1
    environment = {"_GITFLEET_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
    start = f"import os, sys; os.environ.update({environment}); from GitFleet.__main__ import main; main([])"
    done = _python(f"{start}; {_LIST_MODULES}")
    assert "plain,releases" in done.stdout
    loaded = _listed_modules(done)
    assert "GitFleet.cli.app" in loaded
    assert not loaded & {"gitfleet_api", "GitFleet.cli.commands.listings", "rich.console"}


def test_help_of_a_command_loads_no_engine_and_no_rich_console() -> None:
    loaded = _modules_loaded_by("repos", "--help")
    assert "click" in loaded
    assert not loaded & {"rich.console", "rich.live", "httpx", "gitfleet_py", "gitfleet_native"}


def test_importing_gitfleet_does_not_load_the_command_line() -> None:
    done = _python("import sys, GitFleet; GitFleet.GitHubClient; print(*sys.modules)")
    assert "gitfleet_api" in done.stdout
    assert not {"GitFleet.cli", "click", "rich"} & set(done.stdout.split())


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_the_error_names_the_package_to_install(missing: str) -> None:
    start = f"import sys; sys.modules[{missing!r}] = None; from GitFleet.__main__ import main; sys.exit(main("
    done = _python(f"{start}['repos', 'github:python']))")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "gitfleet: the command line needs click and rich: pip install 'gitfleet[cli]'\n"
    doctor = _python(f"{start}['doctor', '--offline']))")
    assert (doctor.returncode, doctor.stderr) == (0, "")
    assert "a new client uses: " in doctor.stdout
    help_text = _python(f"{start}['--help']))")
    assert help_text.returncode == 0
    assert "pip install 'gitfleet[cli]'" in help_text.stdout
    alone = _python(f"{start}[]))")
    assert (alone.returncode, alone.stdout, alone.stderr) == (2, "", done.stderr)


@pytest.mark.parametrize(
    ("shell", "part"),
    [("bash", "complete -o"), ("zsh", "#compdef gitfleet"), ("fish", "complete --no-files --command gitfleet")],
)
def test_completion_prints_a_script_for_each_shell(gitfleet: CommandLine, shell: str, part: str) -> None:
    done = gitfleet.run("completion", shell)
    assert done.code == 0
    assert part in done.out
    assert "_GITFLEET_COMPLETE" in done.out


def test_commands_and_options_are_completed(gitfleet: CommandLine) -> None:
    for words, number, wanted in (("gitfleet re", "1", "releases"), ("gitfleet repos --fo", "2", "--format")):
        done = gitfleet.run(_GITFLEET_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=number)
        assert f"plain,{wanted}" in done.out.splitlines()
        assert done.code == 0


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",), ("-h",)])
def test_help_lists_every_command_with_its_aliases(gitfleet: CommandLine, arguments: tuple[str, ...]) -> None:
    done = gitfleet.run(*arguments)
    assert (done.code, done.err) == (0, "")
    _, _, listed = done.out.partition("Commands:\n")
    for name, entry in COMMANDS.items():
        assert f"  {', '.join((name, *entry.aliases))}  " in listed


def test_the_list_of_commands_equals_the_commands() -> None:
    context = click.Context(app)
    for name, entry in COMMANDS.items():
        for known in (name, *entry.aliases):
            command = app.get_command(context, known)
            assert command is not None
            assert (command.name, command.get_short_help_str(200)) == (name, entry.help)


@pytest.mark.parametrize("alias", ["prs", "mrs"])
def test_an_alias_is_the_same_command(gitfleet: CommandLine, alias: str) -> None:
    rows = gitfleet.run("pulls", "github:octo-user/busy").rows
    assert gitfleet.run(alias, "github:octo-user/busy").rows == rows != []
    assert gitfleet.run("help", alias).out == gitfleet.run("pulls", "--help").out


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("isues", "; did you mean issues?"),
        ("Repos", "; did you mean repos or report?"),
        ("pr", "; did you mean prs?"),
        ("x9", ""),
    ],
)
def test_an_unknown_command_gets_suggestions(gitfleet: CommandLine, name: str, suggestion: str) -> None:
    for arguments in ((name, "github:acme"), ("help", name)):
        done = gitfleet.run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.error == f"gitfleet: no such command {name!r}{suggestion} (gitfleet --help)"


@pytest.mark.parametrize("arguments", [("repos", "gitub:acme"), ("api", "gitub", "/user"), ("rate-limit", "gitub")])
def test_an_unknown_provider_gets_a_suggestion(gitfleet: CommandLine, arguments: tuple[str, ...]) -> None:
    done = gitfleet.run(*arguments)
    wanted = "gitfleet: unknown provider 'gitub'; did you mean 'github'? known are 'github', 'gitlab'"
    assert (done.code, done.error) == (2, wanted)
