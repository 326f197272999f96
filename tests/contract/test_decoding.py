"""What becomes of a body, case by case: both engines must agree with the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from gitfleet_api import Projection
from support.decoding import Decoder, Refused, columns, decoders, typed


class Case(NamedTuple):
    """A body, what is asked of it, and what must come of it: columns, or a refusal."""

    body: bytes | str
    columns: tuple[str, ...]
    expected: list[list[object]] | Refused
    at: tuple[str, ...] = ()
    many: bool = False


NOT_JSON = Refused("decode_json")
A = ("a:json",)
HUGE = "9" * 5000
NESTED_512 = "[" * 511 + "]" * 511

LONG = "\U0001f600\u20ac\u00e9x" * 10_000


def shape(row: int | None = None, field: str | None = None) -> Refused:
    return Refused("decode_shape", row, field)


CASES: dict[str, Case] = {
    # what is there
    "one row": Case('{"a": 1, "b": "x"}', ("a:int", "b:str"), [[1], ["x"]]),
    "many rows": Case('[{"a": 1}, {"a": 2}]', ("a:int",), [[1, 2]], many=True),
    "no rows": Case("[]", ("a:int", "b:str"), [[], []], many=True),
    "rows below a path": Case('{"x": {"y": [{"a": 1}]}}', ("a:int",), [[1]], ("x", "y"), many=True),
    "one row below a path": Case('{"x": {"a": 1}}', ("a:int",), [[1]], ("x",)),
    "a nested path": Case('{"a": {"b": {"c": 5}}}', ("a.b.c:int",), [[5]]),
    "a path and its prefix": Case('{"a": {"b": 1}}', ("a.b:int", "a:json"), [[1], [{"b": 1}]]),
    "the row itself beside its parts": Case('{"a": {"b": 1}}', (":json", "a.b:int"), [[{"a": {"b": 1}}], [1]]),
    "equal paths of different kinds": Case('{"a": 1}', ("a:json", "a:int", "a:float"), [[1], [1], [1]]),
    "the row itself, no object": Case('[1, null, "x"]', (":json",), [[1, None, "x"]], many=True),
    "an empty key": Case('{"": 1}', ("a:json",), [[None]]),
    "white space everywhere": Case(' \r\n\t{ "a" :\t1 } \n', A, [[1]]),
    # what is not there
    "a missing key": Case("{}", ("a:int",), [[None]]),
    "a null": Case('{"a": null}', ("a:str",), [[None]]),
    "a null on the way": Case('{"a": null}', ("a.b:str",), [[None]]),
    "a missing key on the way": Case("{}", ("a.b.c:str",), [[None]]),
    # numbers
    "an int above 2**64": Case('{"a": 18446744073709551617}', ("a:int",), [[18446744073709551617]]),
    "an int of 4300 digits": Case('{"a": %s}' % ("9" * 4300), ("a:int",), [[int("9" * 4300)]]),
    "an int of 5000 digits is no int": Case('{"a": %s}' % HUGE, ("a:int",), shape(0, "a")),
    "an int of 5000 digits is a float": Case('{"a": -%s}' % HUGE, ("a:float",), [[float("-inf")]]),
    "an int of 5000 digits elsewhere": Case('{"b": %s, "a": 1}' % HUGE, A, [[1]]),
    "minus zero": Case('{"a": -0}', ("a:int",), [[0]]),
    "minus zero as a float": Case('{"a": -0.0}', ("a:float",), [[-0.0]]),
    "an int as a float stays an int": Case('{"a": 3}', ("a:float",), [[3]]),
    "a float is no int": Case('{"a": 1.0}', ("a:int",), shape(0, "a")),
    "an exponent is no int": Case('{"a": 1e2}', ("a:int",), shape(0, "a")),
    "an exponent": Case('{"a": 1E+2}', ("a:float",), [[100.0]]),
    "a number too large": Case('{"a": 1e400}', A, [[float("inf")]]),
    "a number too small": Case('{"a": 1e-400}', A, [[0.0]]),
    "NaN": Case('{"a": NaN}', A, NOT_JSON),
    "Infinity where nobody looks": Case('{"b": Infinity}', A, NOT_JSON),
    "minus Infinity": Case('{"a": -Infinity}', A, NOT_JSON),
    "a leading zero": Case('{"a": 01}', A, NOT_JSON),
    "a leading plus": Case('{"a": +1}', A, NOT_JSON),
    "no digit before the point": Case('{"a": .5}', A, NOT_JSON),
    "no digit after the point": Case('{"a": 1.}', A, NOT_JSON),
    "no digit in the exponent": Case('{"a": 1e}', A, NOT_JSON),
    "a minus alone": Case('{"b": -}', A, NOT_JSON),
    # kinds
    "true is no int": Case('{"a": true}', ("a:int",), shape(0, "a")),
    "one is no bool": Case('{"a": 1}', ("a:bool",), shape(0, "a")),
    "a string is no float": Case('{"a": "1"}', ("a:float",), shape(0, "a")),
    "a number is no string": Case('{"a": 1}', ("a:str",), shape(0, "a")),
    "an object is no string": Case('{"a": {}}', ("a:str",), shape(0, "a")),
    "anything is JSON": Case('{"a": [1, {"b": [true]}]}', A, [[[1, {"b": [True]}]]]),
    # strings
    "escapes": Case(r'{"a": "\"\\\/\b\f\n\r\t\u00e9"}', ("a:str",), [['"\\/\b\f\n\r\t\u00e9']]),
    "a surrogate pair": Case(r'{"a": "\ud83d\ude00"}', ("a:str",), [["\U0001f600"]]),
    "a lone high surrogate": Case(r'{"a": "x\ud83dy"}', ("a:str",), [["x\ufffdy"]]),
    "a lone low surrogate": Case(r'{"a": "\udE00"}', ("a:str",), [["\ufffd"]]),
    "surrogates the wrong way round": Case(r'{"a": "\ude00\ud83d"}', A, [["\ufffd\ufffd"]]),
    "no surrogate after a backslash": Case(r'{"a": "\\ud83d"}', ("a:str",), [["\\ud83d"]]),
    "a lone surrogate inside JSON": Case(r'{"a": {"\ud800": ["\udfff"]}}', A, [[{"\ufffd": ["\ufffd"]}]]),
    "a key with a lone surrogate": Case(r'{"\ud800": 1, "a": 2}', A, [[2]]),
    "an escaped key": Case(r'{"\u0061": 1}', A, [[1]]),
    "a zero character": Case(r'{"a": "\u0000"}', A, [["\0"]]),
    "a bad escape": Case(r'{"a": "\x41"}', A, NOT_JSON),
    "a short escape": Case(r'{"a": "\u12"}', A, NOT_JSON),
    "an escape with a sign": Case(r'{"a": "\u+123"}', A, NOT_JSON),
    "a control character": Case('{"b": "\x1f"}', A, NOT_JSON),
    "a line end in a string": Case('{"a": "x\ny"}', A, NOT_JSON),
    "DEL and beyond": Case('{"a": "\x7f\u2028\U0010ffff"}', A, [["\x7f\u2028\U0010ffff"]]),
    "single quotes": Case("{'a': 1}", A, NOT_JSON),
    # equal keys
    "the last of equal keys counts": Case('{"a": 1, "a": 2}', A, [[2]]),
    "an equal key forgets what lay under it": Case('{"a": {"b": 1}, "a": {}}', ("a.b:int",), [[None]]),
    "an equal key forgets faults": Case('{"a": {"b": "x"}, "a": {"b": 1}}', ("a.b:int",), [[1]]),
    "an equal key brings faults": Case('{"a": {"b": 1}, "a": 5}', ("a.b:int",), shape(0, "a.b")),
    "equal keys on the way to the rows": Case('{"x": 1, "x": [{"a": 1}]}', A, [[1]], ("x",), many=True),
    "equal keys away from the rows": Case('{"x": [{"a": 1}], "x": 1}', A, shape(), ("x",), many=True),
    "equal keys inside JSON": Case('{"a": {"b": 1, "c": 2, "b": 3}}', A, [[{"b": 3, "c": 2}]]),
    "an equal key in other letters": Case(r'{"a": 1, "\u0061": 2}', A, [[2]]),
    # shapes
    "an array for an object": Case("[1]", A, shape(0)),
    "null for an object": Case("null", A, shape(0)),
    "an object for an array": Case('{"a": 1}', A, shape(), many=True),
    "null for an array": Case("null", A, shape(), many=True),
    "a row that is no object": Case('[{"a": 1}, 5]', A, shape(1), many=True),
    "a row that is null": Case("[null]", A, shape(0), many=True),
    "the first bad row is named": Case('[{"a": 1}, {"a": "x"}, {"b": []}]', ("a:int",), shape(1, "a"), many=True),
    "the first bad column is named": Case('{"a": "x", "b": "y"}', ("b:int", "a:int"), shape(0, "b")),
    "the row comes before the column": Case(
        '[{"a": 1, "b": "x"}, {"a": "x"}]', ("a:int", "b:int"), shape(0, "b"), many=True
    ),
    "something else on the way": Case('{"a": 5}', ("a.b:int",), shape(0, "a.b")),
    "an array on the way": Case('{"a": [{"b": 1}]}', ("a.b:int",), shape(0, "a.b")),
    "no way to the rows": Case('{"y": []}', A, shape(), ("x",), many=True),
    "null on the way to the rows": Case('{"x": null}', A, shape(), ("x", "y"), many=True),
    "an array on the way to the rows": Case('{"x": []}', A, shape(), ("x", "y"), many=True),
    "a null row below a path": Case('{"x": null}', A, shape(0), ("x",)),
    "bad JSON comes before a bad shape": Case('{"a": "x", "b": }', ("a:int",), NOT_JSON),
    # the text as a whole
    "nothing": Case("", A, NOT_JSON),
    "blanks only": Case(" \n", A, NOT_JSON),
    "HTML": Case("<!DOCTYPE html><p>Oops", A, NOT_JSON),
    "a byte-order mark": Case(b'\xef\xbb\xbf{"a": 1}', A, [[1]]),
    "a byte-order mark alone": Case(b"\xef\xbb\xbf", A, NOT_JSON),
    "two byte-order marks": Case(b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}', A, NOT_JSON),
    "UTF-16": Case('{"a": 1}'.encode("utf-16"), A, NOT_JSON),
    "bad UTF-8": Case(b'{"a": "\xff"}', A, NOT_JSON),
    "bad UTF-8 where nobody looks": Case(b'{"b": "\xc3", "a": 1}', A, NOT_JSON),
    "a surrogate in UTF-8": Case(b'{"a": "\xed\xa0\x80"}', A, NOT_JSON),
    "an overlong slash": Case(b'{"a": "\xc0\xaf"}', A, NOT_JSON),
    "bad UTF-8 after bad JSON": Case(b'{"a": x, "\xff"}', A, NOT_JSON),
    "trailing bytes": Case('{"a": 1} x', A, NOT_JSON),
    "two values": Case("[] []", A, NOT_JSON, many=True),
    "a zero byte at the end": Case(b'{"a": 1}\0', A, NOT_JSON),
    "a no-break space": Case('{"a":\u00a01}', A, NOT_JSON),
    "a trailing comma": Case('{"a": 1,}', A, NOT_JSON),
    "a trailing comma in an array": Case("[1,]", (":json",), NOT_JSON, many=True),
    "a comment": Case('{"a": 1} // one', A, NOT_JSON),
    "broken off in a string": Case('{"a": "x', A, NOT_JSON),
    "broken off in a key": Case('{"a', A, NOT_JSON),
    "broken off in an array": Case('[{"a": 1}', A, NOT_JSON, many=True),
    "broken off in a word": Case('{"a": tru', A, NOT_JSON),
    "a key without quotes": Case("{a: 1}", A, NOT_JSON),
    "a number as a key": Case('{1: 1, "a": 1}', A, NOT_JSON),
    # depth
    "512 levels": Case('{"a": %s}' % NESTED_512, ("b:json",), [[None]]),
    "513 levels": Case('{"a": [%s]}' % NESTED_512, ("b:json",), NOT_JSON),
    "brackets in strings are no levels": Case('{"a": "%s"}' % ('[\\"' * 600), A, [['["' * 600]]),
    "513 levels in a value that is replaced": Case('{"a": [%s], "a": 1}' % NESTED_512, A, NOT_JSON),
    "512 levels in a value that is replaced": Case('{"a": %s, "a": 1}' % NESTED_512, A, [[1]]),
    "513 levels in a long body": Case(
        '[{"a": [%s]}, {"b": "%s"}]' % (NESTED_512[1:-1], LONG), ("c:int",), NOT_JSON, many=True
    ),
    "512 levels in a long body": Case(
        '[{"a": %s}, {"b": "%s"}]' % (NESTED_512[1:-1], LONG), ("c:int",), [[None] * 2], many=True
    ),
    "513 levels, the last an object": Case(
        '[{"a": %s{}%s}, "%s"]' % ("[" * 510, "]" * 510, LONG), (":json",), NOT_JSON, many=True
    ),
    "513 levels replaced in a long body": Case(
        '[{"a": [%s], "a": 1, "b": "%s"}]' % (NESTED_512[1:-1], LONG), A, NOT_JSON, many=True
    ),
    "brackets in strings of a long body": Case('[{"a": 1, "b": "%s"}]' % ("{[" * 50_000), A, [[1]], many=True),
    "long text of several bytes a character": Case('{"b": "x%s", "a": 1}' % LONG, A, [[1]]),
    "a long body that is cut off in a character": Case(LONG.encode()[:-1], A, NOT_JSON),
    "a long body with a wrong byte": Case(('{"a": "%s' % LONG).encode() + b'\xff"}', A, NOT_JSON),
    "wide is not deep": Case("[%s]" % ",".join(["[]"] * 600), (":json",), [[[]] * 600], many=True),
    "100,000 levels": Case("[" * 100_000, A, NOT_JSON),
}


@pytest.fixture(scope="module")
def decode(engine: str) -> Iterator[Decoder]:
    with decoders(engine) as (made,):
        yield made


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_body_gives_what_the_table_says(decode: Decoder, case: Case) -> None:
    body = case.body if isinstance(case.body, bytes) else case.body.encode()
    found = decode(body, Projection(columns(*case.columns), case.at, case.many))
    expected = case.expected if isinstance(case.expected, Refused) else tuple(map(typed, case.expected))
    assert found == expected


@pytest.mark.parametrize("rows", [0, 2, 40])
def test_members_beside_the_rows_follow_the_columns(decode: Decoder, rows: int) -> None:
    items = [{"id": number, "total": "no"} for number in range(rows)]
    document = {"total": 7, "items": items, "more": {"total": [1]}, "other": 1}
    projection = Projection(columns("id:int"), ("items",), many=True, beside=("total", "more", "gone", "items"))
    ids, *beside = decode(json.dumps(document).encode(), projection)
    assert ids == typed(list(range(rows)))
    assert beside == [typed([value]) for value in (7, {"total": [1]}, None, None)]


def test_members_beside_the_rows_are_none_if_the_document_is_the_rows(decode: Decoder) -> None:
    projection = Projection(columns("a:int"), many=True, beside=("a", "b"))
    assert decode(b'[{"a": 1}]', projection) == (typed([1]), typed([None]), typed([None]))


def _deep(levels: int, leaf: str) -> bytes:
    return ("[" * levels + leaf + "]" * levels).encode()


def _depth(value: object) -> int:
    levels = 0
    while isinstance(value, tuple) and value[0] == "list":
        value, levels = value[1], levels + 1
    return levels


@pytest.mark.parametrize("leaf", ['"x"', r'"\ud800"', r'"\\ud800"', "1"])
def test_a_value_of_512_levels_arrives_whole_whatever_is_in_it(decode: Decoder, leaf: str) -> None:
    found = decode(_deep(512, leaf), Projection(columns(":json")))
    assert not isinstance(found, Refused)
    assert _depth(found[0]) == 513  # and the column itself


def test_513_levels_are_refused_although_the_value_is_wanted(decode: Decoder) -> None:
    assert decode(_deep(513, "1"), Projection(columns(":json"))) == NOT_JSON
