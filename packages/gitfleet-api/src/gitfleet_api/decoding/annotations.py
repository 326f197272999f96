"""From JSON values to what an annotation says."""

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
    EXPECTED,
    ColumnConverter,
    Convert,
    Objects,
    all_datetimes,
    all_items,
    all_objects,
    all_pairs,
    all_plain,
    all_plain_arrays,
    check,
    not_null,
    or_none,
    to_datetime,
)
from .jsonpath import JsonPath
from .type_hints import bare, dataclass_of, without_none

__all__ = ["CAN_BE_DECODED", "Converter", "Undecodable", "converter_for"]

CAN_BE_DECODED = (
    "str, int, float, bool, datetime, date, Enum, Literal, Any, dataclasses, list, tuple[X, ...] and set of these, "
    "dict[str, X], and unions of what JSON tells apart"
)

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


class Undecodable(Exception):
    """JSON has nothing for an annotation; the message says of which part that is true, and perhaps why."""


class Converter:
    """How values of an annotation come out of JSON.

    Attributes:
        takes: types of the parsed values that make sense.
        convert: from such a value to the field's; None leaves it. Raises one of :data:`FAILURES`.
        kind: what an engine can check by itself.
        nullable: whether null is a value like others.
        checked: whether ``convert`` refuses by itself what is not in ``takes``.
        whole: what makes the same of a whole column at once, more quickly, and fails where it is not plain.
    """

    __slots__ = ("checked", "convert", "kind", "nullable", "takes", "whole")

    def __init__(
        self,
        takes: frozenset[type],
        convert: Convert | None = None,
        kind: Kind = "json",
        *,
        nullable: bool = False,
        checked: bool = False,
        whole: ColumnConverter | None = None,
    ) -> None:
        self.takes = takes
        self.convert = convert
        self.kind = kind
        self.nullable = nullable
        self.checked = checked
        self.whole = whole

    @property
    def of_column(self) -> Convert | None:
        """The conversion of what an engine has checked."""
        return self.convert if self.kind != "json" else self.of_value

    @property
    def of_value(self) -> Convert | None:
        """The conversion of any JSON value but null."""
        if self.checked or self.takes == _ALL:
            return self.convert
        return partial(check, self.takes, self.convert)

    @property
    def of_item(self) -> Convert | None:
        """The conversion of any JSON value, null as well."""
        inner = self.of_value
        if not self.nullable:
            return partial(not_null, inner)
        return None if inner is None else partial(or_none, inner)


def converter_for(hint: object, objects_of: Callable[[Any], Objects], *, inside: bool = False) -> Converter:
    """How to decode an annotation.

    Args:
        hint: the annotation, resolved.
        objects_of: what makes the objects of a dataclass.
        inside: it is part of another annotation.

    Raises:
        Undecodable: JSON has nothing for it.
    """
    hint, extras = bare(hint)
    if inside and any(isinstance(extra, JsonPath) or extra is JsonPath for extra in extras):
        raise Undecodable("a JsonPath inside of an annotation; it belongs around the whole of it")
    if hint is Any or hint is object:
        return Converter(_ALL, nullable=True)
    if dataclass_of(hint) is not None:
        return Converter(frozenset((dict,)), objects_of(hint).one, checked=True)
    if isinstance(hint, type) and not typing.get_args(hint) and hint not in _CONTAINERS:
        return _of_class(hint)
    return _of_parts(hint, objects_of)


def _of_class(hint: type) -> Converter:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, Enum):
        return _enum(hint)
    raise Undecodable(hint.__name__)


def _of_parts(hint: object, objects_of: Callable[[Any], Objects]) -> Converter:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, objects_of)
    if origin is typing.Literal:
        return _literal(arguments)
    container: object = origin or hint
    if container in _SEQUENCES:
        return _sequence(hint, container, arguments, objects_of)
    if container in _MAPPINGS:
        return _mapping(arguments, objects_of)
    if isinstance(hint, typing.TypeVar):
        raise Undecodable(f"{hint}, a type variable without an argument")
    raise Undecodable(_shown(hint))


def _shown(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)


# -- values that stand alone


