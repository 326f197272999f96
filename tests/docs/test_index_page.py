"""The page of the package index is README.md with absolute links."""

from __future__ import annotations

import re

from support.documented import INDEX_PAGE, ROOT, all_blocks
from support.tools import tool

index_page = tool("write_index_page").index_page


def test_the_page_of_the_index_is_written_from_the_readme() -> None:
    expected = index_page((ROOT / "README.md").read_text("utf-8"))
    assert INDEX_PAGE.read_text("utf-8") == expected, "run: python tools/write_index_page.py"


def test_the_note_about_the_release_is_left_out_and_may_be_removed() -> None:
    readme = (
        "# A\n\n<!-- until the release -->\nNot yet.\n<!-- end -->\n\nText.\n\n## From a checkout\n\nnox\n\n## Next\n"
    )
    assert index_page(readme) == "# A\n\nText.\n\n## Next\n"
    assert index_page(readme.replace("<!-- until the release -->\nNot yet.\n<!-- end -->\n\n", "")) == index_page(
        readme
    )


def test_the_page_of_the_index_has_absolute_links_to_files_that_are_there() -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", INDEX_PAGE.read_text("utf-8"))
    for target in targets:
        found = re.fullmatch(
            r"https://(?:github\.com/gitfleet/gitfleet/blob|raw\.githubusercontent\.com/gitfleet/gitfleet)/main/(.+)",
            target,
        )
        assert found is not None, target
        assert (ROOT / found[1]).is_file(), target
    assert sum(target.endswith(".png") for target in targets) == 2


def test_the_page_of_the_index_has_nothing_that_needs_a_checkout() -> None:
    page = INDEX_PAGE.read_text("utf-8")
    assert "build/wheels" not in page
    assert "nox" not in page
    assert [block for block in all_blocks(INDEX_PAGE) if block.language == "python"]
