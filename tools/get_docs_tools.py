"""Get what the tests of the documentation need besides Python packages: ``python tools/get_docs_tools.py FOLDER``.

FOLDER receives the wheel of the old release whose names a page compares with these. Chromium is installed from the
system's packages if it is missing and the user is root. Without it the tests in a browser fail in ``nox -s docs``.
SIGTERM stops the script and what it has started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

RELEASE = "gitfleet==0.2.8"
# The wheel is only read, so any machine can use the one for Linux.
WHEEL = ("--python-version", "311", "--platform", "manylinux_2_34_x86_64", "--only-binary=:all:", "--no-deps")


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


def get_old_release(folder: Path) -> int:
    """Download the wheel of the old release, unless it is there; return the exit status."""
    if list(folder.glob(f"{RELEASE.replace('==', '-')}-*.whl")):
        return 0
    download = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    return run(*download, RELEASE, *WHEEL, "--dest", str(folder))


def get_browser() -> None:
    """Install Chromium if that is possible."""
    if shutil.which("chromium") or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for command in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        # The tests in a browser fail if there is none, and name what to install: a failure is no reason to stop.
        run("apt-get", *command, "--quiet", errors=False)


def stop(_signal: int, _frame: object) -> None:
    """End this script as an exception does."""
    raise SystemExit(128 + signal.SIGTERM)


def main(folder: str) -> int:
    """Get both."""
    signal.signal(signal.SIGTERM, stop)
    status = get_old_release(Path(folder))
    if status == 0:
        get_browser()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
