"""Where a provider keeps the fields of a model, and which JSON kind each of them is."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import partial

from .errors import ConfigurationError
from .jsonpath import JsonPath
from .projection import Kind

__all__ = ["Convert", "FieldPlan", "Shape", "field_plans", "own_shape"]

_MILLISECONDS_FROM = 1e11
"""Epoch numbers above this (the year 5138 in seconds) are milliseconds, which some servers send."""


@dataclass(frozen=True, slots=True, eq=False)
class Convert:
    """A field that is made of the provider's value by a function.

    Attributes:
        path: JSON path of the value, dotted; empty for the whole object; or a tuple of the paths of several.
        function: from the value (never None) to the field's; raises ValueError or TypeError where it makes no sense.
            Of several values each is an argument, and None where it is missing, but never all of them.
        missing: what a missing or null value becomes.
    """

    path: str | tuple[str, ...]
    function: Callable[..., object]
    missing: object = None


# Compared by identity: shapes are constants of their provider's module, and readers are kept by them.
@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How to fill ``model`` from a provider's JSON object.

    Attributes:
        model: a dataclass.
        paths: JSON path of a field, dotted; a Convert for one that is made of a value; a Shape for a field that is a
            dataclass itself, or a tuple of one; None for a field that the provider does not have. A field not named
            here has its own name.
        only: the fields to fill; the others keep their defaults. None fills all.
        identity: the field that tells rows of a listing apart, or None when there is none.
        at: JSON path, dotted, of the object inside another one; None for the name of the field it fills.
    """

    model: type
    paths: Mapping[str, str | Convert | Shape | None] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    identity: str | None = "id"
    at: str | None = None


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """How one field of a model gets its value.

    Attributes:
        name: of the field.
        path: of its value in the provider's object; None when the default is used.
        more: paths of further values, when it is made of several; ``convert`` takes them as one tuple then.
        kind: what the engine checks.
        convert: from a JSON value (never None) to the field's; raises ValueError or TypeError.
        required: a row without it is an error.
        default: what a missing or null value becomes.
        nested: the Shape of a field that is a dataclass, or a tuple or list of one.
        container: tuple or list, where there are several.
    """

    name: str
    path: tuple[str, ...] | None = None
    more: tuple[tuple[str, ...], ...] = ()
    kind: Kind = "json"
    convert: Callable[[typing.Any], object] | None = None
    required: bool = False
    default: object = None
    nested: Shape | None = None
    container: type | None = None


def own_shape(model: type) -> Shape:
    """The shape of a user's dataclass, whose fields say themselves where they lie.

    Raises:
        ConfigurationError: not a dataclass, or one without fields.
    """
    if not isinstance(model, type) or not dataclasses.is_dataclass(model):
        raise ConfigurationError(f"a model must be a dataclass, not {model!r}")
    if not dataclasses.fields(model):
        raise ConfigurationError(f"{model.__name__} has no fields")
    return Shape(model)


def field_plans(shape: Shape) -> list[FieldPlan]:
    """A plan for each field of ``shape.model``, in the order of its definition.

    Raises:
        ConfigurationError: a field's annotation can't be decoded from JSON; names the field.
    """
    hints = typing.get_type_hints(shape.model, include_extras=True)
    return [_field_plan(shape, item, hints[item.name]) for item in dataclasses.fields(shape.model)]


def _field_plan(shape: Shape, item: dataclasses.Field[object], hint: object) -> FieldPlan:
    default = _default(item)
    where = shape.paths.get(item.name, item.name)
    if typing.get_origin(hint) is typing.Annotated:
        where = next((".".join(extra.keys) for extra in hint.__metadata__ if isinstance(extra, JsonPath)), where)  # type: ignore[attr-defined]
        hint = typing.get_args(hint)[0]
    if where is None or (shape.only is not None and item.name not in shape.only):
        return FieldPlan(item.name, default=None if default is _MISSING else default)
    bare, optional = _strip_optional(hint)
    required = default is _MISSING and not optional
    shared = FieldPlan(item.name, required=required, default=None if default is _MISSING else default)
    if isinstance(where, Convert):
        if where.missing is not None:
            shared = dataclasses.replace(shared, required=False, default=where.missing)
        if isinstance(where.path, str):
            return dataclasses.replace(shared, path=_split(where.path), convert=where.function)
        first, *others = map(_split, where.path)
        return dataclasses.replace(shared, path=first, more=tuple(others), convert=partial(_apply, where.function))
    path = tuple(((where.at or item.name) if isinstance(where, Shape) else where).split("."))
    row, container = _row_type(bare)
    if row is not None:
        nested = where if isinstance(where, Shape) else Shape(row)
        return dataclasses.replace(shared, path=path, nested=nested, container=container)
    found = _decoding(bare)
    if found is None:
        raise ConfigurationError(f"{shape.model.__name__}.{item.name}: can't decode {hint!r} from JSON")
    return dataclasses.replace(shared, path=path, kind=found[0], convert=found[1])


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


def _apply(function: Callable[..., object], values: tuple[object, ...]) -> object:
    return function(*values)


_MISSING = dataclasses.MISSING


def _default(item: dataclasses.Field[object]) -> object:
    if item.default_factory is not _MISSING:
        return item.default_factory()
    return item.default


def _strip_optional(hint: object) -> tuple[object, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        arms = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        if len(arms) == 1 and len(arms) < len(typing.get_args(hint)):
            return arms[0], True
    return hint, False


def _row_type(hint: object) -> tuple[type | None, type | None]:
    """The dataclass that a field holds, and in what: ``tuple[X, ...]`` and ``list[X]`` hold any number of them."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    several = (origin is tuple and len(arguments) == 2 and arguments[1] is ...) or origin is list
    inner = arguments[0] if several else hint
    if isinstance(inner, type) and dataclasses.is_dataclass(inner):
        return inner, origin if several else None
    return None, None


def _decoding(hint: object) -> tuple[Kind, Callable[[typing.Any], object] | None] | None:
    """The kind and the conversion of an annotation, or None for one that JSON has nothing for."""
    plain: dict[object, tuple[Kind, Callable[[typing.Any], object] | None]] = {
        str: ("str", None),
        int: ("int", None),
        float: ("float", float),
        bool: ("bool", None),
        datetime: ("json", to_datetime),
        object: ("json", None),
    }
    if hint in plain:
        return plain[hint]
    if typing.get_origin(hint) is dict:
        return "json", _to_object
    if hint == tuple[str, ...]:
        return "json", _to_strings
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "json", hint
    return None


def to_datetime(value: object) -> datetime:
    """An aware datetime from ISO 8601 (UTC when it names no zone) or from an epoch in seconds or milliseconds."""
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_FROM else value, UTC)
    raise TypeError("a time")


def _to_strings(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise TypeError("an array of strings")


def _to_object(value: object) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    raise TypeError("an object")
