"""How much of each package the tests run: ``python tools/coverage_by_package.py [--modules]``.

It reads the data that ``coverage combine`` writes and exits with 1 if a package is below its limit. ``--modules`` also
lists the modules below 95 %, with their lines.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

__all__ = ["by_package", "main"]

LIMITS = {"gitfleet_api": 95.0}
"""The lowest coverage of a package, in percent: all policies are in gitfleet_api."""
PACKAGES = frozenset(
    {
        "GitFleet",
        "gitfleet_api",
        "gitfleet_fleet",
        "gitfleet_mirror",
        "gitfleet_native",
        "gitfleet_py",
        "gitfleet_testing",
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of each package; return the exit status."""
    parser = argparse.ArgumentParser(prog="coverage_by_package.py", description=__doc__)
    parser.add_argument("--modules", action="store_true", help="also list the modules below 95 %%")
    options = parser.parse_args(arguments)
    files = _measured()
    figures = by_package(files)
    for package, (covered, lines) in figures.items():
        print(f"{package:20} {lines:6} lines  {_percent(covered, lines):5.1f} %")
    if options.modules:
        _print_modules(files)
    low = [name for name, limit in LIMITS.items() if _percent(*figures.get(name, (0, 1))) < limit]
    for name in low:
        print(f"{name} is below {LIMITS[name]:g} %")
    return 1 if low else 0


def by_package(files: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """Return the lines that ran and all lines of each package, from the files of coverage's JSON.

    Other files are left out: tests write modules that have the name of an engine.
    """
    figures: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path, measured in files.items():
        package = next((part for part in PurePath(path).parts if part in PACKAGES), None)
        if package is None:
            continue
        figures[package][0] += measured["summary"]["covered_lines"]
        figures[package][1] += measured["summary"]["num_statements"]
    return {package: (covered, lines) for package, (covered, lines) in sorted(figures.items())}


def _measured() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(output)], check=True)
        files: dict[str, dict[str, Any]] = json.loads(output.read_bytes())["files"]
    return files


def _print_modules(files: Mapping[str, Mapping[str, Any]]) -> None:
    for path, measured in sorted(files.items(), key=lambda item: item[1]["summary"]["percent_covered"]):
        if measured["summary"]["percent_covered"] < 95:
            missing = measured["missing_lines"]
            print(f"{measured['summary']['percent_covered']:5.1f} %  {path}: {', '.join(map(str, missing))}")


def _percent(covered: int, lines: int) -> float:
    return 100 * covered / lines if lines else 100.0


if __name__ == "__main__":
    sys.exit(main())
