"""From JSON values to what an annotation says."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from typing import Any, Protocol

from .hints import bare, dataclass_of, without_none
from .jsonpath import JsonPath
from .picking import json_name
from .projection import Kind

__all__ = ["CAN_BE_DECODED", "FAILURES", "Decoding", "Objects", "Undecodable", "decoding_of", "to_datetime"]

CAN_BE_DECODED = (
    "str, int, float, bool, datetime, date, Enum, Literal, Any, dataclasses, list, tuple[X, ...] and set of these, "
    "dict[str, X], and unions of what JSON tells apart"
)
FAILURES = (ValueError, TypeError, OverflowError, OSError)
"""What converting a value that makes no sense may raise."""

_MILLISECONDS_FROM = 1e11
"""Epoch numbers above this (the year 5138 in seconds) are milliseconds, which some servers send."""
_SCALARS = frozenset((str, int, float, bool))
_ALL = _SCALARS | {list, dict}
_EXPECTED = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
}
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

Convert = Callable[[Any], object]


class Undecodable(Exception):
    """JSON has nothing for an annotation; the message says of which part that is true, and perhaps why."""


class Objects(Protocol):
    """Makes objects of one dataclass."""

    def one(self, value: object) -> object:
        """One of them from a JSON value."""
        ...

    def many(self, value: object) -> list[Any]:
        """One of each item of a JSON array."""
        ...


@dataclass(frozen=True, slots=True)
class Decoding:
    """How values of an annotation come out of JSON.

    Attributes:
        takes: types of the parsed values that make sense.
        convert: from such a value to the field's; None leaves it. Raises one of :data:`FAILURES`.
        kind: what an engine can check by itself.
        nullable: whether null is a value like others.
        checked: whether ``convert`` refuses by itself what is not in ``takes``.
    """

    takes: frozenset[type]
    convert: Convert | None = None
    kind: Kind = "json"
    nullable: bool = False
    checked: bool = False

    @property
    def of_column(self) -> Convert | None:
        """The conversion of what an engine has checked."""
        return self.convert if self.kind != "json" else self.of_value

    @property
    def of_value(self) -> Convert | None:
        """The conversion of any JSON value but null."""
        if self.checked or self.takes == _ALL:
            return self.convert
        return partial(_check, self.takes, self.convert)

    @property
    def of_item(self) -> Convert | None:
        """The conversion of any JSON value, null as well."""
        inner = self.of_value
        if not self.nullable:
            return partial(_not_null, inner)
        return None if inner is None else partial(_or_none, inner)


def decoding_of(hint: object, objects_of: Callable[[Any], Objects], *, inside: bool = False) -> Decoding:
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
        return Decoding(_ALL, nullable=True)
    if dataclass_of(hint) is not None:
        return Decoding(frozenset((dict,)), objects_of(hint).one, checked=True)
    if isinstance(hint, type) and not typing.get_args(hint) and hint not in _CONTAINERS:
        return _of_class(hint)
    return _of_parts(hint, objects_of)


def _of_class(hint: type) -> Decoding:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if issubclass(hint, Enum):
        return _enum(hint)
    raise Undecodable(hint.__name__)


def _of_parts(hint: object, objects_of: Callable[[Any], Objects]) -> Decoding:
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


def to_datetime(value: object) -> datetime:
    """An aware datetime from ISO 8601 (UTC when it names no zone) or from an epoch in seconds or milliseconds."""
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS_FROM else value, UTC)
    raise TypeError("should be a time")


_PLAIN: Mapping[object, Decoding] = {
    str: Decoding(frozenset((str,)), kind="str"),
    int: Decoding(frozenset((int,)), kind="int"),
    float: Decoding(frozenset((int, float)), float, "float"),
    bool: Decoding(frozenset((bool,)), kind="bool"),
    datetime: Decoding(frozenset((str, int, float)), to_datetime, checked=True),
    date: Decoding(frozenset((str,)), date.fromisoformat, checked=True),
}


def _enum(hint: type[Enum]) -> Decoding:
    members = {type(member.value) for member in hint} & _SCALARS
    if "_missing_" in {name for base in hint.__mro__ if base.__module__ != "enum" for name in vars(base)}:
        members = set(_ALL)  # it says itself what else it takes
    if not members:
        raise Undecodable(f"{hint.__name__}, none of whose values is text, a number or a bool")
    return Decoding(frozenset(members), hint)


def _literal(values: tuple[object, ...]) -> Decoding:
    present, nullable = without_none(values)
    if not present or any(type(value) not in (str, int, bool) for value in present):
        raise Undecodable(f"Literal{list(values)}: only text, integers, bools and None are values of JSON")
    allowed = {(type(value), value) for value in present}

    def convert(value: object) -> object:
        if (type(value), value) not in allowed:
            raise ValueError(f"{str(value)[:50]!r} is none of {', '.join(map(repr, present))}")
        return value

    return Decoding(frozenset(map(type, present)), convert, nullable=nullable)


# -- values that hold others


def _union(arms: tuple[object, ...], objects_of: Callable[[Any], Objects]) -> Decoding:
    left, nullable = without_none(arms)
    if not left:
        raise Undecodable("None")
    made = [decoding_of(arm, objects_of, inside=True) for arm in left]
    nullable = nullable or any(decoding.nullable for decoding in made)
    if len(made) == 1:
        (only,) = made
        return Decoding(only.takes, only.convert, only.kind, nullable, only.checked)
    found: dict[type, Convert | None] = {}
    for decoding in sorted(made, key=lambda decoding: len(decoding.takes)):
        # An integer is a number as well: with both arms it stays an integer.
        takes = decoding.takes - {int} if decoding.kind == "float" and int in found else decoding.takes
        if clash := takes & found.keys():
            both = " or ".join(sorted(_EXPECTED[kind] for kind in clash))
            raise Undecodable(f"{' | '.join(map(_shown, left))}: more than one of them is {both} in JSON")
        found |= dict.fromkeys(takes, decoding.convert)

    def convert(value: object) -> object:
        inner = found[type(value)]
        return value if inner is None else inner(value)

    return Decoding(frozenset(found), convert, nullable=nullable)


def _sequence(
    hint: object, container: object, arguments: tuple[object, ...], objects_of: Callable[[Any], Objects]
) -> Decoding:
    make = _SEQUENCES[container]
    if container is tuple and hint is not tuple and (len(arguments) != 2 or arguments[1] is not ...):
        raise Undecodable(f"{_shown(hint)}, a tuple of fixed length; use tuple[X, ...] or a dataclass")
    element: object = arguments[0] if arguments else object
    if dataclass_of(bare(element)[0]) is not None:
        return Decoding(frozenset((list,)), partial(_all_objects, make, objects_of(bare(element)[0])))
    decoding = decoding_of(element, objects_of, inside=True)
    convert = partial(_all_items, make, decoding.of_item)
    if decoding.convert is None and not decoding.nullable:
        convert = partial(_all_plain, make, decoding.takes, convert)
    return Decoding(frozenset((list,)), convert)


def _mapping(arguments: tuple[object, ...], objects_of: Callable[[Any], Objects]) -> Decoding:
    key, value = arguments or (str, object)
    keys = decoding_of(key, objects_of, inside=True)
    if str not in keys.takes:
        raise Undecodable(f"dict with keys of {_shown(key)}: in JSON they are text")
    inner = decoding_of(value, objects_of, inside=True).of_item
    if inner is None and keys.convert is None:
        return Decoding(frozenset((dict,)))
    return Decoding(frozenset((dict,)), partial(_all_pairs, keys.convert, inner))


def _all_objects(make: Callable[[list[Any]], object], objects: Objects, values: list[Any]) -> object:
    return make(objects.many(values))


def _all_plain(
    make: Callable[[list[Any]], object], takes: frozenset[type], one_by_one: Convert, values: list[Any]
) -> object:
    """As ``one_by_one`` would, but quickly: lists of names are in nearly every row."""
    return make(values) if takes.issuperset(map(type, values)) else one_by_one(values)


def _all_items(make: Callable[[list[Any]], object], inner: Convert | None, values: list[Any]) -> object:
    if inner is None:
        return make(values)
    result: list[object] = []
    try:
        for value in values:
            result.append(inner(value))  # noqa: PERF401  on failure the length says which it was
    except FAILURES as error:
        raise ValueError(f"item {len(result)}: {error}") from None
    return make(result)


def _all_pairs(keys: Convert | None, inner: Convert | None, values: dict[str, Any]) -> object:
    result: dict[Any, object] = {}
    for key, value in values.items():
        try:
            result[key if keys is None else keys(key)] = value if inner is None else inner(value)
        except FAILURES as error:
            raise ValueError(f'"{key[:50]}": {error}') from None
    return result


def _check(takes: frozenset[type], inner: Convert | None, value: object) -> object:
    if type(value) not in takes:
        expected = " or ".join(sorted(_EXPECTED[kind] for kind in takes))
        raise TypeError(f"should be {expected}, found {json_name(value)}")
    return value if inner is None else inner(value)


def _not_null(inner: Convert | None, value: object) -> object:
    if value is None:
        raise TypeError("null is not expected here")
    return value if inner is None else inner(value)


def _or_none(inner: Convert, value: object) -> object:
    return None if value is None else inner(value)
