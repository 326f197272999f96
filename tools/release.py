"""The version of all packages, which are released together.

``python tools/release.py check`` lists the places with another version and exits with 1 if there are any: versions,
requirements of one package on another, mentions in texts, the first section of CHANGELOG.md. ``bump 0.4.0`` writes the
new version in all places and begins a section of CHANGELOG.md, ``date`` writes today's date into that section and
into CITATION.cff.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["bump", "check", "check_release", "date", "main"]

ROOT = Path(__file__).parents[1]
_VERSION = r"(?P<version>\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"
_PYTHON = (r'^VERSION = "%s"', r'^__version__ = "%s"', r'^version = "%s"', r"gitfleet[a-z-]*(?:\[[a-z,]*\])?==%s")
_PLACES: dict[str, Sequence[str]] = {
    "packages/*/pyproject.toml": _PYTHON,
    "packages/*/src/*/*version.py": _PYTHON,
    "packages/*/src/*/__init__.py": _PYTHON,
    "rust/Cargo.toml": (r'^version = "%s"',),
    "rust/Cargo.lock": (r'name = "gitfleet-(?:core|ffi)"\nversion = "%s"',),
    "rust/fuzz/Cargo.lock": (r'name = "gitfleet-core"\nversion = "%s"',),
    "CITATION.cff": (r"^version: %s$",),
    "README.md": _PYTHON,
    "docs/*.md": _PYTHON,
}
"""The places of the version, as patterns of the text around it."""
_OTHER_VERSIONS = "spdx_ids.py"
"""A file with the versions of licenses, one of which may equal ours."""
_HISTORY = "CHANGELOG.md"
_CITATION = "CITATION.cff"
_RELEASED = re.compile(r"^date-released: (.*)\n", re.MULTILINE)
_NEWEST = re.compile(rf"^## {_VERSION} \((?P<state>.*)\)$", re.MULTILINE)
_UNRELEASED = "not released yet"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="release.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checked = commands.add_parser("check", help="list the places with another version")
    checked.add_argument("--tag", help="the tag of the release, such as v0.4.0, which must have the same version")
    commands.add_parser("bump", help="write a new version everywhere").add_argument("version")
    commands.add_parser("date", help="mark the version as released today")
    options = parser.parse_args(arguments)
    if options.command == "date":
        date(ROOT, datetime.now(UTC).date().isoformat())
    if options.command == "bump":
        if not re.fullmatch(_VERSION, options.version):
            parser.error(f"{options.version!r} is not a version like 0.4.0 or 0.4.0rc1")
        for place in bump(ROOT, options.version):
            print(place)
    problems = check(ROOT)
    if options.command == "check" and options.tag is not None:
        problems += check_release(ROOT, options.tag)
    print("\n".join(problems) or f"version {_current(ROOT)} everywhere")
    return 1 if problems else 0


def bump(root: Path, version: str) -> list[str]:
    """Write ``version`` in all places; return the changed files."""
    changed = []
    for file, patterns in _files(root):
        text = new = file.read_text(encoding="utf-8")
        for pattern in patterns:
            new = pattern.sub(lambda found: found[0].replace(found["version"], version), new)
        if new != text:
            file.write_text(new, encoding="utf-8")
            changed.append(file.relative_to(root).as_posix())
    history = root / _HISTORY
    text = history.read_text(encoding="utf-8")
    newest = _newest(text)
    if newest["version"] != version:
        part = f"## {version} ({_UNRELEASED})"
        begun = newest["state"] == _UNRELEASED  # the planned version gets another number
        new = text.replace(newest[0], part if begun else f"{part}\n\n{newest[0]}", 1)
        history.write_text(new, encoding="utf-8")
        changed.append(_HISTORY)
        _date_citation(root, None)
    return changed


def date(root: Path, day: str) -> None:
    """Write the day of the release of the newest version into CHANGELOG.md and CITATION.cff."""
    history = root / _HISTORY
    text = history.read_text(encoding="utf-8")
    newest = _newest(text)
    history.write_text(text.replace(newest[0], f"## {newest['version']} ({day})", 1), encoding="utf-8")
    _date_citation(root, day)


def _date_citation(root: Path, day: str | None) -> None:
    """Write the day of the release into CITATION.cff; None removes it."""
    file = root / _CITATION
    text = _RELEASED.sub("", file.read_text(encoding="utf-8"))
    if day is not None:
        text = re.sub(r"^version: .*\n", rf"\g<0>date-released: {day}\n", text, count=1, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")


def check(root: Path) -> list[str]:
    """Return a line for each place whose version is not the one of gitfleet-api."""
    wanted, problems = _current(root), []
    for file, patterns in _files(root):
        text, name = file.read_text(encoding="utf-8"), file.relative_to(root).as_posix()
        found = [match["version"] for pattern in patterns for match in pattern.finditer(text)]
        problems += [f"{name}: {version}, not {wanted}" for version in sorted(set(found) - {wanted})]
        if not found and name.startswith(("rust/", _CITATION)):
            problems.append(f"{name}: no version was found")
    problems += [
        f"{name}: {wanted} is in a file that bump does not change; import or read it instead" for name in _strays(root)
    ]
    newest = _newest((root / _HISTORY).read_text(encoding="utf-8"))["version"]
    return [*problems, f"{_HISTORY}: the first section is of {newest}, not {wanted}"] if newest != wanted else problems


def check_release(root: Path, tag: str) -> list[str]:
    """Return what prevents a release under a tag: another version, no date or two dates, or changes beside the list."""
    newest = _newest((root / _HISTORY).read_text(encoding="utf-8"))
    problems = [] if tag == f"v{_current(root)}" else [f"the tag {tag} is not v{_current(root)}"]
    if newest["state"] == _UNRELEASED:
        problems.append(f"{_HISTORY}: {newest['version']} has no date: python tools/release.py date")
    elif _RELEASED.findall((root / _CITATION).read_text(encoding="utf-8")) != [newest["state"]]:
        problems.append(f"{_CITATION}: its date is not {newest['state']}: python tools/release.py date")
    if any(file.name not in ("README.md", ".gitignore") for file in (root / "changes").glob("*")):
        problems.append("changes: there are changes that are not in CHANGELOG.md: python tools/collect_changes.py")
    return problems


def _newest(history: str) -> re.Match[str]:
    found = _NEWEST.search(history)
    if found is None:
        raise SystemExit(f"{_HISTORY} has no section like '## 0.4.0 ({_UNRELEASED})'")
    return found


def _current(root: Path) -> str:
    text = (root / "packages/gitfleet-api/src/gitfleet_api/_version.py").read_text(encoding="utf-8")
    found = re.search(_PYTHON[0] % _VERSION, text, re.MULTILINE)
    if found is None:
        raise SystemExit("gitfleet_api/_version.py has no version")
    return found["version"]


def _files(root: Path) -> list[tuple[Path, list[re.Pattern[str]]]]:
    return [
        (file, [re.compile(pattern % _VERSION, re.MULTILINE) for pattern in patterns])
        for place, patterns in _PLACES.items()
        for file in sorted(root.glob(place))
    ]


def _strays(root: Path) -> list[str]:
    """Return the tracked Python and settings files that name the version and are not in _PLACES."""
    known = {file for file, _ in _files(root)}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True)
    names = [name for name in listed.stdout.split("\0") if name.endswith((".py", ".toml", ".yml", ".rs"))]
    files = [root / name for name in names if not name.endswith(_OTHER_VERSIONS)]
    word = re.compile(rf"(?<![\w.]){re.escape(_current(root))}(?![\w.]*\d)")
    return [
        file.relative_to(root).as_posix()
        for file in files
        if file not in known and file.exists() and word.search(file.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    sys.exit(main())
