"""Models with a value in every field, and models with as few as possible."""

from __future__ import annotations

import dataclasses
import typing
from datetime import UTC, date, datetime, timedelta
from types import UnionType
from typing import Any

from gitfleet_api import ProviderType

__all__ = ["full", "least"]


def full(model: type, number: int = 1) -> Any:
    """Return a model whose fields all have a value, which depends on a number."""
    hints = typing.get_type_hints(model)
    names = [field.name for field in dataclasses.fields(model) if field.name not in ("raw_data", "provider_type")]
    return model(**{name: _value(hints[name], name, number + index) for index, name in enumerate(names)})


def least(model: type, **others: Any) -> Any:
    """Return a model with values only in fields that have no default, and in others that are given."""
    hints = typing.get_type_hints(model)
    needed = [
        field.name
        for field in dataclasses.fields(model)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return model(**{name: _value(hints[name], name, 1) for name in needed} | others)


def _value(hint: Any, name: str, number: int) -> Any:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return _value(next(item for item in arguments if item is not type(None)), name, number)
    if typing.get_origin(hint) is tuple:
        return (_value(arguments[0], name, number), _value(arguments[0], name, number + 1))
    if dataclasses.is_dataclass(hint):
        return full(typing.cast("type", hint), number)
    values: dict[Any, Any] = {
        str: f"{name} {number} é\U0001f600'\"",
        int: 2**40 + number,
        float: number + 0.5,
        bool: number % 2 == 0,
        datetime: datetime(2024, 5, 1, 12, 30, tzinfo=UTC) + timedelta(hours=number, microseconds=number % 3),
        date: date(2024, 5, 1) + timedelta(days=number),
        ProviderType: ProviderType.GITHUB,
    }
    return values[hint]
