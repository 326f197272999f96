"""The output formats, and the choice of one by the ending of the file name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from ..exit_codes import CommandError
from ..suggestions import did_you_mean

__all__ = ["APPENDABLE", "BINARY", "FORMATS", "WHOLE_ROWS", "Format", "choose_format", "is_compressed"]

Format = Literal["table", "json", "jsonl", "csv", "tsv", "markdown", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = ("table", "json", "jsonl", "csv", "tsv", "markdown", "parquet", "xlsx")
BINARY: frozenset[Format] = frozenset(("parquet", "xlsx"))
WHOLE_ROWS: frozenset[Format] = frozenset(("csv", "tsv", "parquet", "xlsx"))
"""Formats with columns that have all fields unless --fields selects some."""
APPENDABLE: frozenset[Format] = frozenset(("csv", "tsv", "jsonl"))

_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".md": "markdown",
    ".txt": "table",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
_COMPRESSED = ".gz"


def is_compressed(path: str) -> bool:
    """Return whether a file of this name is compressed with gzip."""
    return PurePath(path).suffix.lower() == _COMPRESSED


def choose_format(given: Format | None, path: str, *, is_terminal: bool) -> Format:
    """Return the format of an output.

    Args:
        given: the value of --format, or None.
        path: the value of -o: its ending decides if ``given`` is None.
        is_terminal: whether the output is a terminal.

    Returns:
        Without both, table on a terminal and JSON lines elsewhere.

    Raises:
        CommandError: the ending is unknown, or the format is impossible for this output.
    """
    name = PurePath(path)
    if is_compressed(path):
        name = name.with_suffix("")
    form = given or _by_suffix(name, path) or ("table" if is_terminal else "jsonl")
    if form in BINARY and is_terminal:
        raise CommandError(f"{form} is binary and not for a terminal: use -o FILE.{form}")
    if form in BINARY and is_compressed(path):
        raise CommandError(f"{path}: {form} files are compressed already: use the ending .{form}")
    return form


def _by_suffix(name: PurePath, path: str) -> Format | None:
    suffix = name.suffix.lower()
    if suffix and suffix not in _BY_SUFFIX:
        known = ", ".join(_BY_SUFFIX)
        hint = did_you_mean(suffix, _BY_SUFFIX)
        raise CommandError(
            f"{path}: unknown ending {suffix}{hint or ';'} known: {known}, text also with .gz; or use --format"
        )
    return _BY_SUFFIX.get(suffix)
