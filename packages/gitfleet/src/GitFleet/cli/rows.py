"""Rows: what providers' objects become on their way to the output."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from datetime import UTC, datetime

from gitfleet_api.jsonpath import json_path
from gitfleet_api.tables import to_dict

from .exits import CommandError

__all__ = ["Column", "Row", "all_columns", "as_row", "columns_of", "field_names", "sort_rows", "value_at"]

Row = dict[str, object]
"""Values by field; times are still datetimes, all else is as in JSON."""

_LEFT_OUT = ("raw_data",)
_PROVIDER = "provider_type"
"""The same in nested objects as in the row."""
_names: dict[type, tuple[str, ...]] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column of the output: its name, and where its value lies in a row."""

    name: str
    path: tuple[str, ...]


def field_names(model: type) -> tuple[str, ...]:
    """The fields of a model that come out."""
    known = _names.get(model)
    if known is None:
        found: typing.Any = model
        fields = dataclasses.fields(found)
        known = _names[model] = tuple(field.name for field in fields if field.name not in _LEFT_OUT)
    return known


def as_row(item: object) -> Row:
    """An object of one of the models as a row. Nested objects have only what the provider sent of them."""
    row = to_dict(item)
    return {name: _brief(row[name]) for name in field_names(type(item))}


def _brief(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [_brief(item) for item in value]
    if isinstance(value, dict):
        return {name: _brief(found) for name, found in value.items() if found is not None and name != _PROVIDER}
    return value


def value_at(row: object, path: tuple[str, ...]) -> object:
    """The value at a path of keys; None where nothing is."""
    for key in path:
        if not isinstance(row, dict):
            return None
        row = row.get(key)
    return row


def columns_of(
    given: str, model: type | None = None, aliases: typing.Mapping[str, str] | None = None, extra: Sequence[str] = ()
) -> tuple[Column, ...]:
    """The columns that ``name,owner.login`` names.

    Args:
        given: names with commas between them.
        model: whose fields they must be; None allows any.
        aliases: short names of fields.
        extra: names of what rows have besides the model's fields.

    Raises:
        CommandError: there is no such field; the message lists those there are.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise CommandError("--fields names no field: give some, like --fields name,owner.login")
    columns = []
    for name in dict.fromkeys(names):
        path = json_path((aliases or {}).get(name, name), "--fields")
        if model is not None and path[:1] not in [(known,) for known in extra]:
            _check(name, path, model, extra)
        columns.append(Column(name, path))
    return tuple(columns)


def all_columns(model: type, extra: Sequence[str] = ()) -> tuple[Column, ...]:
    """A column for every field; of an account in it the login."""
    hints = typing.get_type_hints(model)
    nested = [
        name for name in field_names(model) if (inside := _nested(hints[name])) and "login" in field_names(inside)
    ]
    names = [*extra, *(f"{name}.login" if name in nested else name for name in field_names(model))]
    return tuple(Column(name, tuple(name.split("."))) for name in names)


def _check(name: str, path: tuple[str, ...], model: type, extra: Sequence[str]) -> None:
    inside: type | None = model
    for key in path:
        known = () if inside is None else field_names(inside)
        if inside is None or key not in known:
            there = (*extra, *known) if inside is model else known
            listed = f"; there are: {', '.join(there)}" if there else ": that is no object"
            raise CommandError(f"there is no field {name!r}{listed}")
        inside = _nested(typing.get_type_hints(inside)[key])


def _nested(hint: object) -> type | None:
    """The dataclass in an annotation like ``UserInfo | None``."""
    arms = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return next((arm for arm in arms if isinstance(arm, type) and dataclasses.is_dataclass(arm)), None)


def sort_rows(rows: list[object], path: tuple[str, ...], *, reverse: bool) -> list[object]:
    """Rows by a value: numbers and times the greatest first, text from A to Z; those without one are last."""
    valued = [row for row in rows if value_at(row, path) is not None]
    empty = [row for row in rows if value_at(row, path) is None]
    is_text = bool(valued) and all(isinstance(value_at(row, path), str) for row in valued)
    # reverse=True of sorted() keeps rows with equal values in their order.
    return [*sorted(valued, key=lambda row: _key(value_at(row, path)), reverse=reverse == is_text), *empty]


def _key(value: object) -> tuple[float, str]:
    if isinstance(value, datetime):
        return (value.timestamp(), "")
    if isinstance(value, int | float):
        return (value, "")
    if isinstance(value, list | dict):
        return (len(value), "")
    return (0, str(value).casefold())
