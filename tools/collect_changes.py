"""Move the fragments in changes/ into the newest section of CHANGELOG.md: ``tools/collect_changes.py [--check]``.

towncrier reads and renders them. It would begin a new section; here each entry is added below the entries of its
heading, so that fragments may be collected more than once before a release. ``--check`` writes nothing.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["fragments", "is_open", "main", "merge"]

ROOT = Path(__file__).parents[1]
_SECTION = re.compile(r"^## .*$", re.MULTILINE)
_OPEN = re.compile(r"## \S+ \(not released yet\)")
_HEADING = re.compile(r"^### .*$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(prog="collect_changes.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only read the fragments, and fail if one is not valid")
    options = parser.parse_args(arguments)
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "next", "--date", "draft"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        return done.returncode
    files, history = fragments(ROOT), ROOT / "CHANGELOG.md"
    empty = [file for file in files if not file.read_text("utf-8").strip()]
    if empty:
        print("\n".join(f"{file.relative_to(ROOT)} has no text" for file in empty))
        return 1
    text = history.read_text("utf-8")
    new = merge(text, done.stdout)
    if not options.check:
        if not is_open(text):
            print("the first section of CHANGELOG.md is of a released version: python tools/release.py bump VERSION")
            return 1
        history.write_text(new, "utf-8")
        for file in files:
            file.unlink()
    print(f"{'valid fragments' if options.check else 'moved into CHANGELOG.md'}: {len(files)}")
    return 0


def fragments(root: Path) -> list[Path]:
    """Return the files in changes/ that are not in CHANGELOG.md yet."""
    files = sorted((root / "changes").glob("*"))
    return [file for file in files if not file.name.startswith(".") and file.name != "README.md"]


def is_open(history: str) -> bool:
    """Return whether the first section is of a version that is not released yet."""
    first = _SECTION.search(history)
    return first is not None and _OPEN.fullmatch(first[0]) is not None


def merge(history: str, rendered: str) -> str:
    """Return the list of changes with the rendered entries below those of their headings, in its first section."""
    begin, *following = [found.start() for found in _SECTION.finditer(history)]
    end = following[0] if following else len(history)
    section, rest = history[begin:end].rstrip(), history[end:]
    title, parts = _split(section)
    for heading, entries in _split(rendered)[1].items():
        parts[heading] = "\n".join(filter(None, [parts.get(heading, ""), entries]))
    body = "\n\n".join([title, *(f"{heading}\n\n{entries}" for heading, entries in parts.items())])
    return f"{history[:begin]}{body}\n" + (f"\n{rest}" if rest else "")


def _split(section: str) -> tuple[str, dict[str, str]]:
    """Return what is before the first heading, and the text below each heading."""
    title, *texts = _HEADING.split(section)
    return title.strip(), dict(zip(_HEADING.findall(section), map(str.strip, texts), strict=True))


if __name__ == "__main__":
    sys.exit(main())
