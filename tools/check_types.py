"""Check packages with pyright, and how much of their public API has types.

Usage: ``python tools/check_types.py GitFleet gitfleet_api ...``.

It checks the installed packages with the settings of ``[tool.pyright]`` in pyproject.toml. The exit status is 1 if
pyright finds an error, or if fewer than 98 % of the public symbols of a package in PUBLIC have a known type.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PUBLIC = ("GitFleet", "gitfleet_api", "gitfleet_fleet", "gitfleet_mirror", "gitfleet_testing")
LEAST_COMPLETE = 0.98
# Written by cffi.
_GENERATED = "**/_gitfleet_abi.py"


def folder_of(package: str) -> Path:
    """Where a package is installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed")
    return Path(spec.origin).parent


def pyright(*arguments: str) -> dict[str, Any]:
    """Run pyright and return its report."""
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", *arguments]
    # --verifytypes ignores --pythonpath: it searches the packages of the first interpreter on PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"pyright failed: {done.stdout}{done.stderr}") from None
    return report


def write_config(packages: list[str], folder: Path) -> Path:
    """Write the project's settings of pyright for the installed packages."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pyright"]
    folders = {package: folder_of(package) for package in packages}
    # pyright skips folders such as .nox unless the patterns to skip are given.
    settings |= {
        "include": [os.path.relpath(path, folder) for path in folders.values()],
        "exclude": ["**/__pycache__", _GENERATED],
    }
    settings["strict"] = [
        os.path.relpath(folders[package], folder)
        for package in settings.pop("strictPackages", ())
        if package in folders
    ]
    settings.pop("extraPaths", None)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "pyrightconfig.json"
    config.write_text(json.dumps(settings, indent=1), "utf-8")
    return config


def count_errors(packages: list[str], report: dict[str, Any]) -> Counter[str]:
    """Errors and warnings by package; prints each."""
    found: Counter[str] = Counter()
    folders = {package: folder_of(package) for package in packages}
    for diagnostic in report["generalDiagnostics"]:
        if diagnostic["severity"] == "information":
            continue
        file = Path(diagnostic["file"])
        package = next((name for name, folder in folders.items() if folder in file.parents), "elsewhere")
        found[package] += 1
        line = diagnostic["range"]["start"]["line"] + 1 if "range" in diagnostic else 0
        print(f"{file}:{line}: {diagnostic['message']} ({diagnostic.get('rule', diagnostic['severity'])})")
    return found


def completeness(package: str) -> tuple[float, list[str]]:
    """The share of public symbols with a known type, and the names of the others.

    Types of other packages are not counted: PyArrow and pandas have none.
    """
    report = pyright("--verifytypes", package, "--ignoreexternal")["typeCompleteness"]
    if not report["symbols"]:
        raise SystemExit(f"pyright did not find {package}")
    unknown = [symbol["name"] for symbol in report["symbols"] if symbol["isExported"] and not symbol["isTypeKnown"]]
    return report["completenessScore"], unknown


def main(packages: list[str]) -> int:
    """Check packages, print what was found."""
    report = pyright("--project", str(write_config(packages, ROOT / "build" / "pyright")))
    if report["summary"]["filesAnalyzed"] < len(packages):
        raise SystemExit("pyright found no files")
    errors = count_errors(packages, report)
    for package in packages:
        print(f"{package}: {errors[package]} errors")
    failed = bool(errors.total())
    for package in filter(packages.__contains__, PUBLIC):
        score, unknown = completeness(package)
        print(f"{package}: {score:.1%} of the public symbols have a known type", *unknown[:20], sep="\n    ")
        failed |= score < LEAST_COMPLETE
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
