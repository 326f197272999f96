"""The JSON parser of the Python engine, and the definition of valid JSON for all engines.

Strict JSON in UTF-8, with an optional byte-order mark, nested at most 512 levels deep, with at most about a million
values. NaN and Infinity are invalid.
Integers are exact up to 4,300 digits (Python's limit against quadratic cost) and float infinity beyond. A lone
surrogate, which UTF-8 can't encode, becomes U+FFFD.
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

__all__ = ["MAX_DEPTH", "MAX_VALUES", "check_values", "decode_pieces", "loads", "loads_columns"]

MAX_DEPTH = 512
"""Maximum number of nested arrays and objects in a JSON document."""
MAX_VALUES = 1_000_000
"""Maximum number of commas and opening brackets outside strings, about the number of values. Each value takes up to 180
bytes as a Python object, even if it takes 3 in the document."""
_STACK_EXHAUSTED = "nested too deeply for the remaining stack of the interpreter"
_MAX_DIGITS = 4300
_BOM = b"\xef\xbb\xbf"
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))
# Compiled on first use, because few documents need them.
_LONE_SURROGATE = rb"(?i)\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f][0-9a-f])\\ud[c-f]"
_STRING = rb'"[^"]*"?'
_SURROGATE = rb"\\u[dD]"
_CONTAINERS = frozenset((dict, list))
_PIECE = 4096
_COUNTED = 1024 * 1024  # bytes
_NOT_COUNTED = bytes(set(range(256)) - set(b'[{,"'))
_LONG = 65536


def loads(body: bytes) -> object:
    """Parse a JSON document. Of repeated keys in an object the last one counts.

    Args:
        body: the document in UTF-8.

    Raises:
        DecodeFailure: The document is not valid JSON. ``byte`` is the offset of the error.
    """
    start = len(_BOM) if body.startswith(_BOM) else 0
    text = _text(body, start)
    check_values(body)
    try:
        # Counting brackets is cheapest for a small document. A large one usually has more than 512 brackets.
        if len(body) < _LONG and not _may_be_deep(body):
            value, deep = _strict.decode(text), False
        else:
            value = _unique_keys.decode(text)
            deep = _is_deep(value)
        if not deep and not _may_hold_lone_surrogates(body):
            return value
    except (ValueError, RecursionError):  # DecodeFailure is a ValueError
        pass
    return _parse_strictly(body, start, text)


def check_values(body: bytes) -> None:
    """Refuse a document with too many values, before objects are made of them.

    Args:
        body: the document.

    Raises:
        DecodeFailure: It has more than :data:`MAX_VALUES` values.
    """
    if len(body) <= MAX_VALUES or body.count(b",") + body.count(b"[") + body.count(b"{") <= MAX_VALUES:
        return
    # Long texts contain commas as well.
    count, in_string, at = 0, False, 0
    while at < len(body) and count <= MAX_VALUES:
        end = at + _COUNTED
        while body[end - 1 : end] == b"\\":  # do not cut an escape
            end += 1
        piece = body[at:end].replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_COUNTED)
        parts = piece.split(b'"')
        count += sum(map(len, parts[in_string::2]))
        in_string ^= len(parts) % 2 == 0
        at = end
    if count > MAX_VALUES:
        raise DecodeFailure("decode_json", f"more than {MAX_VALUES} values in one response")


def _parse_strictly(body: bytes, start: int, text: str) -> object:
    """Parse a document that the fast path rejected, and report the exact error if it is invalid."""
    if _too_deep(body):
        raise DecodeFailure("decode_json", f"the body is nested too deeply: more than {MAX_DEPTH} levels")
    try:
        value = _parse(text)
        return _replace_surrogates(value) if _may_hold_lone_surrogates(body) else value
    except json.JSONDecodeError as error:
        offset = start + len(text[: error.pos].encode())
        problem = f"{error.msg.removesuffix(' at')} at byte {offset}" if text.strip() else "it is empty"
        raise DecodeFailure("decode_json", f"the body is not JSON: {problem}", byte=offset) from None
    except RecursionError:
        raise DecodeFailure("decode_json", _STACK_EXHAUSTED) from None


def loads_columns(payload: bytes) -> list[list[object]]:
    """Parse columns that an engine extracted from a body, which it has already validated by the rules of :func:`loads`.

    Args:
        payload: a JSON array with one array per column.

    Raises:
        DecodeFailure: The payload is nested too deeply for the remaining stack.
    """
    text = _text(payload, 0)
    try:
        columns: list[list[object]] = _strict.raw_decode(text)[0]  # the payload has no surrounding whitespace
    except ValueError:
        columns = _parse(text)  # type: ignore[assignment]
    except RecursionError:
        raise DecodeFailure("decode_json", _STACK_EXHAUSTED) from None
    return _replace_surrogates(columns) if _may_hold_lone_surrogates(payload) else columns  # type: ignore[return-value]


def _text(body: bytes, start: int) -> str:
    try:
        return "".join(decode_pieces(body, start)) if len(body) > 2 * _PIECE else body[start:].decode()
    except UnicodeDecodeError:
        pass
    try:
        return body[start:].decode()
    except UnicodeDecodeError as error:
        offset = start + error.start
        raise DecodeFailure("decode_json", "the body is not UTF-8", byte=offset) from None


def decode_pieces(body: bytes, start: int = 0) -> Iterator[str]:
    """Decode UTF-8 in pieces of 4 KB.

    One emoji makes Python store the whole text with four bytes per character, and decoding into that takes 2 ns per
    byte. Most pieces contain none: decoding them one by one takes a third of the time, even if they are joined again.
    The memory of such large texts was also returned so badly that 100 pages left 30 MB behind.

    Args:
        body: the bytes.
        start: the first byte to decode.

    Raises:
        UnicodeDecodeError: The body is not UTF-8. The offset is relative to a piece.
    """
    while start < len(body):
        piece, used = codecs.utf_8_decode(body[start : start + _PIECE], "strict", False)
        if not used:  # the body ends within a character
            piece, used = codecs.utf_8_decode(body[start:], "strict", True)
        yield piece
        start += used


def _parse(text: str) -> object:
    try:
        return _strict.decode(text)
    except (json.JSONDecodeError, DecodeFailure):
        raise
    except ValueError:  # an integer has more than 4,300 digits, perhaps in a part that no column selects
        return _huge_integers.decode(text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is repeated, and its first value may be nested too deeply")
    return found


def _refuse_constant(name: str) -> object:
    raise DecodeFailure("decode_json", f"the body is not JSON: {name}")


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_DIGITS else float(digits)


_strict = json.JSONDecoder(parse_constant=_refuse_constant)
_unique_keys = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique)
_huge_integers = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_int)


def _is_deep(value: object) -> bool:
    """Whether a value has more than 512 levels: 1.3 µs for a repository, where :func:`_too_deep` takes 60 µs."""
    level: Sequence[object] = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH - 1):
        # The garbage collector does not track containers without nested containers.
        level = [*filter(gc.is_tracked, _children(level))]
        if not level:
            return False
    return not _CONTAINERS.isdisjoint(map(type, _children(level)))


def _children(level: Sequence[Any]) -> Iterable[object]:
    return chain.from_iterable([found.values() if type(found) is dict else found for found in level])


def _may_be_deep(body: bytes) -> bool:
    return body.count(b"[") + body.count(b"{") > MAX_DEPTH


def _too_deep(body: bytes) -> bool:
    if not _may_be_deep(body):
        return False
    # Drop escape pairs, then everything except quotes and brackets, then strings: only the nesting remains.
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
    # An escaped backslash before a "u" would mislead the pattern, so such bodies are always searched value by value.
    return b"\\\\u" in body or re.search(_LONE_SURROGATE, body) is not None


def _replace_surrogates(value: object) -> object:
    """Replace every lone surrogate in a value, in place.

    Iterative, because each level of recursion takes two frames on CPython 3.11, too many for 512 levels.
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
