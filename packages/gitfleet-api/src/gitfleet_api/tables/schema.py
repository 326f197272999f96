"""The columns that objects of a dataclass have in a table."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from ..decoding.type_hints import bare, dataclass_of, field_hints, owner_of, without_none
from ..errors import ConfigurationError
from ..models import UserInfo
from ..models.accounts import ACCOUNT_FIELDS

__all__ = ["ColumnKind", "TableColumn", "columns_of", "model_of"]

ColumnKind = Literal["text", "integer", "number", "boolean", "time", "texts", "objects", "json"]
"""What a column holds: ``texts`` are lists of text, ``objects`` lists of objects with columns of their own, and
``json`` is anything else, as JSON text."""

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
        name: its name: of a field of a nested object ``owner_login``.
        steps: names of the attributes that lead to its values.
        kind: what the values are; each may also be None.
        inner: columns of the objects of a list.
    """

    name: str
    steps: tuple[str, ...]
    kind: ColumnKind
    inner: tuple[TableColumn, ...] = ()


@lru_cache(maxsize=256)
def columns_of(model: type) -> tuple[TableColumn, ...]:
    """The columns of a dataclass, in the order of its fields; without the provider's own object (``raw_data``).

    Raises:
        ConfigurationError: not a dataclass, an annotation that can't be read, or two columns of one name.
    """
    columns = tuple(_columns(model, (), ()))
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        name = owner_of(model).__name__
        raise ConfigurationError(f"{name}: two columns would be called {twice[0]!r}; rename a field")
    return columns


def _columns(model: object, steps: tuple[str, ...], above: tuple[object, ...]) -> list[TableColumn]:
    found: list[TableColumn] = []
    for name, hint in field_hints(model).items():
        # An account inside of another object has these fields and no others.
        is_short = bool(above) and model is UserInfo
        if (is_short and name not in ACCOUNT_FIELDS) or (name in (_RAW, "provider_type") and above) or name == _RAW:
            continue
        found += _of_field((*steps, name), hint, (*above, model))
    return found


def _of_field(steps: tuple[str, ...], hint: object, above: tuple[object, ...]) -> list[TableColumn]:
    inner = _without_none(hint)
    name = "_".join(steps)
    if dataclass_of(inner) is not None:
        return [TableColumn(name, steps, "json")] if inner in above else _columns(inner, steps, above)
    if inner in _KINDS:
        return [TableColumn(name, steps, _KINDS[inner])]
    if isinstance(inner, type) and issubclass(inner, enum.Enum):
        return [TableColumn(name, steps, "text" if issubclass(inner, str) else "json")]
    item = _item_of(inner)
    if item is str:
        return [TableColumn(name, steps, "texts")]
    if dataclass_of(item) is not None and item not in above:
        return [TableColumn(name, steps, "objects", tuple(_columns(item, (), above)))]
    return [TableColumn(name, steps, "json")]


def _without_none(hint: object) -> object:
    inner, _ = bare(hint)
    if typing.get_origin(inner) in (typing.Union, types.UnionType):
        left, _ = without_none(typing.get_args(inner))
        if len(left) == 1:
            return _without_none(left[0])
    return inner


def _item_of(hint: object) -> object:
    """What a list holds, or None when it is not a list of one kind of things."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) not in _LISTS or not arguments:
        return None
    if typing.get_origin(hint) is tuple and arguments[1:] != (...,):
        return None
    return bare(arguments[0])[0]


def model_of(models: list[object]) -> type:
    """The class that all of some objects are of.

    Raises:
        ConfigurationError: there are none, they are of several classes, or no dataclasses.
    """
    classes = {type(item) for item in models}
    if not classes:
        raise ConfigurationError("there are no objects to tell the columns by; give the class: model=RepoInfo")
    if len(classes) > 1:
        names = ", ".join(sorted(item.__name__ for item in classes))
        raise ConfigurationError(f"a table needs objects of one class, not of {names}; make a table of each")
    found = classes.pop()
    if not dataclasses.is_dataclass(found):
        raise ConfigurationError(f"a table is made of models (dataclasses), not of {found.__name__}")
    return found
