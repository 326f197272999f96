"""Strategies for dataclasses over a small alphabet of names, and for JSON that is nearly what they expect."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from hypothesis import strategies as st

from gitfleet_api import JsonPath


class Word(enum.Enum):
    """Some of the strings that random JSON holds."""

    X = "x"
    EMPTY = ""


_NAMES = ("a", "b", "c", "d", "id")
_STRINGS = ['"x"', '""', '"é\U0001f600"', r'"\ud800"', r'"\"x"', '"2024-05-01"', '"2024-05-01T12:00:00Z"']
_INTEGERS = ["0", "1", "-7", "1714564800", "9223372036854775808", "1" + "0" * 400, "1" * 4301]
_FLOATS = ["1.0", "1e400", "-0.0", "1.5e3"]
_BOOLS = ["true", "false"]
_SURPRISES = st.sampled_from(
    [
        *_STRINGS,
        *_INTEGERS,
        *_FLOATS,
        *_BOOLS,
        "null",
        "[]",
        "{}",
        "[null]",
        '{"a":1,"a":"x"}',
        '[{"id":1}]',
        '{"id":{}}',
    ]
)
_SCALARS: list[tuple[Any, list[str]]] = [
    (str, _STRINGS),
    (int, _INTEGERS),
    (float, [*_FLOATS, *_INTEGERS[:4]]),
    (bool, _BOOLS),
    (datetime, [*_STRINGS[5:], *_INTEGERS[:4]]),
    (date, _STRINGS[5:6]),
    (Word, _STRINGS[:2]),
    (Literal["x", 1, True], ['"x"', "1", "true"]),
    (Any, [*_STRINGS, *_INTEGERS, "[1]"]),
    (str | int, [*_STRINGS, *_INTEGERS]),
    (int | float, [*_INTEGERS, *_FLOATS]),
]


@dataclass(frozen=True)
class Field:
    """One field of a made-up dataclass, and JSON texts that it takes."""

    annotation: Any
    texts: st.SearchStrategy[str]


def _scalar(found: tuple[Any, list[str]]) -> Field:
    annotation, texts = found
    # One in ten is something else.
    return Field(annotation, st.integers(0, 9).flatmap(lambda n: st.sampled_from(texts) if n else _SURPRISES))


def _list_of(inner: Field, container: Any) -> Field:
    texts = st.lists(inner.texts, max_size=3).map(lambda items: f"[{','.join(items)}]")
    return Field(container(inner.annotation), texts)


def _dict_of(inner: Field) -> Field:
    texts = st.dictionaries(st.sampled_from(_NAMES), inner.texts, max_size=3).map(_object_text)
    return Field(dict[str, inner.annotation], texts)  # type: ignore[name-defined]


def _optional(inner: Field) -> Field:
    annotation = inner.annotation if inner.annotation is Any else inner.annotation | None
    return Field(annotation, st.one_of(inner.texts, st.just("null")))


def _object_text(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"


@st.composite
def _dataclass(draw: st.DrawFn, inner: st.SearchStrategy[Field]) -> Field:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    made: list[Any] = []
    members: dict[str, st.SearchStrategy[str]] = {}
    for name in names:
        found, path, default = draw(inner), draw(st.none() | st.sampled_from(_NAMES)), draw(st.booleans())
        annotation = found.annotation if path is None else Annotated[found.annotation, JsonPath(path)]
        made.append((name, annotation, dataclasses.field(default=None)) if default else (name, annotation))
        members.setdefault(path or name, found.texts)
    texts = st.fixed_dictionaries({}, optional=members).map(_object_text) | st.fixed_dictionaries(members).map(
        _object_text
    )
    settings = {name: draw(st.booleans()) for name in ("frozen", "slots")}
    return Field(dataclasses.make_dataclass("Made", made, kw_only=True, **settings), texts)


_fields: st.SearchStrategy[Field] = st.recursive(
    st.sampled_from(_SCALARS).map(_scalar),
    lambda inner: st.one_of(
        inner.map(_optional),
        inner.map(lambda found: _list_of(found, lambda item: list[item])),  # type: ignore[valid-type]
        inner.map(lambda found: _list_of(found, lambda item: tuple[item, ...])),  # type: ignore[valid-type]
        inner.map(_dict_of),
        _dataclass(inner),
    ),
    max_leaves=6,
)
models = _dataclass(_fields)
"""Made-up dataclasses with JSON texts of objects that most of them take."""
