"""What msgspec decodes is what the careful way decodes: the same columns, or it gives up and lets that decide."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitfleet_api import DecodeFailure, Projection
from gitfleet_api.backend import Column
from gitfleet_py.decode import decode_strict, decoder, decoder_name
from support.decoding import Refused, columns, typed
from support.json_texts import bodies, projections

pytest.importorskip("msgspec", reason="gitfleet-py[fast] is not installed")
pytestmark = pytest.mark.python

ROWS = Projection(columns("a:json", "b.c:json"), many=True)
ONE = Projection(columns("a:json", "b.c:json"))
SETTINGS = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# Texts of values that somebody may take for JSON and somebody else not, or read differently.
ODD = [
    *(
        b'"\x1f"',
        b'"\x00"',
        b'"\n"',
        b'"\x7f"',
        b'"\xff"',
        b'"\xc3"',
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b'"\xf5\x80\x80\x80"',
    ),
    *(
        rb'"\x41"',
        rb'"\u12"',
        rb'"\u+123"',
        rb'"\ud800"',
        rb'"\udc00"',
        rb'"\ud83d\ude00"',
        rb'"\ud83d\u0041"',
        rb'"\\ud800"',
    ),
    *(
        rb'"\"',
        rb'"\/"',
        b'"',
        b"'x'",
        b'"x""y"',
        b"01",
        b"-01",
        b"1.",
        b".5",
        b"+1",
        b"-",
        b"1e",
        b"1e+",
        b"0x1",
        b"1_0",
    ),
    *(
        b"-0",
        b"-0.0",
        b"1e2",
        b"1E-2",
        b"1e400",
        b"-1e400",
        b"1e-400",
        b"5e-324",
        b"2.5e-324",
        b"1.7976931348623159e308",
    ),
    *(b"18446744073709551615", b"18446744073709551616", b"-9223372036854775809", b"9" * 40, b"9" * 4300, b"9" * 4301),
    *(
        b"9" * 25 + b".5",
        b"0.1",
        b"0.30000000000000004",
        b"123456789012345678.0",
        b"9007199254740993.0",
        b"1." + b"0" * 400 + b"1",
    ),
    *(
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"nan",
        b"True",
        b"nul",
        b"nulll",
        b"undefined",
        b"",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
    ),
    *(
        b'{"x":1,}',
        b"{x:1}",
        b'{"x" 1}',
        b'{"x"}',
        b"{1:1}",
        b'{"x":1,"x":2}',
        b'{"x":{"y":1},"x":{}}',
        b"[[]",
        b"[]]",
        b"{]",
    ),
    *(
        b"/**/1",
        b"1//",
        b"\x0b1",
        b"\xa01",
        b"\xc2\xa01",
        b"\xef\xbb\xbf1",
        b"1\x00",
        b" \t\r\n1 ",
        b"[" * 400 + b"]" * 400,
    ),
    *(b"[" * 511 + b"]" * 511, b"[" * 520 + b"]" * 520, b'{"k":' * 520 + b"1" + b"}" * 520, b"[" * 1500 + b"]" * 1500),
    *(b'["]",' * 520 + b'"["' + b',"["]' * 520, b'"' + b"[{" * 600 + b'"', rb'"\\\"[[[', rb'"\\"', rb'"\\\""', b"null"),
]
WHERE = {
    "kept": b'{"a":%s}',
    "kept inside": b'{"b":{"c":%s}}',
    "dropped": b'{"x":%s,"a":1}',
    "dropped inside": b'{"b":{"x":%s,"c":1}}',
    "dropped below": b'{"x":[{"y":[%s]}]}',
    "before it counts again": b'{"a":%s,"a":1}',
    "on the way": b'{"b":%s}',
    "the row": b"%s",
}


def _outcome(body: bytes, projection: Projection, *, quickly: bool) -> object:
    try:
        found = (decoder() if quickly else decode_strict)(body, projection)
    except DecodeFailure as failure:
        return Refused(failure.code, failure.row, failure.field), str(failure)
    return tuple(map(typed, found))


def _assert_same(body: bytes, projection: Projection) -> None:
    assert _outcome(body, projection, quickly=True) == _outcome(body, projection, quickly=False)


@pytest.mark.parametrize("where", WHERE.values(), ids=WHERE.keys())
def test_odd_values_mean_the_same_wherever_they_stand(where: bytes) -> None:
    for value in ODD:
        body = where % value
        _assert_same(body, ONE)
        _assert_same(b"[" + body + b"]", ROWS)
        # So long that its levels are counted by rows.
        padding = b'{"a":"%s"}' % (b"x" * 70_000)
        _assert_same(b"[" + padding + b"," + body + b"," + padding + b"]", ROWS)
        _assert_same(b'{"i":{"j":[%s,%s]}}' % (body, padding), Projection(ROWS.columns, ("i", "j"), many=True))
        _assert_same(b'{"z":%s,"i":[%s]}' % (value, padding), Projection(ROWS.columns, ("i",), many=True))
        _assert_same(b'{"i":[%s],"i":[]}' % body, Projection(ROWS.columns, ("i",), many=True))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" ", b"\xef\xbb\xbf\xef\xbb\xbf", b"x", b"\x00"])
@pytest.mark.parametrize("after", [b"", b" \n", b"x", b"\x00", b"[]", b","])
def test_what_stands_around_a_body_means_the_same(before: bytes, after: bytes) -> None:
    for body, projection in ((b'{"a":1}', ONE), (b'[{"a":1}]', ROWS), (b"", ONE), (b"null", ONE), (b"[]", ROWS)):
        _assert_same(before + body + after, projection)


@pytest.mark.parametrize("kind", ["str", "int", "float", "bool", "json"])
def test_a_kind_takes_the_same_values(kind: str) -> None:
    for value in ODD:
        _assert_same(b'[{"a":%s},{"a":null},{}]' % value, Projection(columns(f"a:{kind}"), many=True))


@SETTINGS
@given(data=st.data(), projection=projections())
def test_any_body_under_any_projection_means_the_same(data: st.DataObject, projection: Projection) -> None:
    _assert_same(data.draw(bodies(projection)), projection)


@SETTINGS
@given(data=st.data(), projection=projections())
def test_a_body_with_a_byte_changed_means_the_same(data: st.DataObject, projection: Projection) -> None:
    body = data.draw(bodies(projection))
    place = data.draw(st.integers(0, len(body)))
    put = data.draw(
        st.binary(max_size=2) | st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"}", b",", b":", b"\\u", b"0"])
    )
    _assert_same(body[:place] + put + body[place + data.draw(st.integers(0, 2)) :], projection)


@SETTINGS
@given(digits=st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_any_number_is_read_to_the_last_bit(digits: str) -> None:
    _assert_same(f'{{"a":{digits}}}'.encode(), ONE)


def test_an_ordinary_page_is_decoded_quickly() -> None:
    from gitfleet_py.decode_msgspec import decode_fast

    row = b'{"a":"%s","b":{"c":1},"x":[{"y":"{/sha}"}],"z":null}' % (b"x" * 1000)
    page = b"[" + b",".join([row] * 100) + b"]"
    assert decode_fast(page, ROWS) == [["x" * 1000] * 100, [1] * 100]
    assert decode_fast(row, ONE) == [["x" * 1000], [1]]


def test_the_engine_says_what_decodes() -> None:
    assert decoder_name().startswith("msgspec ")


@pytest.mark.parametrize("key", ['a"b', "x\\y", "tab\t", "line\n", "null\0", "\x1f", '"', "\\"], ids=repr)
@pytest.mark.parametrize("many", [False, True])
def test_keys_that_json_escapes_are_decoded(key: str, many: bool) -> None:
    row = {key: {"v": 1}, "v": 2}
    body = json.dumps({key: [row] if many else row}).encode()
    projection = Projection((Column((key, "v"), "int"), Column(("v",), "int")), (key,), many)
    assert decoder()(body, projection) == decode_strict(body, projection) == [[1], [2]]
