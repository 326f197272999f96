"""The columns of a dataclass in a table."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from ..decoding.type_hints import dataclass_of, field_hints, require_dataclass, split_none, strip_wrappers
from ..errors import ConfigurationError
from ..models import UserInfo
from ..models.accounts import ACCOUNT_FIELDS

__all__ = ["ColumnKind", "TableColumn", "columns_of", "model_of"]

ColumnKind = Literal["text", "integer", "id", "number", "boolean", "time", "texts", "objects", "json"]
"""The type of a column: ``texts`` are lists of text, ``objects`` are lists of objects with columns, ``json`` is JSON
text of any other value. An ``id`` is an integer or text, and its column one of both."""

_KINDS: dict[object, ColumnKind] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "boolean",
    datetime: "time",
}
_LISTS = (tuple, list, set, frozenset)
_RAW = "raw_data"


class TableColumn(NamedTuple):
    """One column.

    Attributes:
        name: name of the field; for a nested object both names, as ``owner_login``.
        attributes: the attributes to follow from an object to the value.
        kind: type of the values. Each value may also be None.
        inner: columns of the objects in a list.
    """

    name: str
    attributes: tuple[str, ...]
    kind: ColumnKind
    inner: tuple[TableColumn, ...] = ()


@lru_cache(maxsize=256)
def columns_of(model: type) -> tuple[TableColumn, ...]:
    """Return the columns of a dataclass in the order of its fields, without ``raw_data``.

    Raises:
        ConfigurationError: ``model`` is not a dataclass, an annotation can't be resolved, or two columns have the same
            name.
    """
    columns = tuple(_columns(model, (), ()))
    names = [column.name for column in columns]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        name = require_dataclass(model).__name__
        raise ConfigurationError(f"{name}: two columns would be called {duplicates[0]!r}; rename a field")
    return columns


def _columns(model: object, attributes: tuple[str, ...], above: tuple[object, ...]) -> list[TableColumn]:
    columns: list[TableColumn] = []
    for name, hint in field_hints(model).items():
        # A nested account has only these fields.
        is_short = bool(above) and model is UserInfo
        if (is_short and name not in ACCOUNT_FIELDS) or (name in (_RAW, "provider_type") and above) or name == _RAW:
            continue
        columns += _field_columns((*attributes, name), hint, (*above, model))
    return columns


def _field_columns(attributes: tuple[str, ...], hint: object, above: tuple[object, ...]) -> list[TableColumn]:
    inner = _without_none(hint)
    name = "_".join(attributes)
    if dataclass_of(inner) is not None:
        return [TableColumn(name, attributes, "json")] if inner in above else _columns(inner, attributes, above)
    item = _item_type(inner)
    if dataclass_of(item) is not None and item not in above:
        return [TableColumn(name, attributes, "objects", tuple(_columns(item, (), above)))]
    return [TableColumn(name, attributes, _kind(inner, item))]


def _kind(hint: object, item: object) -> ColumnKind:
    """Return the kind of a column for an annotation, and the type of its items if it is a list."""
    if hint in _KINDS:
        return _KINDS[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return "text" if issubclass(hint, str) else "json"
    if _is_id(hint):
        return "id"
    return "texts" if item is str else "json"


def _without_none(hint: object) -> object:
    inner, _ = strip_wrappers(hint)
    if typing.get_origin(inner) in (typing.Union, types.UnionType):
        present, _ = split_none(typing.get_args(inner))
        if len(present) == 1:
            return _without_none(present[0])
    return inner


def _is_id(hint: object) -> bool:
    present, _ = split_none(typing.get_args(hint))
    return typing.get_origin(hint) in (typing.Union, types.UnionType) and set(present) == {int, str}


def _item_type(hint: object) -> object:
    """Return the type of a list's items; None if ``hint`` is not a list, or has items of several types."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) not in _LISTS or not arguments:
        return None
    if typing.get_origin(hint) is tuple and arguments[1:] != (...,):
        return None
    return strip_wrappers(arguments[0])[0]


def model_of(models: list[object]) -> type:
    """Return the common class of objects.

    Raises:
        ConfigurationError: There are no objects, they have several classes, or they are not dataclasses.
    """
    classes = {type(item) for item in models}
    if not classes:
        raise ConfigurationError("the list is empty, so the columns are unknown; give the class: model=RepoInfo")
    if len(classes) > 1:
        names = ", ".join(sorted(item.__name__ for item in classes))
        raise ConfigurationError(f"a table needs objects of one class, not of {names}; build one table per class")
    found = classes.pop()
    if not dataclasses.is_dataclass(found):
        raise ConfigurationError(f"a table needs models (dataclasses), not {found.__name__}")
    return found
