"""Rows: the objects of providers as dicts, and the selection of their fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from gitfleet_api.decoding.jsonpath import json_path
from gitfleet_api.tables import to_dict
from gitfleet_api.tables.schema import TableColumn
from gitfleet_api.tables.schema import columns_of as table_columns

from ..exit_codes import CommandError
from ..suggestions import did_you_mean

__all__ = ["OutputField", "Row", "as_row", "model_fields", "parse_fields", "sort_rows", "value_at"]

Row = dict[str, object]
"""Values by field name. Times are datetimes; all other values are JSON values."""

_PROVIDER = "provider_type"
"""Omitted in nested objects, where it has the same value as in the row."""


@dataclasses.dataclass(frozen=True, slots=True)
class OutputField:
    """A field of the output.

    Attributes:
        name: the name in the output.
        path: the keys that lead to the value in a row.
        column: the column of the field in tables, with its type; None if it is unknown.
    """

    name: str
    path: tuple[str, ...]
    column: TableColumn | None = None


def as_row(item: object) -> Row:
    """Convert an object of a model to a row. Nested objects contain only the fields that the provider sent."""
    return {name: _compact(value) for name, value in to_dict(item).items()}


def _compact(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [_compact(item) for item in value]
    if isinstance(value, dict):
        return {name: _compact(found) for name, found in value.items() if found is not None and name != _PROVIDER}
    return value


def value_at(row: object, path: tuple[str, ...]) -> object:
    """Return the value at a path of keys; None if there is none."""
    for key in path:
        if not isinstance(row, dict):
            return None
        row = row.get(key)
    return row


def parse_fields(
    given: str, model: type | None = None, aliases: Mapping[str, str] | None = None, extra: Sequence[str] = ()
) -> tuple[OutputField, ...]:
    """Parse a list of fields such as ``name,owner.login``.

    Args:
        given: field names, separated by commas.
        model: the model that has the fields; None allows any name.
        aliases: short names of fields.
        extra: names of fields that rows have in addition to the fields of the model.

    Raises:
        CommandError: a field does not exist; the message lists the existing ones.
    """
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise CommandError("--fields is empty: name some fields, such as --fields name,owner.login")
    known = dict(aliases or {})
    if model is not None:  # the names of table columns: owner_login
        known |= {column.name: ".".join(column.path) for column in model_fields(model)}
    typed = {} if model is None else {column.path: column.column for column in model_fields(model, extra)}
    columns = []
    for name in dict.fromkeys(names):
        path = json_path(known.get(name, name), "--fields")
        if model is not None:
            _check(name, path, model, extra, known)
        columns.append(OutputField(name, path, typed.get(path) or (None if model is None else _object(path))))
    return tuple(columns)


def _object(path: tuple[str, ...]) -> TableColumn:
    return TableColumn("_".join(path), path, "json")


def model_fields(model: type, extra: Sequence[str] = ()) -> tuple[OutputField, ...]:
    """Return all fields of a model: those of :mod:`gitfleet_api.tables`, after the ``extra`` fields."""
    own = (OutputField(name, (name,), TableColumn(name, (name,), "text")) for name in extra)
    return (*own, *(OutputField(column.name, column.attributes, column) for column in table_columns(model)))


def _check(name: str, path: tuple[str, ...], model: type, extra: Sequence[str], known: Iterable[str]) -> None:
    left = [(key,) for key in extra] + [column.attributes for column in table_columns(model)]
    for key in path:
        there = dict.fromkeys(steps[0] for steps in left if steps)
        if key not in there:
            listed = f"fields: {', '.join(there)}" if there else "the value is not an object"
            hint = did_you_mean(name, (*there, *known)) or ";"
            raise CommandError(f"unknown field {name!r}{hint} {listed}")
        left = [steps[1:] for steps in left if steps[:1] == (key,)]


def sort_rows(rows: list[object], path: tuple[str, ...], *, reverse: bool) -> list[object]:
    """Sort rows by a value: numbers and times in descending order, text in ascending order, missing values last."""
    valued = [row for row in rows if value_at(row, path) is not None]
    empty = [row for row in rows if value_at(row, path) is None]
    is_text = bool(valued) and all(isinstance(value_at(row, path), str) for row in valued)
    # sorted() is stable, also with reverse=True.
    return [*sorted(valued, key=lambda row: _key(value_at(row, path)), reverse=reverse == is_text), *empty]


def _key(value: object) -> tuple[float, str]:
    if isinstance(value, datetime):
        return (value.timestamp(), "")
    if isinstance(value, int | float):
        return (value, "")
    if isinstance(value, list | dict):
        return (len(value), "")
    return (0, str(value).casefold())
