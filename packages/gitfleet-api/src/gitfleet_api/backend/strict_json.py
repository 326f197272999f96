"""What counts as JSON, the same for every engine.

Strict JSON in UTF-8 (one byte-order mark is forgiven), nested no deeper than 512. NaN and Infinity are no JSON.
Numbers keep their size: integers are exact up to 4,300 digits (Python's own bound for conversions, against
quadratic cost) and float infinity beyond. A lone surrogate, which no UTF-8 can carry on, becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import gc
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from ..errors import DecodeFailure

__all__ = ["MAX_DEPTH", "loads", "loads_columns", "pieces"]

MAX_DEPTH = 512
"""Arrays and objects that may be nested in each other in a body."""
_NO_STACK = "nested too deeply for what is left of the interpreter's stack"
_MAX_DIGITS = 4300
_BOM = b"\xef\xbb\xbf"
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
# Compiled when they are needed, which is seldom.
_LONE_SURROGATE = rb"(?i)\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f][0-9a-f])\\ud[c-f]"
_STRING = rb'"[^"]*"?'
_SURROGATE = rb"\\u[dD]"
_CONTAINERS = frozenset((dict, list))
_PIECE = 4096
_LONG = 65536


def loads(body: bytes) -> object:
    """The value of a JSON text; of an object's equal keys the last one counts.

    Raises:
        DecodeFailure: it is not JSON; ``byte`` says where.
    """
    start = len(_BOM) if body.startswith(_BOM) else 0
    text = _text(body, start)
    try:
        # Counting is quicker for one object, and says enough; of a page of them it does not.
        if len(body) < _LONG and not _may_be_deep(body):
            value, deep = _strict.decode(text), False
        else:
            value = _without_repeats.decode(text)
            deep = _is_deep(value)
        if not deep and not _may_hold_lone_surrogates(body):
            return value
    except (ValueError, RecursionError):  # and DecodeFailure, which is one
        pass
    return _carefully(body, start, text)


def _carefully(body: bytes, start: int, text: str) -> object:
    """The value of a text in which something is wrong or odd."""
    if _too_deep(body):
        raise DecodeFailure("decode_json", f"nested too deeply, more than {MAX_DEPTH} levels")
    try:
        value = _parse(text)
        return _replace_surrogates(value) if _may_hold_lone_surrogates(body) else value
    except json.JSONDecodeError as error:
        place = start + len(text[: error.pos].encode())
        what = "empty body" if not text.strip() else error.msg
        raise DecodeFailure("decode_json", f"byte {place}: {what}", byte=place) from None
    except RecursionError:
        raise DecodeFailure("decode_json", _NO_STACK) from None


def loads_columns(payload: bytes) -> list[list[object]]:
    """The columns that an engine has cut out of a body which passed the checks of :func:`loads`.

    Raises:
        DecodeFailure: nested too deeply for the stack that is left.
    """
    text = _text(payload, 0)
    try:
        columns: list[list[object]] = _strict.raw_decode(text)[0]  # nothing is around it
    except ValueError:
        columns = _parse(text)  # type: ignore[assignment]
    except RecursionError:
        raise DecodeFailure("decode_json", _NO_STACK) from None
    return _replace_surrogates(columns) if _may_hold_lone_surrogates(payload) else columns  # type: ignore[return-value]


def _text(body: bytes, start: int) -> str:
    try:
        return "".join(pieces(body, start)) if len(body) > 2 * _PIECE else body[start:].decode()
    except UnicodeDecodeError:
        pass
    try:
        return body[start:].decode()
    except UnicodeDecodeError as error:
        place = start + error.start
        raise DecodeFailure("decode_json", f"byte {place}: not UTF-8", byte=place) from None


def pieces(body: bytes, start: int = 0) -> Iterator[str]:
    """The text of a body from ``start`` on, a piece at a time.

    One emoji makes the whole text four bytes a character, and decoding into that takes 2 ns a byte. Most pieces hold
    none: to decode them one by one takes a third of it, also where they are joined again. And the memory of texts that
    large came back so badly that 100 pages left 30 MB behind.

    Raises:
        UnicodeDecodeError: it is not UTF-8; its place is counted from somewhere.
    """
    while start < len(body):
        piece, used = codecs.utf_8_decode(body[start : start + _PIECE], "strict", False)
        if not used:  # a character that is cut off at the end
            piece, used = codecs.utf_8_decode(body[start:], "strict", True)
        yield piece
        start += used


def _parse(text: str) -> object:
    try:
        return _strict.decode(text)
    except (json.JSONDecodeError, DecodeFailure):
        raise
    except ValueError:  # an integer of more than 4,300 digits somewhere, perhaps in a part nobody asked for
        return _huge.decode(text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice, and what it stood for at first may be nested too deeply")
    return found


def _refuse_constant(name: str) -> object:
    raise DecodeFailure("decode_json", f"{name} is not JSON")


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_DIGITS else float(digits)


_strict = json.JSONDecoder(parse_constant=_refuse_constant)
_without_repeats = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique)
_huge = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_int)


def _is_deep(value: object) -> bool:
    """Whether a value has more than 512 levels: 1.3 µs for a repository, where :func:`_too_deep` takes 60."""
    level: Sequence[object] = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH - 1):
        # Python itself keeps no track of objects that hold no others.
        level = [*filter(gc.is_tracked, _inside(level))]
        if not level:
            return False
    return not _CONTAINERS.isdisjoint(map(type, _inside(level)))


def _inside(level: Sequence[Any]) -> Iterable[object]:
    return chain.from_iterable([found.values() if type(found) is dict else found for found in level])


def _may_be_deep(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > MAX_DEPTH


def _too_deep(body: bytes) -> bool:
    if not _may_be_deep(body):
        return False
    # Drop escape pairs, then all but quotes and brackets, then strings: what is left is the nesting.
    marks = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    depth = 0
    for mark in re.sub(_STRING, b"", marks):
        if mark in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        else:
            depth -= 1
    return False


def _may_hold_lone_surrogates(body: bytes) -> bool:
    if b"\\" not in body or re.search(_SURROGATE, body) is None:
        return False
    # An escaped backslash before a "u" would fool the pattern, so such bodies are walked in any case.
    return b"\\\\u" in body or re.search(_LONE_SURROGATE, body) is not None


def _replace_surrogates(value: object) -> object:
    """``value`` with every lone surrogate replaced, in place.

    Not recursive: a level of recursion takes two frames on CPython 3.11, too many for 512 levels.
    """
    holder = [value]
    waiting: list[list[object] | dict[object, object]] = [holder]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            found[:] = map(_without_surrogates, found)
            inner: Iterable[object] = found
        else:
            pairs = [(_without_surrogates(key), _without_surrogates(item)) for key, item in found.items()]
            found.clear()
            found.update(pairs)
            inner = found.values()
        waiting += [item for item in inner if isinstance(item, list | dict)]
    return holder[0]


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value
