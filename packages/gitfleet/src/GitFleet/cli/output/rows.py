"""Rows: what providers' objects become on their way to the output."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from gitfleet_api.decoding.jsonpath import json_path
from gitfleet_api.tables import to_dict
from gitfleet_api.tables.schema import columns_of as table_columns

from ..exit_codes import CommandError

__all__ = ["OutputField", "Row", "as_row", "model_fields", "parse_fields", "sort_rows", "value_at"]

Row = dict[str, object]
"""Values by field; times are still datetimes, all else is as in JSON."""

_PROVIDER = "provider_type"
"""The same in nested objects as in the row."""


@dataclasses.dataclass(frozen=True, slots=True)
class OutputField:
    """A column of the output: its name, and where its value lies in a row."""

    name: str
    path: tuple[str, ...]


def as_row(item: object) -> Row:
    """An object of one of the models as a row. Nested objects have only what the provider sent of them."""
    return {name: _brief(value) for name, value in to_dict(item).items()}


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


def parse_fields(
    given: str, model: type | None = None, aliases: Mapping[str, str] | None = None, extra: Sequence[str] = ()
) -> tuple[OutputField, ...]:
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
    known = dict(aliases or {})
    if model is not None:  # as tables call them: owner_login
        known |= {column.name: ".".join(column.path) for column in model_fields(model)}
    columns = []
    for name in dict.fromkeys(names):
        path = json_path(known.get(name, name), "--fields")
        if model is not None:
            _check(name, path, model, extra)
        columns.append(OutputField(name, path))
    return tuple(columns)


def model_fields(model: type, extra: Sequence[str] = ()) -> tuple[OutputField, ...]:
    """The columns of tables of the library."""
    own = (OutputField(name, (name,)) for name in extra)
    return (*own, *(OutputField(column.name, column.attributes) for column in table_columns(model)))


def _check(name: str, path: tuple[str, ...], model: type, extra: Sequence[str]) -> None:
    left = [(key,) for key in extra] + [column.attributes for column in table_columns(model)]
    for key in path:
        there = dict.fromkeys(steps[0] for steps in left if steps)
        if key not in there:
            listed = f"; there are: {', '.join(there)}" if there else ": that is no object"
            raise CommandError(f"there is no field {name!r}{listed}")
        left = [steps[1:] for steps in left if steps[:1] == (key,)]


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
