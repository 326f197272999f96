"""Which values of an answer to keep: what an engine decodes, and nothing else.

A GitHub repository is 5 to 6 KB of JSON, of which a model keeps 20 values. A projection says which, so that an
engine can drop the rest while it parses.
"""

from __future__ import annotations

import json
from typing import Literal, get_args

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["Column", "Columns", "Kind", "Projection"]

Kind = Literal["str", "int", "float", "bool", "json"]
Columns = list[list[object]]
"""One list a column of the projection, each with one value a row."""

_MAX_PATH = 32


@dataclass(frozen=True, slots=True)
class Column:
    """One value of each row.

    Attributes:
        path: the keys that lead to it from the row; empty for the row itself.
        kind: what it must be unless it is null or missing (both give None). ``float`` takes any number, as it is
            written; ``json`` takes anything.
    """

    path: tuple[str, ...]
    kind: Kind

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ConfigurationError(f"unknown column kind {self.kind!r}; known are {', '.join(get_args(Kind))}")
        if not self.path and self.kind != "json":
            raise ConfigurationError("the row itself (an empty path) can only be a 'json' column")
        _check_path(self.path)

    @property
    def name(self) -> str:
        """The path as errors show it."""
        return ".".join(self.path)


# Compared by identity: engines keep what they compiled from a projection by it, and hashing its columns for
# every request would cost more than a small answer's decoding.
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Projection:
    """Rows and columns of an answer.

    Attributes:
        columns: what to keep of each row, in the order in which it comes back.
        at: the keys that lead from the document to the rows; empty when the document is the rows.
        many: True for an array of rows, False for one row.
    """

    columns: tuple[Column, ...]
    at: tuple[str, ...] = ()
    many: bool = False

    def __post_init__(self) -> None:
        if not self.columns:
            raise ConfigurationError("a projection needs at least one column")
        _check_path(self.at)

    def to_json(self) -> str:
        """The projection in the form the native engine takes."""
        columns = [{"path": column.path, "kind": column.kind} for column in self.columns]
        return json.dumps({"at": self.at, "many": self.many, "columns": columns})


def _check_path(path: tuple[str, ...]) -> None:
    if len(path) > _MAX_PATH:
        raise ConfigurationError(
            f"a JSON path has at most {_MAX_PATH} keys, this has {len(path)}; keep an object on the way whole"
        )
    for key in path:
        # Decoded text has no lone surrogates: they become U+FFFD, and no key is meant to be found by that.
        if any("\ud800" <= character <= "\udfff" or character == "\ufffd" for character in key):
            raise ConfigurationError(
                f"a surrogate or replacement character in the JSON path {shorten_repr(path)}: "
                "keep the object above whole"
            )
