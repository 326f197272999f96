"""Projection: the values of a response that an engine decodes.

A GitHub repository is 5 to 6 KB of JSON, from which a model uses 20 values. The projection lists these values, so that
an engine can drop everything else while it parses.
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
"""One list per column of the projection, with one value per row."""

_MAX_PATH = 32


@dataclass(frozen=True, slots=True)
class Column:
    """One value of each row.

    Attributes:
        path: the keys from the row to the value; empty for the row itself.
        kind: the required JSON type. ``float`` accepts any number and keeps integers, ``json`` accepts any value. For
            every kind a null or missing value is None.

    Raises:
        ConfigurationError: The kind is unknown, or the path has more than 32 keys or an unsupported character.
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
        """The dotted path, for messages."""
        return ".".join(self.path)


# Compared by identity: engines cache compiled projections by it, and a hash of all columns for every request would cost
# more than the decoding of a small response.
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Projection:
    """The rows and columns to decode from a response.

    Attributes:
        columns: the values of each row, in the order of the decoded columns.
        at: the keys from the document to the rows; empty if the document itself is the array or the row.
        many: True for an array of rows, False for one row.
        beside: keys of the document beside the rows, such as ``total_count``. Behind the columns the engine returns one
            column with one value for each of them: None if the document lacks it, or if ``at`` is empty. An engine
            that does not know this member omits these columns.

    Raises:
        ConfigurationError: There is no column, or ``at`` has more than 32 keys or an unsupported character.
    """

    columns: tuple[Column, ...]
    at: tuple[str, ...] = ()
    many: bool = False
    beside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns:
            raise ConfigurationError("a projection needs at least one column")
        _check_path(self.at)
        _check_path(self.beside)

    def to_json(self) -> str:
        """Return the projection as JSON, in the format of the native engine."""
        columns = [{"path": column.path, "kind": column.kind} for column in self.columns]
        more = {"beside": self.beside} if self.beside else {}
        return json.dumps({"at": self.at, "many": self.many, "columns": columns, **more})


def _check_path(path: tuple[str, ...]) -> None:
    if len(path) > _MAX_PATH:
        raise ConfigurationError(
            f"a JSON path has at most {_MAX_PATH} keys, not {len(path)}; use a shorter path to a whole object"
        )
    for key in path:
        # Decoded text has no lone surrogates: they are replaced by U+FFFD, so such a key can't be matched reliably.
        if any("\ud800" <= character <= "\udfff" or character == "\ufffd" for character in key):
            raise ConfigurationError(
                f"a surrogate or replacement character in the JSON path {shorten_repr(path)}: "
                "use the path of the object that contains it"
            )
