"""Get what the tests of the documentation need besides Python packages: ``python tools/get_docs_tools.py FOLDER``.

FOLDER receives the wheel of the old release whose names a page compares with these. Chromium is installed from the
system's packages if it is missing and the user is root. Without it the tests in a browser fail in ``nox -s docs``.
SIGTERM stops the script and what it has started.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from get_programs import install, run, stop

RELEASE = "gitfleet==0.2.8"
# The wheel is only read, so any machine can use the one for Linux.
WHEEL = ("--python-version", "311", "--platform", "manylinux_2_34_x86_64", "--only-binary=:all:", "--no-deps")


def get_old_release(folder: Path) -> int:
    """Download the wheel of the old release, unless it is there; return the exit status."""
    if list(folder.glob(f"{RELEASE.replace('==', '-')}-*.whl")):
        return 0
    download = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    return run(*download, RELEASE, *WHEEL, "--dest", str(folder))


def main(folder: str) -> int:
    """Get both."""
    signal.signal(signal.SIGTERM, stop)
    status = get_old_release(Path(folder))
    if status == 0:
        install("chromium")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
