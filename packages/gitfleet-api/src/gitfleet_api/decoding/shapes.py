"""Shapes: the JSON paths of a model's fields in a provider's responses."""

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
from .annotations import SUPPORTED_ANNOTATIONS, Converter, DecoderOf, Undecodable, converter_for
from .converters import ColumnConverter, to_datetime
from .jsonpath import JsonPath
from .type_hints import dataclass_of, field_hints, require_dataclass, split_none, strip_wrappers

__all__ = ["Convert", "FieldSpec", "Shape", "field_specs", "own_shape", "to_datetime"]


@dataclass(frozen=True, slots=True, eq=False)
class Convert:
    """A field that a function computes from one or several values of the provider.

    Attributes:
        path: dotted JSON path of the value; empty for the whole object; a tuple of paths for several values.
        function: from the value (never None) to the field's value. Raises ValueError or TypeError for an invalid
            value. With several paths each value is an argument, None where it is missing; at least one is present.
        missing: the field's value if the provider's value is missing or null.
    """

    path: str | tuple[str, ...]
    function: Callable[..., object]
    missing: object = None


# Compared by identity: shapes are module constants of a provider, and decoders are cached by them.
@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The JSON paths from which ``model`` is filled.

    Attributes:
        model: a dataclass, or a generic alias of one.
        paths: by field name: a dotted JSON path; a Convert for a computed field; a Shape for a field that is a
            dataclass or a tuple of one; None for a field that the provider does not have. A field without an entry
            uses its JsonPath annotation or else its own name.
        only: the fields to fill; the others keep their defaults. None fills all.
        identity: the field that, with ``number``, ``name``, ``path`` and ``sha``, recognizes a row on another page of a
            listing; None if nothing does.
        at: dotted JSON path of the object inside the object that contains it; None for the name of the field.
        ids: the JSON type that the provider uses for fields of the type ``int | str``; None if it uses both.
        required: fields whose annotation allows None, but which this provider always sends.
        own: whether ``model`` is a user's dataclass. Then a row is recognized if it has an ``id`` and all is equal.
    """

    model: Any
    paths: Mapping[str, str | Convert | Shape | None] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    identity: str | None = "id"
    at: str | None = None
    ids: Literal["int", "str"] | None = None
    required: tuple[str, ...] = ()
    own: bool = False


class FieldSpec:
    """The compiled description of one field.

    Attributes:
        name: name of the field.
        origin: ``json`` (the response), ``default``, ``provider`` (the client's provider) or ``raw`` (the whole row).
        path: keys of the value in the provider's object.
        more_paths: keys of further values; ``convert`` then receives all values as one tuple.
        kind: the type that the engine checks.
        convert: from a JSON value (never None) to the field's value. Raises one of
            :data:`~.converters.CONVERSION_ERRORS`.
        convert_column: a faster equivalent of ``convert`` for a whole column; if it raises, ``convert`` decides.
        required: whether a row without the value is an error.
        default: the field's value if the provider's value is missing or null.
        factory: creates the default for each row.
        nested: the Shape or the class of a field that is a dataclass.
    """

    # Not a dataclass: there is one per field, and their construction took 1 ms of every first call.
    __slots__ = (
        "convert",
        "convert_column",
        "default",
        "factory",
        "kind",
        "more_paths",
        "name",
        "nested",
        "origin",
        "path",
        "required",
    )

    def __init__(self, name: str, default: object, factory: Callable[[], object] | None, *, required: bool) -> None:
        self.name: str = name
        self.origin: Literal["json", "default", "provider", "raw"] = "json"
        self.path: tuple[str, ...] = ()
        self.more_paths: tuple[tuple[str, ...], ...] = ()
        self.kind: Kind = "json"
        self.convert: Callable[[Any], object] | None = None
        self.convert_column: ColumnConverter | None = None
        self.required: bool = required
        self.default: object = default
        self.factory: Callable[[], object] | None = factory
        self.nested: object = None


def own_shape(model: object) -> Shape:
    """Return the shape of a user's dataclass, whose annotations name the JSON paths.

    Raises:
        ConfigurationError: ``model`` is not a dataclass.
    """
    require_dataclass(model)
    return Shape(model, own=True)


def field_specs(shape: Shape, decoder_of: DecoderOf) -> list[FieldSpec]:
    """Return a spec for each field of ``shape.model`` that its constructor accepts, in the order of definition.

    Args:
        shape: the model and its paths.
        decoder_of: returns the decoder of a Shape, or of a dataclass without one.

    Raises:
        ConfigurationError: A field's annotation can't be decoded from JSON (the message names the field), or no field
            is filled from JSON.
    """
    owner = require_dataclass(shape.model)
    hints = field_hints(shape.model)
    specs: list[FieldSpec] = []
    for item in dataclasses.fields(owner):
        if item.init:
            try:
                specs.append(_field_spec(shape, item, hints[item.name], decoder_of))
            except Undecodable as error:
                name = f"{owner.__name__}.{item.name}"
                raise ConfigurationError(
                    f"{name}: can't decode {error} from JSON; supported: {SUPPORTED_ANNOTATIONS}"
                ) from None
    if not any(spec.origin == "json" for spec in specs):
        raise ConfigurationError(f"{owner.__name__} has no field that a response could fill; add one")
    return specs


_MISSING = dataclasses.MISSING
_ID_TYPES = {int, str}
_IDS: Mapping[Literal["int", "str"] | None, object] = {"int": int, "str": str, None: int | str}
"""The annotation to decode ids by. Engines check a single type, so that the column needs no work."""


def _field_spec(shape: Shape, item: dataclasses.Field[Any], hint: object, decoder_of: DecoderOf) -> FieldSpec:
    inner, annotated, optional = _unwrapped(hint)
    arms, has_none = split_none(_arms(inner))
    if set(arms) == _ID_TYPES:
        optional = optional or has_none
        inner = _IDS[shape.ids]
    where: str | Convert | Shape | JsonPath | None = shape.paths.get(item.name, annotated)
    factory = None if item.default_factory is _MISSING else item.default_factory
    default = None if item.default is _MISSING else item.default
    has_default = factory is not None or item.default is not _MISSING
    required = item.name in shape.required or (not has_default and not optional)
    spec = FieldSpec(item.name, default, factory, required=required)
    if where is None and item.name == "provider_type" and inner is ProviderType:
        spec.origin = "provider"
    elif where is None and item.name == "raw_data" and has_default:
        spec.origin = "raw"
    elif (shape.only is not None and item.name not in shape.only) or (item.name in shape.paths and where is None):
        spec.origin, spec.required = "default", False
    elif isinstance(where, Convert):
        _set_function(spec, where)
    elif dataclass_of(inner) is not None:
        spec.path, spec.nested = _path(where, item.name), where if isinstance(where, Shape) else inner
    else:
        spec.path = _path(where, item.name)
        _set_converter(
            spec, converter_for(inner, (lambda _: decoder_of(where)) if isinstance(where, Shape) else decoder_of)
        )
    return spec


def _set_function(spec: FieldSpec, where: Convert) -> None:
    if where.missing is not None:
        spec.required, spec.default = False, where.missing
    if isinstance(where.path, str):
        spec.path, spec.convert = _split(where.path), where.function
    else:
        spec.path, *others = map(_split, where.path)
        spec.more_paths, spec.convert = tuple(others), partial(_apply, where.function)


def _set_converter(spec: FieldSpec, converter: Converter) -> None:
    spec.required = spec.required and not converter.nullable
    spec.convert_column = converter.convert_column
    if spec.path:
        spec.kind, spec.convert = converter.kind, converter.for_column
    else:
        spec.convert = converter.for_value  # engines don't check the type of a whole row


def _unwrapped(hint: object) -> tuple[object, JsonPath | None, bool]:
    """Return an annotation without JsonPath and None, the JsonPath, and whether None was allowed."""
    inner, extras = strip_wrappers(hint)
    optional = False
    present, has_none = split_none(_arms(inner))
    if has_none and len(present) == 1:
        inner, more = strip_wrappers(present[0])
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
