"""The SQL of the documentation runs on a mirror, and its page describes the tables and views that a mirror has."""

from __future__ import annotations

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


def _first_cells(text: str) -> list[str]:
    rows = re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]