_PLAIN: Mapping[object, Converter] = {
    str: Converter(frozenset((str,)), kind="str"),
    int: Converter(frozenset((int,)), kind="int"),
    float: Converter(frozenset((int, float)), float, "float"),
    bool: Converter(frozenset((bool,)), kind="bool"),
    datetime: Converter(frozenset((str, int, float)), to_datetime, checked=True, whole=all_datetimes),
    date: Converter(frozenset((str,)), date.fromisoformat, checked=True),
}


def _enum(hint: type[Enum]) -> Converter:
    members = {type(member.value) for member in hint} & _SCALARS
    if "_missing_" in {name for base in hint.__mro__ if base.__module__ != "enum" for name in vars(base)}:
        members = set(_ALL)  # it says itself what else it takes
    if not members:
        raise Undecodable(f"{hint.__name__}, none of whose values is text, a number or a bool")
    return Converter(frozenset(members), hint)


def _literal(values: tuple[object, ...]) -> Converter:
    present, nullable = without_none(values)
    if not present or any(type(value) not in (str, int, bool) for value in present):
        raise Undecodable(f"Literal{list(values)}: only text, integers, bools and None are values of JSON")
    allowed = {(type(value), value) for value in present}

    def convert(value: object) -> object:
        if (type(value), value) not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, present))}")
        return value

    return Converter(frozenset(map(type, present)), convert, nullable=nullable)


# -- values that hold others


def _union(arms: tuple[object, ...], objects_of: Callable[[Any], Objects]) -> Converter:
    left, nullable = without_none(arms)
    if not left:
        raise Undecodable("None")
    made = [converter_for(arm, objects_of, inside=True) for arm in left]
    nullable = nullable or any(decoding.nullable for decoding in made)
    if len(made) == 1:
        (only,) = made
        return Converter(only.takes, only.convert, only.kind, nullable=nullable, checked=only.checked, whole=only.whole)
    found: dict[type, Convert | None] = {}
    for decoding in sorted(made, key=lambda decoding: len(decoding.takes)):
        # An integer is a number as well: with both arms it stays an integer.
        takes = decoding.takes - {int} if decoding.kind == "float" and int in found else decoding.takes
        if clash := takes & found.keys():
            both = " or ".join(sorted(EXPECTED[kind] for kind in clash))
            raise Undecodable(f"{' | '.join(map(_shown, left))}: more than one of them is {both} in JSON")
        found |= dict.fromkeys(takes, decoding.convert)

    def convert(value: object) -> object:
        inner = found[type(value)]
        return value if inner is None else inner(value)

    return Converter(frozenset(found), convert, nullable=nullable)


def _sequence(
    hint: object, container: object, arguments: tuple[object, ...], objects_of: Callable[[Any], Objects]
) -> Converter:
    make = _SEQUENCES[container]
    element: object = arguments[0] if arguments else object
    if make in (set, frozenset) and not _is_hashable(bare(element)[0]):
        raise Undecodable(f"{_shown(hint)}, whose items can't be in a set; use list or a frozen dataclass")
    if container is tuple and hint is not tuple and (len(arguments) != 2 or arguments[1] is not ...):
        raise Undecodable(f"{_shown(hint)}, a tuple of fixed length; use tuple[X, ...] or a dataclass")
    if dataclass_of(bare(element)[0]) is not None:
        return Converter(frozenset((list,)), partial(all_objects, make, objects_of(bare(element)[0])))
    decoding = converter_for(element, objects_of, inside=True)
    convert = partial(all_items, make, decoding.of_item)
    if decoding.convert is None and not decoding.nullable:
        convert = partial(all_plain, make, decoding.takes, convert)
        return Converter(frozenset((list,)), convert, whole=partial(all_plain_arrays, make, decoding.takes))
    return Converter(frozenset((list,)), convert)


def _is_hashable(element: object) -> bool:
    owner = typing.get_origin(element) or element
    return getattr(owner, "__hash__", None) is not None and owner not in (*_MAPPINGS, collections.abc.Sequence)


def _mapping(arguments: tuple[object, ...], objects_of: Callable[[Any], Objects]) -> Converter:
    key, value = arguments or (str, object)
    keys = converter_for(key, objects_of, inside=True)
    if str not in keys.takes:
        raise Undecodable(f"dict with keys of {_shown(key)}: in JSON they are text")
    inner = converter_for(value, objects_of, inside=True).of_item
    if inner is None and keys.convert is None:
        return Converter(frozenset((dict,)))
    return Converter(frozenset((dict,)), partial(all_pairs, keys.convert, inner))
