"""The tool that moves fragments into the list of changes."""

from __future__ import annotations

from pathlib import Path

from support.tools import tool

collect = tool("collect_changes")
HISTORY = """# Changes

Text above.

## 2.0.0 (not released yet)

A sentence.

### Fleets

- Old fact,
  over two lines.

### Clients

- Old client.

## 1.0.0 (2030-01-02)

### Fleets

- Older fact.
"""


def test_an_entry_is_added_below_the_entries_of_its_heading_in_the_newest_section() -> None:
    rendered = "## next (draft)\n\n### Fleets\n\n- New fact.\n- Another one.\n\n"
    expected = HISTORY.replace("  over two lines.\n", "  over two lines.\n- New fact.\n- Another one.\n")
    assert collect.merge(HISTORY, rendered) == expected


def test_a_heading_that_the_section_does_not_have_is_added_at_its_end() -> None:
    rendered = "## next (draft)\n\n### Engines\n\n- Faster.\n"
    expected = HISTORY.replace("- Old client.\n", "- Old client.\n\n### Engines\n\n- Faster.\n")
    assert collect.merge(HISTORY, rendered) == expected


def test_an_empty_section_gets_the_headings_of_its_entries() -> None:
    rendered = "## next (draft)\n\n### Engines\n\n- Faster.\n"
    history = "# Changes\n\n## 2.0.0 (not released yet)\n\n## 1.0.0 (2030-01-02)\n\n- Old.\n"
    expected = (
        "# Changes\n\n## 2.0.0 (not released yet)\n\n### Engines\n\n- Faster.\n\n## 1.0.0 (2030-01-02)\n\n- Old.\n"
    )
    assert collect.merge(history, rendered) == expected


def test_without_fragments_the_list_of_changes_stays() -> None:
    assert collect.merge(HISTORY, "## next (draft)\n\nNo significant changes.\n") == HISTORY


def test_the_section_of_a_released_version_is_not_open() -> None:
    assert collect.is_open(HISTORY)
    assert not collect.is_open(HISTORY.replace("not released yet", "2031-02-03"))


def test_every_file_but_the_explanation_is_a_fragment(tmp_path: Path) -> None:
    (tmp_path / "changes").mkdir()
    for name in ("README.md", ".gitignore", "faster.clients.md", "odd.unknown.md"):
        (tmp_path / "changes" / name).touch()
    assert [file.name for file in collect.fragments(tmp_path)] == ["faster.clients.md", "odd.unknown.md"]
