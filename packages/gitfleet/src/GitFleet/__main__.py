"""The entry point of ``gitfleet``, ``python -m gitfleet`` and ``python -m GitFleet``, which are the same command.

The command line needs the extra [cli]. Without the extra only ``doctor``, ``demo`` and ``--version`` work.
"""

from __future__ import annotations

import sys

from ._version import VERSION
from .cli.stdout import run_and_flush

_HELP_WITHOUT_EXTRA = """\
usage: gitfleet doctor    check the installation and the engines
       gitfleet demo      list a generated fleet, served on this machine; plan, kill and continue a job"""
_INTERRUPTED = 130
_EXTRA = "click and rich: pip install 'gitfleet[cli]'"
_INSTALL = f"the command line needs {_EXTRA}"


def main(arguments: list[str]) -> int:
    """Run the command in ``arguments`` and return its exit code."""
    try:
        return run_and_flush(lambda: _run(arguments))
    except KeyboardInterrupt:
        print("gitfleet: stopped", file=sys.stderr)
        return _INTERRUPTED


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # fast path: nothing else is imported
        print(f"gitfleet {VERSION}")
        return 0
    if arguments == ["demo"]:
        from .demo import run as run_demo

        return run_demo()
    try:
        import click  # noqa: F401  checks that it is installed
        import rich  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        return _run_without_extra(arguments)
    from .cli.main import run

    return run(arguments)


def _run_without_extra(arguments: list[str]) -> int:
    if arguments[:1] == ["doctor"] and arguments[1:] in ([], ["--offline"]):
        from .cli.commands.doctor import run_doctor

        return run_doctor(offline="--offline" in arguments)
    if arguments in (["-h"], ["--help"], ["help"]):
        print(f"{_HELP_WITHOUT_EXTRA}\n\nAll other commands need {_EXTRA}")
        return 0
    print(f"gitfleet: {_INSTALL}", file=sys.stderr)
    return 2


def command() -> int:
    """Entry point of the script ``gitfleet``."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(command())
