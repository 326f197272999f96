"""Where a provider keeps the fields of a model, and which JSON kind each of them is."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from .._internal.lazy_dataclass import dataclass, field
from ..backend.projection import Kind
from ..errors import ConfigurationError
from ..provider_type import ProviderType
from .annotations import CAN_BE_DECODED, Converter, Undecodable, converter_for
from .converters import ColumnConverter, Objects, to_datetime
from .jsonpath import JsonPath
from .type_hints import bare, dataclass_of, field_hints, owner_of, without_none

__all__ = ["Convert", "FieldSpec", "ObjectsOf", "Shape", "field_specs", "own_shape", "to_datetime"]


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


# Compared by identity: shapes are constants of their provider's module, and decoders are cached by them.
@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How to fill ``model`` from a provider's JSON object.

    Attributes:
        model: a dataclass, or a generic alias of one.
        paths: JSON path of a field, dotted; a Convert for one that is made of a value; a Shape for a field that is a
            dataclass itself, or a tuple of one; None for a field that the provider does not have. A field not named
            here says by a JsonPath where it lies, or has its own name.
        only: the fields to fill; the others keep their defaults. None fills all.
        identity: the field that tells rows of a listing apart, or None when there is none.
        at: JSON path, dotted, of the object inside another one; None for the name of the field it fills.
        own: it is a user's dataclass: whatever lies at ``id`` tells its rows apart, and nothing else does.
    """

    model: Any
    paths: Mapping[str, str | Convert | Shape | None] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    identity: str | None = "id"
    at: str | None = None
    own: bool = False


ObjectsOf = Callable[[Any], Objects]
"""What makes the objects of a Shape, or of a dataclass without one."""


class FieldSpec:
    """How one field of a model gets its value.

    Attributes:
        name: of the field.
        source: from the answer (``json``), its default, the client's provider, or the whole row where it is kept.
        path: of its value in the provider's object.
        more: paths of further values, when it is made of several; ``convert`` takes them as one tuple then.
        kind: what the engine checks.
        convert: from a JSON value (never None) to the field's; raises one of :data:`conversions.FAILURES`.
        whole: as ``convert``, of a whole column at once; where it fails, ``convert`` says at which value.
        required: a row without it is an error.
        default: what a missing or null value becomes.
        factory: makes the default anew for each row.
        nested: the Shape, or else the class, of a field that is a dataclass.
    """

    # No dataclass: there is one for each field, and to make these took a millisecond of every first call.
    __slots__ = (
        "convert",
        "default",
        "factory",
        "kind",
        "more",
        "name",
        "nested",
        "path",
        "required",
        "source",
        "whole",
    )

    def __init__(self, name: str, default: object, factory: Callable[[], object] | None, *, required: bool) -> None:
        self.name = name
        self.source: Literal["json", "default", "provider", "raw"] = "json"
        self.path: tuple[str, ...] = ()
        self.more: tuple[tuple[str, ...], ...] = ()
        self.kind: Kind = "json"
        self.convert: Callable[[Any], object] | None = None
        self.whole: ColumnConverter | None = None
        self.required = required
        self.default = default
        self.factory = factory
        self.nested: object = None


def own_shape(model: object) -> Shape:
    """The shape of a user's dataclass, whose fields say themselves where they lie.

    Raises:
        ConfigurationError: not a dataclass, or one without a field that an answer could fill.
    """
    owner_of(model)
    return Shape(model, own=True)


def field_specs(shape: Shape, objects_of: ObjectsOf) -> list[FieldSpec]:
    """A plan for each field of ``shape.model`` that its constructor takes, in the order of their definition.

    Raises:
        ConfigurationError: a field's annotation can't be decoded from JSON; names the field. Or there are no fields.
    """
    owner = owner_of(shape.model)
    hints = field_hints(shape.model)
    plans: list[FieldSpec] = []
    for item in dataclasses.fields(owner):
        if item.init:
            try:
                plans.append(_field_plan(shape, item, hints[item.name], objects_of))
            except Undecodable as error:
                place = f"{owner.__name__}.{item.name}"
                raise ConfigurationError(f"{place}: can't decode {error} from JSON; can: {CAN_BE_DECODED}") from None
    if not any(plan.source == "json" for plan in plans):
        raise ConfigurationError(f"{owner.__name__} has no fields that an answer could fill; give it one")
    return plans


_MISSING = dataclasses.MISSING


def _field_plan(shape: Shape, item: dataclasses.Field[Any], hint: object, objects_of: ObjectsOf) -> FieldSpec:
    inner, said, optional = _unwrapped(hint)
    where: str | Convert | Shape | JsonPath | None = shape.paths.get(item.name, said)
    factory = None if item.default_factory is _MISSING else item.default_factory
    default = None if item.default is _MISSING else item.default
    has_default = factory is not None or item.default is not _MISSING
    plan = FieldSpec(item.name, default, factory, required=not has_default and not optional)
    if where is None and item.name == "provider_type" and inner is ProviderType:
        plan.source = "provider"
    elif where is None and item.name == "raw_data" and has_default:
        plan.source = "raw"
    elif (shape.only is not None and item.name not in shape.only) or (item.name in shape.paths and where is None):
        plan.source, plan.required = "default", False
    elif isinstance(where, Convert):
        _converted(plan, where)
    elif dataclass_of(inner) is not None:
        plan.path, plan.nested = _path(where, item.name), where if isinstance(where, Shape) else inner
    else:
        plan.path = _path(where, item.name)
        _decoded(plan, converter_for(inner, (lambda _: objects_of(where)) if isinstance(where, Shape) else objects_of))
    return plan


def _converted(plan: FieldSpec, where: Convert) -> None:
    if where.missing is not None:
        plan.required, plan.default = False, where.missing
    if isinstance(where.path, str):
        plan.path, plan.convert = _split(where.path), where.function
    else:
        plan.path, *others = map(_split, where.path)
        plan.more, plan.convert = tuple(others), partial(_apply, where.function)


def _decoded(plan: FieldSpec, decoding: Converter) -> None:
    plan.required = plan.required and not decoding.nullable
    plan.whole = decoding.whole
    if plan.path:
        plan.kind, plan.convert = decoding.kind, decoding.of_column
    else:
        plan.convert = decoding.of_value  # engines don't check a whole row


def _unwrapped(hint: object) -> tuple[object, JsonPath | None, bool]:
    """An annotation without JsonPath and None, and what these said."""
    inner, extras = bare(hint)
    optional = False
    left, has_none = without_none(_arms(inner))
    if has_none and len(left) == 1:
        inner, more = bare(left[0])
        extras, optional = [*extras, *more], True
    paths = [extra for extra in extras if isinstance(extra, JsonPath)]
    if len(paths) > 1 or JsonPath in extras:
        raise Undecodable(f"{hint}, which should have one JsonPath('...')")
    return inner, paths[0] if paths else None, optional


def _arms(hint: object) -> tuple[object, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else ()


def _path(where: str | Shape | JsonPath | None, name: str) -> tuple[str, ...]:
    if isinstance(where, JsonPath):
        return where.keys
    if isinstance(where, Shape):
        where = where.at
    return (name,) if where is None else _split(where)


def _split(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


def _apply(function: Callable[..., object], values: tuple[object, ...]) -> object:
    return function(*values)
