"""``gitfleet``, and ``python -m GitFleet``, which is the same.

The command line needs the extra [cli]. Without it there are ``doctor`` and ``demo``.
"""

from __future__ import annotations

import sys

from gitfleet_api import __version__

from .cli.stdout import run_and_flush

_WITHOUT = """\
usage: python -m GitFleet doctor    which engines are here, and what is wrong with those that are not
       python -m GitFleet demo      list a made-up fleet, served on this machine, through each engine"""
_INTERRUPTED = 130
_INSTALL = "the command line needs click and rich: pip install 'gitfleet[cli]'"


def main(arguments: list[str]) -> int:
    """Run the command in ``arguments``; gives its exit code."""
    try:
        return run_and_flush(lambda: _run(arguments))
    except KeyboardInterrupt:
        print("gitfleet: stopped", file=sys.stderr)
        return _INTERRUPTED


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # before anything else is imported
        print(f"gitfleet {__version__}")
        return 0
    if arguments == ["demo"]:
        from .demo import run as run_demo

        return run_demo()
    try:
        import click  # noqa: F401  whether it is there
        import rich  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        return _without_extra(arguments)
    from .cli.main import run

    return run(arguments)


def _without_extra(arguments: list[str]) -> int:
    if arguments[:1] == ["doctor"] and arguments[1:] in ([], ["--offline"]):
        from .cli.commands.doctor import doctor

        return doctor(offline="--offline" in arguments)
    if arguments in (["-h"], ["--help"]):
        print(f"{_WITHOUT}\n\nFor more, {_INSTALL}")
        return 0
    print(f"gitfleet: {_INSTALL}", file=sys.stderr)
    return 2


def command() -> int:
    """What the script ``gitfleet`` runs."""
    return main(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(command())
