"""The modules that a command loads, the command without the extra, and completion."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.command_line import CommandLine


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def _modules_loaded_by(*arguments: str) -> set[str]:
    code = f"import sys; from GitFleet.__main__ import main; main({[*arguments]!r}); print(*sys.modules, sep='\\n')"
    return set(_python(code).stdout.split())


def test_version_loads_neither_click_nor_rich_nor_an_engine() -> None:
    loaded = _modules_loaded_by("--version")
    assert "GitFleet" in loaded
    assert not loaded & {"click", "rich", "httpx", "gitfleet_py", "gitfleet_native", "GitFleet.cli.app"}


def test_help_loads_no_engine_and_no_rich_console() -> None:
    loaded = _modules_loaded_by("repos", "--help")
    assert "click" in loaded
    assert not loaded & {"rich.console", "rich.live", "httpx", "gitfleet_py", "gitfleet_native"}


def test_importing_gitfleet_does_not_load_the_command_line() -> None:
    done = _python("import sys, GitFleet; print(*sys.modules)")
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


def test_help_is_printed_without_arguments(gitfleet: CommandLine) -> None:
    done = gitfleet.run()
    assert (done.code, done.err) == (0, "")
    assert "Commands:" in done.out
