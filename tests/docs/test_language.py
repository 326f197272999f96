"""The documentation uses the words of the field, so that it can be read and searched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.documented import DOCS, PAGES, ROOT

NAMES = ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")
TEXTS = [*(ROOT / name for name in NAMES), *sorted((ROOT / "changes").glob("*.md")), *PAGES]
AVOIDED = {
    r"answers?|answered": "response, respond",
    r"nobody|whoever|everybody": "no user, the user, everyone",
    r"tells?|told": "say, report, return",
    r"besides|in peace|of its own": "also, alone",
    r"mends?|mended": "fix",
    r"lanes?": "bucket",
    r"ordinary|careful": "default, strict",
    r"his|hers?": "the user's",
    r"W[12]": "the spoken name of the workload",
}
GENERATED = re.compile(r"<!-- (results|profile): begin -->.*?<!-- \1: end -->", re.DOTALL)
CODE = re.compile(r"^```.*?^```|`[^`]*`", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", TEXTS, ids=[str(page.relative_to(ROOT)) for page in TEXTS])
def test_a_page_has_no_word_that_readers_do_not_search_for(page: Path) -> None:
    text = CODE.sub("", GENERATED.sub("", page.read_text("utf-8")))
    found = {f"{match[0]} (better: {better})" for word, better in AVOIDED.items() for match in _matches(word, text)}
    assert found == set()


def _matches(words: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"\b(?:{words})\b", text))


GUIDES = [page for page in sorted(DOCS.glob("*.md")) if page.stem not in ("changes", "decisions", "benchmarks")]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_guide_begins_with_an_example(page: Path) -> None:
    begin = page.read_text("utf-8").split("\n## ")[:2]  # up to the second heading
    assert "\n```" in "\n".join(begin), page
