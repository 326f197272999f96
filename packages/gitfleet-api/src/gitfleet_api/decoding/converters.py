"""Conversions of parsed JSON values: the functions that a :class:`~.annotations.Converter` is composed of."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, Protocol

from .._internal.epoch import MILLISECONDS_FROM
from .._internal.text import shorten_repr
from ..backend.apply import json_name

__all__ = [
    "CONVERSION_ERRORS",
    "JSON_TYPE_NAMES",
    "ColumnConverter",
    "NestedDecoder",
    "UnrepresentableValueError",
    "ValueConverter",
    "check_type",
    "convert_array",
    "convert_datetimes",
    "convert_mapping",
    "convert_or_none",
    "nested_array",
    "plain_array",
    "plain_arrays",
    "plain_values",
    "reject_null",
    "to_date",
    "to_datetime",
]

ValueConverter = Callable[[Any], object]
"""A conversion of one value, which is never None."""

ColumnConverter = Callable[[list[Any]], list[object]]
"""A conversion of all values of a column. None stays None."""

CONVERSION_ERRORS = (ValueError, TypeError, OverflowError, OSError)
"""The exceptions that a conversion may raise for an invalid value."""

_ARRAY = frozenset((list,))
_DATE = "[+-]?[0-9]{4,}-[0-9]{2}-[0-9]{2}"
_DATE_FORM = re.compile(f"(?:{_DATE})?")
_TIME_FORM = re.compile(f"(?:{_DATE}(?:[T ][0-9:.,]*(?:Z| ?[+-][0-9:]+)?)?)?")
"""The forms of ISO 8601 with any number in each part, and empty text, which some servers send."""

JSON_TYPE_NAMES: dict[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
}
"""The name of each JSON type in messages, by the Python type of the parsed value."""


class NestedDecoder(Protocol):
    """Decodes JSON values inside a row into objects of one dataclass."""

    def decode_one(self, value: object) -> object:
        """Return the object of a JSON object."""
        ...

    def decode_many(self, value: object) -> list[Any]:
        """Return an object for each item of a JSON array."""
        ...


class UnrepresentableValueError(ValueError):
    """A value of the right form that Python can't represent, such as a time in the year 10000.

    An optional field is then None; for a required field it is an invalid value.
    """


def to_datetime(value: object) -> datetime:
    """Return an aware datetime from ISO 8601 text or from an epoch number.

    Args:
        value: ISO 8601 text (UTC if it has no offset), or seconds or milliseconds since the epoch.

    Raises:
        TypeError: The value is neither text nor a number.
        ValueError: The text is not a valid time.
        UnrepresentableValueError: The time is outside the years 1 to 9999 in UTC, or is not in Python's calendar. It is
            a ValueError.
    """
    if isinstance(value, str):
        try:
            return _aware(datetime.fromisoformat(value))
        except (ValueError, OverflowError) as error:
            raise _invalid_text(_TIME_FORM, value, error) from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS_FROM else value, UTC)
        except CONVERSION_ERRORS:
            raise UnrepresentableValueError(f"the calendar of Python does not have {shorten_repr(value)}") from None
    raise TypeError("should be a time")


def to_date(value: object) -> date:
    """Return a date from ISO 8601 text.

    Raises:
        TypeError: The value is not text.
        ValueError: The text is not a valid date, or the date is outside the years 1 to 9999.
    """
    if not isinstance(value, str):
        raise TypeError("should be a date")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _invalid_text(_DATE_FORM, value, error) from None


def _aware(time: datetime) -> datetime:
    """Return a parsed time with a time zone.

    Raises:
        OverflowError: It is outside the years 1 to 9999 in UTC, so that no conversion of it would succeed.
    """
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    if not 1 < time.year < 9999:
        time.astimezone(UTC)
    return time


def _invalid_text(form: re.Pattern[str], value: str, error: Exception) -> ValueError:
    if form.fullmatch(value):
        return UnrepresentableValueError(f"the calendar of Python does not have {shorten_repr(value)}")
    return ValueError(str(error))


def convert_datetimes(values: list[Any]) -> list[object]:
    """Convert a column of ISO 8601 texts: :func:`to_datetime` for text only, 0.12 µs per value instead of 0.25."""
    parse = datetime.fromisoformat
    return [
        None if value is None else time if (time := parse(value)).tzinfo is UTC else _aware(time) for value in values
    ]


def nested_array(construct: Callable[[list[Any]], object], decoder: NestedDecoder, values: list[Any]) -> object:
    """Decode an array of JSON objects, all in one call of ``decoder``."""
    return construct(decoder.decode_many(values))


def plain_array(
    construct: Callable[[list[Any]], object],
    accepted: frozenset[type],
    convert_items: ValueConverter,
    values: list[Any],
) -> object:
    """Return an array whose items need no conversion; ``convert_items`` reports the item that has a wrong type.

    Lists of names occur in nearly every row, so this fast path pays.
    """
    return construct(values) if accepted.issuperset(map(type, values)) else convert_items(values)


def plain_arrays(
    construct: Callable[[list[Any]], object], accepted: frozenset[type], values: list[list[Any] | None]
) -> list[object]:
    """Convert a column of arrays whose items need no conversion.

    Raises:
        TypeError: A value has another type. The conversion value by value then reports which one.
    """
    present = [value for value in values if value is not None]
    if not _ARRAY.issuperset(map(type, present)) or not accepted.issuperset(map(type, chain.from_iterable(present))):
        raise TypeError("the column has values of other types")
    return [None if value is None else construct(value) for value in values]


def plain_values(accepted: frozenset[type], values: list[Any]) -> list[object]:
    """Return a column whose values need no conversion, such as ids that are numbers or text.

    Raises:
        TypeError: A value has another type. The conversion value by value then reports which one.
    """
    if not accepted.issuperset(map(type, values)):
        raise TypeError("the column has values of other types")
    return values


def convert_array(construct: Callable[[list[Any]], object], inner: ValueConverter | None, values: list[Any]) -> object:
    """Convert an array item by item.

    Raises:
        ValueError: An item is invalid; the message has its index.
    """
    if inner is None:
        return construct(values)
    result: list[object] = []
    try:
        for value in values:
            result.append(inner(value))  # noqa: PERF401  on failure the length is the index of the item
    except CONVERSION_ERRORS as error:
        raise _inside(f"item {len(result)}", error) from None
    return construct(result)


def convert_mapping(keys: ValueConverter | None, inner: ValueConverter | None, values: dict[str, Any]) -> object:
    """Convert the keys and values of a JSON object.

    Raises:
        ValueError: A key or value is invalid; the message has the key.
    """
    result: dict[Any, object] = {}
    for key, value in values.items():
        try:
            result[key if keys is None else keys(key)] = value if inner is None else inner(value)
        except CONVERSION_ERRORS as error:
            raise _inside(f'"{key}"', error) from None
    return result


def _inside(name: str, error: Exception) -> ValueError:
    """Return the error of a container for the error of its item."""
    kind = UnrepresentableValueError if isinstance(error, UnrepresentableValueError) else ValueError
    return kind(f"{name}: {error}")


def check_type(accepted: frozenset[type], inner: ValueConverter | None, value: object) -> object:
    """Convert a value after a check of its type.

    Raises:
        TypeError: The type is not in ``accepted``.
    """
    if type(value) not in accepted:
        expected = " or ".join(sorted(JSON_TYPE_NAMES[kind] for kind in accepted))
        raise TypeError(f"should be {expected}, found {json_name(value)}")
    return value if inner is None else inner(value)


def reject_null(inner: ValueConverter | None, value: object) -> object:
    """Convert a nested value that must not be null.

    Raises:
        TypeError: The value is None.
    """
    if value is None:
        raise TypeError("null is not expected here")
    return value if inner is None else inner(value)


def convert_or_none(inner: ValueConverter, value: object) -> object:
    """Convert a nested value that may be null. A value that Python can't represent is None, too."""
    try:
        return None if value is None else inner(value)
    except UnrepresentableValueError:
        return None
