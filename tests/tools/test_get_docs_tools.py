"""The downloads beside a build of the documentation end with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from support.tools import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

# A program in place of apt-get that ends in order when it is interrupted, as apt-get does.
APT_GET = """\
#!{python}
import pathlib, signal, sys, time
notes = pathlib.Path({notes!r})
def interrupted(*_):
    notes.write_text("interrupted")
    sys.exit(100)
signal.signal(signal.SIGINT, interrupted)
notes.write_text("started")
time.sleep(60)
"""
# The script as root, on a machine that has apt-get and no browser.
SCRIPT = """\
import os, runpy, sys
os.geteuid = lambda: 0
sys.argv = ["get_docs_tools.py", sys.argv[1]]
sys.path.insert(0, os.path.dirname({path!r}))  # as for a script that is run
runpy.run_path({path!r}, run_name="__main__")
"""


def test_a_stopped_script_interrupts_what_it_runs_and_waits_for_its_end(tmp_path: Path) -> None:
    notes, programs = tmp_path / "notes", tmp_path / "programs"
    programs.mkdir()
    (tmp_path / "gitfleet-0.2.8-py3-none-any.whl").touch()  # it was downloaded before
    (programs / "apt-get").write_text(APT_GET.format(python=sys.executable, notes=str(notes)), "utf-8")
    (programs / "apt-get").chmod(0o755)
    assert shutil.which("chromium", path=str(programs)) is None
    script = textwrap.dedent(SCRIPT.format(path=str(ROOT / "tools" / "get_docs_tools.py")))
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, env={"PATH": str(programs)}) as running:
        try:
            while not (notes.exists() and notes.read_text("utf-8")) and running.poll() is None:
                time.sleep(0.02)
            running.terminate()
            assert running.wait(30) == 128 + 15
        finally:
            running.kill()
    assert notes.read_text("utf-8") == "interrupted"
