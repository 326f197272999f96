"""Get what the tests of the documentation need besides Python packages: ``python tools/get_docs_tools.py FOLDER``.

FOLDER receives the wheel of the old release whose names a page compares with these. Chromium is installed from the
system's packages if it is missing and the user is root. Without it the tests in a browser fail in ``nox -s docs``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

RELEASE = "gitfleet==0.2.8"
# The wheel is only read, so any machine can use the one for Linux.
WHEEL = ("--python-version", "311", "--platform", "manylinux_2_34_x86_64", "--only-binary=:all:", "--no-deps")


def get_old_release(folder: Path) -> None:
    """Download the wheel of the old release, unless it is there."""
    if not list(folder.glob(f"{RELEASE.replace('==', '-')}-*.whl")):
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*download, RELEASE, *WHEEL, "--dest", str(folder)], check=True)


def get_browser() -> None:
    """Install Chromium if that is possible."""
    if shutil.which("chromium") or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        # The tests in a browser fail if there is none, and name what to install: a failure is no reason to stop.
        subprocess.run(["apt-get", *command, "--quiet"], capture_output=True, check=False)


def main(folder: str) -> int:
    """Get both."""
    get_old_release(Path(folder))
    get_browser()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
