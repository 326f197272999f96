"""The repository objects of listings as JSON, for functions of the user that read them in a later run."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from datetime import datetime
from functools import lru_cache
from typing import Any

from gitfleet_api import RepoInfo
from gitfleet_api.tables import to_json

__all__ = ["info_from_json", "info_to_json"]


def info_to_json(info: RepoInfo) -> str:
    """Return a repository as JSON."""
    return to_json(info)


def info_from_json(text: str) -> RepoInfo:
    """Return the repository of :func:`info_to_json`. One with details has only what a listing has."""
    info: RepoInfo = _object(RepoInfo, json.loads(text))
    return info


def _object(model: type, data: dict[str, Any]) -> Any:
    return model(**{name: _value(hint, data[name]) for name, hint in _hints(model).items() if name in data})


@lru_cache(maxsize=64)
def _hints(model: type) -> dict[str, object]:
    hints = typing.get_type_hints(model)
    return {item.name: hints[item.name] for item in dataclasses.fields(model) if item.init}


def _value(hint: object, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(arm for arm in typing.get_args(hint) if arm is not type(None))
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], item) for item in value)
    if not isinstance(hint, type):
        return value
    if dataclasses.is_dataclass(hint):
        return _object(hint, value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value) if issubclass(hint, enum.Enum) else value
