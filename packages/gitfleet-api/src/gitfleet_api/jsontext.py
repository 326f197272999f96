"""What counts as JSON, the same for every engine.

Strict JSON in UTF-8 (one byte-order mark is forgiven), nested no deeper than 512. NaN and Infinity are no JSON.
Numbers keep their size: integers are exact up to 4,300 digits (Python's own bound for conversions, against
quadratic cost) and float infinity beyond. A lone surrogate, which no UTF-8 can carry on, becomes U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from .errors import DecodeFailure

__all__ = ["MAX_DEPTH", "loads", "loads_columns"]

MAX_DEPTH = 512
_NO_STACK = "nested too deeply for what is left of the interpreter's stack"
_MAX_DIGITS = 4300
_BOM = b"\xef\xbb\xbf"
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
_LONE_SURROGATE = re.compile(rb"(?i)\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f][0-9a-f])\\ud[c-f]")
_STRING = re.compile(rb'"[^"]*"?')


def loads(body: bytes) -> object:
    """The value of a JSON text; of an object's equal keys the last one counts.

    Raises:
        DecodeFailure: it is not JSON; ``byte`` says where.
    """
    start = len(_BOM) if body.startswith(_BOM) else 0
    try:
        text = body[start:].decode() if start else body.decode()
    except UnicodeDecodeError as error:
        place = start + error.start
        raise DecodeFailure("decode_json", f"byte {place}: not UTF-8", byte=place) from None
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
    """The columns that an engine has cut out of a body which passed the checks of :func:`loads`."""
    try:
        columns: list[list[object]] = _parse(payload.decode())  # type: ignore[assignment]
    except RecursionError:
        raise DecodeFailure("decode_json", _NO_STACK) from None
    return _replace_surrogates(columns) if _may_hold_lone_surrogates(payload) else columns  # type: ignore[return-value]


def _parse(text: str) -> object:
    try:
        return _strict.decode(text)
    except (json.JSONDecodeError, DecodeFailure):
        raise
    except ValueError:  # an integer of more than 4,300 digits somewhere, perhaps in a part nobody asked for
        return _huge.decode(text)


def _refuse_constant(name: str) -> object:
    raise DecodeFailure("decode_json", f"{name} is not JSON")


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_DIGITS else float(digits)


_strict = json.JSONDecoder(parse_constant=_refuse_constant)
_huge = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_int)


def _too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    # Drop escape pairs, then all but quotes and brackets, then strings: what is left is the nesting.
    # 0.6 ms on 550 KB, and only bodies with more than 512 openers pay it.
    marks = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    depth = 0
    for mark in _STRING.sub(b"", marks):
        if mark in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        else:
            depth -= 1
    return False


def _may_hold_lone_surrogates(body: bytes) -> bool:
    if b"\\ud" not in body and b"\\uD" not in body:
        return False
    # An escaped backslash before a "u" would fool the pattern, so such bodies are walked in any case.
    return b"\\\\u" in body or _LONE_SURROGATE.search(body) is not None


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
