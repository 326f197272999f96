"""Models as dicts and JSON."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["json_ready", "to_dict", "to_json"]

_RAW = "raw_data"


def to_dict(model: object) -> dict[str, Any]:
    """Return the fields of a model as a dict.

    Nested models become dicts, tuples become lists, enums become their values. Times stay datetimes. ``raw_data`` is
    left out if it is None.

    Raises:
        ConfigurationError: ``model`` is not an instance of a dataclass.
    """
    if isinstance(model, type) or not dataclasses.is_dataclass(model):
        raise ConfigurationError(f"to_dict takes a model (an instance of a dataclass), not {shorten_repr(model)}")
    kind: type = type(model)
    fields = {name: _plain(get(model)) for name, get in _fields(kind)}
    if fields.get(_RAW, ...) is None:
        del fields[_RAW]
    return fields


def to_json(models: object, *, indent: int | None = None) -> str:
    """Return a model as a JSON object, or several models as a JSON array. Times are ISO 8601.

    Args:
        models: a model, or an iterable of models.
        indent: number of spaces per level; None writes one line.

    Raises:
        ConfigurationError: An item is not an instance of a dataclass.
    """
    if dataclasses.is_dataclass(models) or not isinstance(models, Iterable):
        document: object = to_dict(models)
    else:
        document = [to_dict(item) for item in models]
    return json.dumps(document, ensure_ascii=False, indent=indent, default=json_ready)


def json_ready(value: object) -> object:
    """Convert a value that JSON lacks: times to ISO 8601, sets to sorted lists, dataclasses to dicts.

    For ``json.dumps(default=)``.
    """
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_dict(value)
    return str(value)


@lru_cache(maxsize=256)
def _fields(model: type) -> tuple[tuple[str, Callable[[object], object]], ...]:
    return tuple((item.name, attrgetter(item.name)) for item in dataclasses.fields(model))


def _plain(value: object) -> object:
    if value is None or type(value) in (str, int, bool, float, datetime):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_dict(value)
    return value
