"""Full-text search: the table ``search`` over the texts of repositories, issues, pull requests, releases and commits.

The index has no copy of the texts: it reads them from their tables, through the view ``_search_text``. The writer keeps
it up to date. Triggers would take five times as long: within each of them SQLite writes the index to the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..names import quoted

__all__ = ["SEARCHED", "Searched", "search_statements"]


class Searched(NamedTuple):
    """A table with searched texts."""

    repository: str
    """Column with the id of the repository."""
    key: str
    """Column that identifies a row within its repository."""
    title: str | None
    """Column with the title. None if it is the first line of the body, and the body the others."""
    body: str
    """Column with the body."""


SEARCHED: dict[str, Searched] = {
    "repository": Searched("id", "id", "full_name", "description"),
    "issue": Searched("repository_id", "id", "title", "body"),
    "pull_request": Searched("repository_id", "id", "title", "body"),
    "release": Searched("repository_id", "key", "name", "body"),
    "commit": Searched("repository_id", "sha", None, "message"),
}
"""The tables by name. They are the kinds in the table ``search``."""

_IDS = """
CREATE TABLE IF NOT EXISTS _search (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    repository_id NOT NULL,
    kind TEXT NOT NULL,
    key NOT NULL,
    UNIQUE (provider, repository_id, kind, key)
)
""".strip()
_INDEX = """
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
    provider UNINDEXED, repository_id UNINDEXED, kind UNINDEXED, key UNINDEXED, title, body, deleted_at UNINDEXED,
    content = '_search_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
)
""".strip()


def search_statements() -> Iterator[str]:
    """Yield the statements that create the index, in a file without its view."""
    yield _IDS
    arms = "\nUNION ALL ".join(_arm(name, searched) for name, searched in SEARCHED.items())
    yield f"CREATE VIEW _search_text AS\n{arms}"
    yield _INDEX
    # Pages of rows are small transactions. With fewer merges of what they add, the index of 54,000 texts takes 2 s
    # instead of 3 s.
    yield "INSERT INTO search (search, rank) VALUES ('automerge', 8)"


def _arm(table: str, searched: Searched) -> str:
    line_end = f"instr(t.{searched.body} || char(10), char(10))"
    title = f"t.{searched.title}" if searched.title else f"substr(t.{searched.body}, 1, {line_end} - 1)"
    body = f"t.{searched.body}" if searched.title else f"substr(t.{searched.body}, {line_end} + 1)"
    return (
        f"SELECT s.id, s.provider, s.repository_id, s.kind, s.key, {title} AS title, {body} AS body, t.deleted_at "  # noqa: S608
        f"FROM _search AS s JOIN {quoted(table)} AS t ON t.provider = s.provider "
        f"AND t.{searched.repository} = s.repository_id AND t.{searched.key} = s.key WHERE s.kind = '{table}'"
    )
