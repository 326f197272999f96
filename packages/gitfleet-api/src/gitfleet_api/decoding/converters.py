"""Conversions of parsed JSON values: what the parts of a decoding do, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Protocol

from .._internal.epoch import MILLISECONDS_FROM
from ..backend.project import json_name

__all__ = [
    "EXPECTED",
    "FAILURES",
    "ColumnConverter",
    "Convert",
    "Objects",
    "all_datetimes",
    "all_items",
    "all_objects",
    "all_pairs",
    "all_plain",
    "all_plain_arrays",
    "check",
    "not_null",
    "or_none",
    "to_datetime",
]

Convert = Callable[[Any], object]
ColumnConverter = Callable[[list[Any]], list[object]]
"""A conversion of all values of a column, where None stays None."""

FAILURES = (ValueError, TypeError, OverflowError, OSError)
"""What converting a value that makes no sense may raise."""

_ARRAY = frozenset((list,))
EXPECTED = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
}
"""What values are called in messages, by the type they have when parsed."""


class Objects(Protocol):
    """Makes objects of one dataclass."""

    def one(self, value: object) -> object:
        """One of them from a JSON value."""
        ...

    def many(self, value: object) -> list[Any]:
        """One of each item of a JSON array."""
        ...


def to_datetime(value: object) -> datetime:
    """An aware datetime from ISO 8601 (UTC when it names no zone) or from an epoch in seconds or milliseconds.

    Raises:
        TypeError: neither a text nor a number.
        ValueError: no time.
    """
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS_FROM else value, UTC)
    raise TypeError("should be a time")


def all_datetimes(values: list[Any]) -> list[object]:
    """As :func:`to_datetime`, where all is text: 0.12 µs for each instead of 0.25."""
    parse = datetime.fromisoformat
    return [
        None if value is None else time if (time := parse(value)).tzinfo is not None else time.replace(tzinfo=UTC)
        for value in values
    ]


def all_objects(make: Callable[[list[Any]], object], objects: Objects, values: list[Any]) -> object:
    """An array of objects, all read at once."""
    return make(objects.many(values))


def all_plain(
    make: Callable[[list[Any]], object], takes: frozenset[type], one_by_one: Convert, values: list[Any]
) -> object:
    """As ``one_by_one`` would, but quickly: lists of names are in nearly every row."""
    return make(values) if takes.issuperset(map(type, values)) else one_by_one(values)


def all_plain_arrays(
    make: Callable[[list[Any]], object], takes: frozenset[type], values: list[list[Any] | None]
) -> list[object]:
    """Arrays of values that need no conversion."""
    present = [value for value in values if value is not None]
    if not _ARRAY.issuperset(map(type, present)) or not takes.issuperset(map(type, chain.from_iterable(present))):
        raise TypeError("values of other types are none of the quick ones")
    return [None if value is None else make(value) for value in values]


def all_items(make: Callable[[list[Any]], object], inner: Convert | None, values: list[Any]) -> object:
    """An array, each item converted by itself; a failure says which it was."""
    if inner is None:
        return make(values)
    result: list[object] = []
    try:
        for value in values:
            result.append(inner(value))  # noqa: PERF401  on failure the length says which it was
    except FAILURES as error:
        raise ValueError(f"item {len(result)}: {error}") from None
    return make(result)


def all_pairs(keys: Convert | None, inner: Convert | None, values: dict[str, Any]) -> object:
    """An object with any keys; a failure says under which key it was."""
    result: dict[Any, object] = {}
    for key, value in values.items():
        try:
            result[key if keys is None else keys(key)] = value if inner is None else inner(value)
        except FAILURES as error:
            raise ValueError(f'"{key}": {error}') from None
    return result


def check(takes: frozenset[type], inner: Convert | None, value: object) -> object:
    """A value that must be of one of some types."""
    if type(value) not in takes:
        expected = " or ".join(sorted(EXPECTED[kind] for kind in takes))
        raise TypeError(f"should be {expected}, found {json_name(value)}")
    return value if inner is None else inner(value)


def not_null(inner: Convert | None, value: object) -> object:
    """A value inside of another one that must not be null."""
    if value is None:
        raise TypeError("null is not expected here")
    return value if inner is None else inner(value)


def or_none(inner: Convert, value: object) -> object:
    """A value inside of another one that may be null."""
    return None if value is None else inner(value)
