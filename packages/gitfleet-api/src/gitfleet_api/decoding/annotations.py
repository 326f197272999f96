"""Decoding of JSON values by type annotations: ``list[str]``, ``datetime | None``, nested dataclasses."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Any

from ..backend.projection import Kind
from .converters import (
    JSON_TYPE_NAMES,
    ColumnConverter,
    NestedDecoder,
    ValueConverter,
    check_type,
    convert_array,
    convert_datetimes,
    convert_mapping,
    convert_or_none,
    nested_array,
    plain_array,
    plain_arrays,
    plain_values,
    reject_null,
    to_date,
    to_datetime,
)
from .jsonpath import JsonPath
from .type_hints import dataclass_of, split_none, strip_wrappers

__all__ = ["SUPPORTED_ANNOTATIONS", "Converter", "Undecodable", "converter_for"]

SUPPORTED_ANNOTATIONS = (
    "str, int, float, bool, datetime, date, Enum, Literal, Any, dataclasses, list, tuple[X, ...] and set of these, "
    "dict[str, X], and unions of types that differ in JSON"
)
"""The annotations that can be decoded, for messages."""

_SCALARS = frozenset((str, int, float, bool))
_ALL = _SCALARS | {list, dict}
_SEQUENCES: dict[object, Callable[[list[Any]], object]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: frozenset,
}
_MAPPINGS = (dict, collections.abc.Mapping)
_CONTAINERS = (*_SEQUENCES, *_MAPPINGS)

DecoderOf = Callable[[Any], NestedDecoder]


class Undecodable(Exception):
    """An annotation that has no JSON form. The message names the unsupported part and, where useful, the reason."""


class Converter:
    """The conversion from JSON values to the values of an annotation.

    Attributes:
        accepted: types of the parsed values that are valid.
        convert: from such a value to the field's value; None if the value needs no conversion. Raises one of
            :data:`~.converters.CONVERSION_ERRORS`.
        kind: the type that an engine checks.
        nullable: whether null is a valid value.
        checks_type: whether ``convert`` rejects values whose type is not in ``accepted``.
        convert_column: a faster equivalent of ``convert`` for a whole column. It may raise for values that
            ``convert`` accepts.
    """

    __slots__ = ("accepted", "checks_type", "convert", "convert_column", "kind", "nullable")

    def __init__(
        self,
        accepted: frozenset[type],
        convert: ValueConverter | None = None,
        kind: Kind = "json",
        *,
        nullable: bool = False,
        checks_type: bool = False,
        convert_column: ColumnConverter | None = None,
    ) -> None:
        self.accepted: frozenset[type] = accepted
        self.convert: ValueConverter | None = convert
        self.kind: Kind = kind
        self.nullable: bool = nullable
        self.checks_type: bool = checks_type
        self.convert_column: ColumnConverter | None = convert_column

    @property
    def for_column(self) -> ValueConverter | None:
        """The conversion of a value whose kind an engine has checked."""
        return self.convert if self.kind != "json" else self.for_value

    @property
    def for_value(self) -> ValueConverter | None:
        """The conversion of any JSON value except null."""
        if self.checks_type or self.accepted == _ALL:
            return self.convert
        return partial(check_type, self.accepted, self.convert)

    @property
    def for_item(self) -> ValueConverter | None:
        """The conversion of any JSON value, including null."""
        inner = self.for_value
        if not self.nullable:
            return partial(reject_null, inner)
        return None if inner is None else partial(convert_or_none, inner)


def converter_for(hint: object, decoder_of: DecoderOf, *, nested: bool = False) -> Converter:
    """Return the converter of an annotation.

    Args:
        hint: the resolved annotation.
        decoder_of: returns the decoder of a dataclass.
        nested: whether ``hint`` is part of another annotation.

    Raises:
        Undecodable: The annotation has no JSON form.
    """
    hint, extras = strip_wrappers(hint)
    if nested and any(isinstance(extra, JsonPath) or extra is JsonPath for extra in extras):
        raise Undecodable("a JsonPath inside an annotation; it must annotate the whole field")
    if hint is Any or hint is object:
        return Converter(_ALL, nullable=True)
    if dataclass_of(hint) is not None:
        return Converter(frozenset((dict,)), decoder_of(hint).decode_one, checks_type=True)
    if isinstance(hint, type) and not typing.get_args(hint) and hint not in _CONTAINERS:
        return _class_converter(hint)
    return _generic_converter(hint, decoder_of)


def _class_converter(hint: type) -> Converter:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, Enum):
        return _enum(hint)
    raise Undecodable(hint.__name__)


def _generic_converter(hint: object, decoder_of: DecoderOf) -> Converter:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, decoder_of)
    if origin is typing.Literal:
        return _literal(arguments)
    container: object = origin or hint
    if container in _SEQUENCES:
        return _sequence(hint, container, arguments, decoder_of)
    if container in _MAPPINGS:
        return _mapping(arguments, decoder_of)
    if isinstance(hint, typing.TypeVar):
        raise Undecodable(f"{hint}, a type variable without an argument")
    raise Undecodable(_hint_name(hint))


def _hint_name(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)


# -- scalars


_PLAIN: Mapping[object, Converter] = {
    str: Converter(frozenset((str,)), kind="str"),
    int: Converter(frozenset((int,)), kind="int"),
    float: Converter(frozenset((int, float)), float, "float"),
    bool: Converter(frozenset((bool,)), kind="bool"),
    datetime: Converter(frozenset((str, int, float)), to_datetime, checks_type=True, convert_column=convert_datetimes),
    date: Converter(frozenset((str,)), to_date, checks_type=True),
}


def _enum(hint: type[Enum]) -> Converter:
    accepted = {type(member.value) for member in hint} & _SCALARS
    if "_missing_" in {name for base in hint.__mro__ if base.__module__ != "enum" for name in vars(base)}:
        accepted = set(_ALL)  # the class decides which other values it accepts
    if not accepted:
        raise Undecodable(f"{hint.__name__}, whose values are neither text, numbers nor bools")
    return Converter(frozenset(accepted), hint)


def _literal(values: tuple[object, ...]) -> Converter:
    present, nullable = split_none(values)
    if not present or any(type(value) not in (str, int, bool) for value in present):
        raise Undecodable(f"Literal{list(values)}: only text, integers, bools and None are values of JSON")
    allowed = {(type(value), value) for value in present}

    def convert(value: object) -> object:
        if (type(value), value) not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, present))}")
        return value

    return Converter(frozenset(map(type, present)), convert, nullable=nullable)


# -- unions and containers


def _union(arms: tuple[object, ...], decoder_of: DecoderOf) -> Converter:
    present, nullable = split_none(arms)
    if not present:
        raise Undecodable("None")
    converters = [converter_for(arm, decoder_of, nested=True) for arm in present]
    nullable = nullable or any(converter.nullable for converter in converters)
    if len(converters) == 1:
        return _with_null(converters[0], nullable=nullable)
    by_type: dict[type, ValueConverter | None] = {}
    for converter in sorted(converters, key=lambda converter: len(converter.accepted)):
        # An integer is also a valid float: in a union of int and float it stays an integer.
        is_float = converter.kind == "float" and int in by_type
        accepted = converter.accepted - {int} if is_float else converter.accepted
        if clash := accepted & by_type.keys():
            both = " or ".join(sorted(JSON_TYPE_NAMES[kind] for kind in clash))
            raise Undecodable(f"{' | '.join(map(_hint_name, present))}: more than one of them is {both} in JSON")
        by_type |= dict.fromkeys(accepted, converter.convert)

    if not any(by_type.values()):
        column = partial(plain_values, frozenset((*by_type, type(None))))
        return Converter(frozenset(by_type), nullable=nullable, convert_column=column)

    def convert(value: object) -> object:
        inner = by_type[type(value)]
        return value if inner is None else inner(value)

    return Converter(frozenset(by_type), convert, nullable=nullable)


def _with_null(converter: Converter, *, nullable: bool) -> Converter:
    return Converter(
        converter.accepted,
        converter.convert,
        converter.kind,
        nullable=nullable,
        checks_type=converter.checks_type,
        convert_column=converter.convert_column,
    )


def _sequence(hint: object, container: object, arguments: tuple[object, ...], decoder_of: DecoderOf) -> Converter:
    construct = _SEQUENCES[container]
    element: object = arguments[0] if arguments else object
    if construct in (set, frozenset) and not _is_hashable(strip_wrappers(element)[0]):
        raise Undecodable(f"{_hint_name(hint)}, whose items can't be in a set; use list or a frozen dataclass")
    if container is tuple and hint is not tuple and (len(arguments) != 2 or arguments[1] is not ...):
        raise Undecodable(f"{_hint_name(hint)}, a tuple of fixed length; use tuple[X, ...] or a dataclass")
    if dataclass_of(strip_wrappers(element)[0]) is not None:
        decoder = decoder_of(strip_wrappers(element)[0])
        return Converter(frozenset((list,)), partial(nested_array, construct, decoder))
    converter = converter_for(element, decoder_of, nested=True)
    convert = partial(convert_array, construct, converter.for_item)
    if converter.convert is None and not converter.nullable:
        convert = partial(plain_array, construct, converter.accepted, convert)
        column = partial(plain_arrays, construct, converter.accepted)
        return Converter(frozenset((list,)), convert, convert_column=column)
    return Converter(frozenset((list,)), convert)


def _is_hashable(element: object) -> bool:
    owner = typing.get_origin(element) or element
    return getattr(owner, "__hash__", None) is not None and owner not in (*_MAPPINGS, collections.abc.Sequence)


def _mapping(arguments: tuple[object, ...], decoder_of: DecoderOf) -> Converter:
    key, value = arguments or (str, object)
    keys = converter_for(key, decoder_of, nested=True)
    if str not in keys.accepted:
        raise Undecodable(f"dict with keys of {_hint_name(key)}: in JSON they are text")
    inner = converter_for(value, decoder_of, nested=True).for_item
    if inner is None and keys.convert is None:
        return Converter(frozenset((dict,)))
    return Converter(frozenset((dict,)), partial(convert_mapping, keys.convert, inner))
