"""Write packages/gitfleet/README.md, the page of the package index, from README.md.

Usage: ``python tools/write_index_page.py``. The index has no files beside the page, so links and pictures become
absolute. What is for a checkout is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["index_page", "main"]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "packages" / "gitfleet" / "README.md"
_FILES = "https://github.com/gitfleet/gitfleet/blob/main/"
_PICTURES = "https://raw.githubusercontent.com/gitfleet/gitfleet/main/"
_BEFORE_THE_RELEASE = re.compile(r"<!-- until the release -->\n.*?<!-- end -->\n\n?", re.DOTALL)
"""A note that is removed from README.md for the first release."""
_CHECKOUT = re.compile(r"## From a checkout\n.*?(?=^## )", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def main() -> None:
    """Write the page."""
    PAGE.write_text(index_page((ROOT / "README.md").read_text("utf-8")), "utf-8")


def index_page(readme: str) -> str:
    """Return the text of README.md as the index shows it."""
    readme, count = _CHECKOUT.subn("", _BEFORE_THE_RELEASE.sub("", readme))
    if count != 1:
        raise SystemExit(f"README.md has {count} parts like {_CHECKOUT.pattern}")
    return _LINK.sub(_absolute, readme)


def _absolute(link: re.Match[str]) -> str:
    target = link["target"]
    if "://" in target:
        return link[0]
    return f"{link['picture']}[{link['text']}]({_PICTURES if link['picture'] else _FILES}{target})"


if __name__ == "__main__":
    main()
