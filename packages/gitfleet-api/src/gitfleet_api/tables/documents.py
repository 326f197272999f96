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
    """The fields of a model by name; nested models are dicts, tuples lists, enums their values. Times stay datetimes.

    ``raw_data`` is left out when it is None.

    Raises:
        ConfigurationError: ``model`` is not an object of a dataclass.
    """
    if isinstance(model, type) or not dataclasses.is_dataclass(model):
        raise ConfigurationError(f"to_dict takes a model (an object of a dataclass), not {shorten_repr(model)}")
    kind: type = type(model)
    found = {name: _plain(get(model)) for name, get in _fields(kind)}
    if found.get(_RAW, ...) is None:
        del found[_RAW]
    return found


def to_json(models: object, *, indent: int | None = None) -> str:
    """A model as a JSON object, or several as an array of them. Times are ISO 8601.

    Args:
        models: a model, or models in anything that gives them one by one.
        indent: spaces by which to indent; None writes one line.

    Raises:
        ConfigurationError: something in it is not an object of a dataclass.
    """
    if dataclasses.is_dataclass(models) or not isinstance(models, Iterable):
        found: object = to_dict(models)
    else:
        found = [to_dict(item) for item in models]
    return json.dumps(found, ensure_ascii=False, indent=indent, default=json_ready)


def json_ready(value: object) -> object:
    """What JSON has no word for, in one that it has: for ``json.dumps(default=)``."""
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
