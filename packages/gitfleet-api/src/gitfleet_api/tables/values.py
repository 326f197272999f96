"""The values of a table's columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from .._internal.text import shorten_repr
from ..decoding.type_hints import owner_of
from ..errors import ConfigurationError
from .documents import json_ready
from .schema import ColumnKind, TableColumn, columns_of, model_of

__all__ = ["TableData", "columns_from", "finished"]


class TableData(NamedTuple):
    """A table before it has a library: what the columns are, and their values, each a list as long as the table."""

    schema: tuple[TableColumn, ...]
    values: list[list[object]]


def columns_from(models: Iterable[object], model: type | None) -> TableData:
    """The table of some objects.

    Raises:
        ConfigurationError: they are not all of ``model``, or there are none to tell the columns by.
    """
    if not isinstance(models, Iterable):
        await_it = ": await it first, or use its own methods" if hasattr(models, "__await__") else ""
        raise ConfigurationError(
            f"a table is made of a list of models, or the like, not of {shorten_repr(models)}{await_it}"
        )
    owner = None if model is None else owner_of(model)
    objects = list(models)
    if owner is None:
        schema = columns_of(model_of(objects))
    else:
        others = sorted({type(item).__name__ for item in objects if not isinstance(item, owner)})
        if others:
            raise ConfigurationError(f"model={owner.__name__}, but there are objects of {', '.join(others)}")
        schema = columns_of(model)
    return TableData(schema, [finished(column, list(map(_getter(column.steps), objects))) for column in schema])


def _getter(steps: tuple[str, ...]) -> Callable[[object], object]:
    if len(steps) == 1:
        return attrgetter(steps[0])

    def get(value: object) -> object:
        for step in steps:
            if value is None:
                return None
            value = getattr(value, step)
        return value

    return get


def finished(column: TableColumn, values: list[object]) -> list[object]:
    """Values of a field as a column holds them."""
    if column.kind == "objects":
        getters = [(inner, _getter(inner.steps)) for inner in column.inner]
        return [None if value is None else [_record(getters, item) for item in _items(value)] for value in values]
    finish = _FINISH.get(column.kind)
    if finish is None or (column.kind == "text" and _PLAIN_TEXT.issuperset(map(type, values))):
        return values
    return [None if value is None else finish(value) for value in values]


def _record(getters: Sequence[tuple[TableColumn, Callable[[object], object]]], item: object) -> dict[str, object]:
    return {inner.name: finished(inner, [get(item)])[0] for inner, get in getters}


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, Iterable) else (value,)


_PLAIN_TEXT = frozenset((str, type(None)))


def _text(value: object) -> object:
    return value.value if not isinstance(value, str) and hasattr(value, "value") else str(value)


def _utc(value: object) -> object:
    # Tables hold one zone; a time of a user's model may have none.
    if not isinstance(value, datetime) or value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _json(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, default=json_ready)


# isinstance asks the ABC of iterables 0.5 µs a value.
_FINISH: dict[ColumnKind, Callable[[object], object]] = {
    "text": _text,
    "time": _utc,
    "texts": lambda value: list(value if type(value) is tuple else _items(value)),
    "json": _json,
}
