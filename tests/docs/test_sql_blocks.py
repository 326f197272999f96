"""The SQL of the documentation runs on a mirror, and its page describes the tables and views that a mirror has."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.documented import DOCS, NAMES, PAGES, Block, all_blocks

pytest.importorskip("gitfleet_mirror", reason="gitfleet-mirror is not installed")

from gitfleet_mirror.export import EXPORTED
from gitfleet_mirror.query import Query
from gitfleet_mirror.schema.views import VIEWS
from support.mirror_fleet import write_fleet

BLOCKS = [
    pytest.param(block, id=f"{name}:{block.line}")
    for page, name in zip(PAGES, NAMES, strict=True)
    for block in all_blocks(page)
    if block.language == "sql"
]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documented") / "fleet.sqlite"
    write_fleet(path, 30)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE issue SET labels = '[\"bug\"]'")
    return path


@pytest.mark.parametrize("block", BLOCKS)
def test_the_queries_of_a_page_have_rows(block: Block, mirror: Path) -> None:
    with closing(Query(mirror, block.text)) as query:
        query.run()
        assert query.fetch(1)


def test_the_page_has_all_tables_and_views() -> None:
    text = (DOCS / "mirrors.md").read_text("utf-8")
    tables, views = text.partition("## Tables")[2].partition("## Views")[::2]
    assert set(_first_cells(tables)) == set(EXPORTED)
    assert set(_first_cells(views.partition("## Full-text search")[0])) == set(VIEWS)


def test_the_metadata_for_datasette_fit_the_file(mirror: Path) -> None:
    metadata = json.loads((DOCS / "_static" / "datasette.json").read_text("utf-8"))["databases"]["fleet"]
    with Query(mirror, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')") as query:
        names = {name for (name,) in query}
    hidden = {name for name, options in metadata["tables"].items() if options.get("hidden")}
    assert hidden == {name for name in names if name.startswith("_") and name != "_search_text"}
    for name, options in metadata["tables"].items():
        sorted_by = [options[key] for key in ("sort", "sort_desc", "label_column") if key in options]
        with Query(mirror, f'SELECT * FROM "{name}"') as query:  # noqa: S608
            assert set(sorted_by) <= set(query.columns)
    for found in metadata["queries"].values():
        with Query(mirror, found["sql"], {"words": "parser"} if ":words" in found["sql"] else ()) as query:
            assert query.fetch(1)


def _first_cells(text: str) -> list[str]:
    rows = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]
