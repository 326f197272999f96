"""Install programs that tests start, from the system's packages: ``python tools/get_programs.py redis-server``.

Nothing happens for a program that is there, and if there is no apt-get or the user is not root: then the tests that
need the program are skipped, or fail if their session asks for it. SIGTERM stops the script and what it has started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

FOLDERS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/bin"))
# Another apt-get, as that of the documentation's tools, may run at the same time.
PATIENT = ("-o", "DPkg::Lock::Timeout=120")


def run(*command: str, errors: bool = True) -> int:
    """Run a program without its output, with or without its errors, and return its exit status.

    If this script is stopped meanwhile, it interrupts the program and waits for its end: apt-get finishes the package
    that it unpacks, so that it can go on later.
    """
    hidden = subprocess.DEVNULL
    program = subprocess.Popen(command, stdin=hidden, stdout=hidden, stderr=None if errors else hidden)
    try:
        return program.wait()
    except BaseException:
        program.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        program.wait()
        raise


def install(*programs: str) -> None:
    """Install the packages with the names of programs that are missing, if that is possible."""
    missing = [name for name in programs if shutil.which(name, path=FOLDERS) is None]
    if not missing or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for command in (("update",), ("install", "--yes", "--no-install-recommends", *missing)):
        # The tests say what is missing: a failure is no reason to stop.
        run("apt-get", *PATIENT, *command, "--quiet", errors=False)


def stop(_signal: int, _frame: object) -> None:
    """End this script as an exception does."""
    raise SystemExit(128 + signal.SIGTERM)


def main(programs: Sequence[str]) -> int:
    """Install them."""
    signal.signal(signal.SIGTERM, stop)
    install(*programs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
