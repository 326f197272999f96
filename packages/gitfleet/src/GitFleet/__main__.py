"""``python -m GitFleet doctor`` and ``demo``."""

from __future__ import annotations

import platform
import sys
import warnings

from gitfleet_api import BackendUnavailableError, ConfigurationError, __version__, backends
from gitfleet_api.detection import find_backend

_USAGE = """\
usage: python -m GitFleet doctor    which engines are here, and what is wrong with those that are not
       python -m GitFleet demo      list a made-up fleet, served on this machine, through each engine"""


def doctor() -> int:
    """Print what is installed; 0 when an engine can be used, else 1."""
    print(f"GitFleet {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for info in backends():
        print(f"  {info.name:<7} {'usable:  ' if info.usable else 'unusable:'} {info.version or info.reason}")
    try:
        with warnings.catch_warnings(action="ignore"):  # what it would warn of stands above
            chosen = find_backend()
    except (BackendUnavailableError, ConfigurationError) as error:
        print(f"no client can be made: {error}")
        return 1
    print(f"a new client uses: {chosen.name}")
    return 0


def main(arguments: list[str]) -> int:
    """Run the command in ``arguments``; 2 for one that there is not."""
    if arguments == ["doctor"]:
        return doctor()
    if arguments == ["demo"]:
        from .demo import run

        return run()
    wanted = arguments in (["-h"], ["--help"])
    print(_USAGE, file=sys.stdout if wanted else sys.stderr)
    return 0 if wanted else 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
