"""The fast decoder: msgspec drops the values that a projection does not use while it parses.

A page of 100 repositories takes 1.2 ms; ``json`` and the projection take 4.5. The fast decoder returns columns only for
bodies that are certainly valid. For all others it returns None, and the strict decoder decides. msgspec accepts two
things in dropped values that the strict decoder refuses: invalid UTF-8 and too deep nesting. Both are checked first.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from gitfleet_api.backend import (
    ACCEPTED_TYPES,
    MAX_DEPTH,
    Column,
    Columns,
    Projection,
    check_rows,
    check_values,
    decode_pieces,
)

__all__ = ["decode_fast"]

_Tree = dict[str, "_Tree"]
_NO_NAME = r'["\\\x00-\x1f]'
"""Characters that msgspec refuses in names of members, because they would be escaped in JSON."""
_LONG = 64 * 1024  # bytes; of shorter bodies all brackets are counted


class _Plan(NamedTuple):
    document: msgspec.json.Decoder[Any]
    raw_rows: msgspec.json.Decoder[Any]
    at: tuple[str, ...]
    columns: tuple[tuple[tuple[str, ...], Column], ...]


_plans: weakref.WeakKeyDictionary[Projection, _Plan | None] = weakref.WeakKeyDictionary()


def decode_fast(body: bytes, projection: Projection) -> Columns | None:
    """Return the columns, or None if the strict decoder has to decide."""
    if projection not in _plans:
        _plans[projection] = _plan(projection)
    plan = _plans[projection]
    if plan is None:
        return None
    try:
        for _ in decode_pieces(body):
            pass
        check_values(body)
        if not _is_surely_flat(body, projection, plan):
            return None
        document = plan.document.decode(body)
        found = _inside(document, plan)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    rows = found if projection.many else [found]
    columns = [_gather(rows, names) for names, _ in plan.columns]
    for (_, column), values in zip(plan.columns, columns, strict=True):
        if column.kind != "json" and not ACCEPTED_TYPES[column.kind].issuperset(map(type, values)):
            return None
    return columns + [[getattr(document, f"b{number}", None)] for number in range(len(projection.beside))]


def _is_surely_flat(body: bytes, projection: Projection, plan: _Plan) -> bool:
    """Whether the nesting can't be too deep, because there are not enough brackets.

    In a body with many rows this counts the brackets of the largest row and those between rows.
    """
    if not projection.many or len(body) < _LONG:
        return _brackets(body) <= MAX_DEPTH
    found = _inside(plan.raw_rows.decode(body), plan)
    check_rows(len(found))
    rows = [_brackets(bytes(row)) for row in found]
    between = _brackets(body) - sum(rows) if plan.at else 1
    return between + max(rows, default=0) <= MAX_DEPTH


def _brackets(text: bytes) -> int:
    return text.count(b"{") + text.count(b"[")


def _inside(document: Any, plan: _Plan) -> Any:
    for name in plan.at:
        document = getattr(document, name)
    return document


def _gather(rows: Iterable[object], names: tuple[str, ...]) -> list[object]:
    """Return the values of one column; a value is None if an object around it is."""
    values: list[object] = [*map(attrgetter(names[0]), rows)]
    for name in names[1:]:
        get = attrgetter(name)
        values = [None if value is None else get(value) for value in values]
    return values


def _plan(projection: Projection) -> _Plan | None:
    tree: _Tree = {}
    for column in projection.columns:
        node = tree
        for key in column.path:
            node = node.setdefault(key, {})
    nodes = [_node(tree, column.path) for column in projection.columns]
    if any(node is None or node for node in nodes):
        return None  # a column is the row itself, or a value and a part of it are columns
    if any(
        re.search(_NO_NAME, key)
        for path in (projection.at, *(column.path for column in projection.columns))
        for key in path
    ):
        return None
    row = _struct(tree)
    return _Plan(
        _decoder(projection, row),
        _decoder(projection, msgspec.Raw),
        ("f0",) * len(projection.at),
        tuple((_names(tree, column.path), column) for column in projection.columns),
    )


def _node(tree: _Tree, path: tuple[str, ...]) -> _Tree | None:
    for key in path:
        tree = tree[key]
    return tree if path else None


def _names(tree: _Tree, path: tuple[str, ...]) -> tuple[str, ...]:
    names = []
    for key in path:
        names.append(f"f{[*tree].index(key)}")
        tree = tree[key]
    return tuple(names)


def _decoder(projection: Projection, row: Any) -> msgspec.json.Decoder[Any]:
    kind = list[row] if projection.many else row
    for depth, key in reversed([*enumerate(projection.at)]):
        beside = {} if depth else {f"b{number}": name for number, name in enumerate(projection.beside) if name != key}
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [("f0", kind)]
        fields += [(name, Any, None) for name in beside]
        kind = msgspec.defstruct("Wrapper", fields, rename={"f0": key, **beside})
    # Like the json module: floats that are too large become infinite.
    return msgspec.json.Decoder(kind, float_hook=float)


def _struct(tree: _Tree) -> Any:
    """Return a class with a field for each key. Its fields have numbers as names, because keys can be any text."""
    fields = [
        (f"f{number}", _struct(inner) | None if inner else Any, None) for number, inner in enumerate(tree.values())
    ]
    return msgspec.defstruct("Row", fields, rename={f"f{number}": key for number, key in enumerate(tree)}, gc=False)
