"""Random bodies under random projections: both engines give the same columns or the same refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gitfleet_api import Column, Projection
from support.decoding import Decoder, Refused, decoders
from support.json_texts import bodies, projections

SETTINGS = settings(
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ]
)

Pair = tuple[Projection, bytes]


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    projection = draw(projections())
    return projection, draw(bodies(projection))


_ODD = (
    "null",
    "true",
    "false",
    "-0",
    "1e2",
    "1.5",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
)
_ODD_TEXTS = ('""', '"\\u0000"', '"a\\ud800"', '"\\ud83d\\ude00"', '"é\\n"', '"😀"', '"\\\\ud800"')
_SEVERAL = ("[]", "{}", '[{"a": [1, "\\udc00"]}]', '{"a": null}')


@st.composite
def _long_columns(draw: st.DrawFn) -> list[str]:
    """JSON texts of many rows: mostly alike, as they are in real listings, with a few odd ones among them."""
    rows = draw(st.integers(15, 80))
    plain = draw(st.sampled_from([str, '"n{}"'.format, "null".format, "true".format]))
    column = [str(plain(row)) for row in range(rows)]
    odd = st.sampled_from((*_ODD, *_ODD_TEXTS, *_SEVERAL))
    for row, text in draw(st.lists(st.tuples(st.integers(0, rows - 1), odd), max_size=6)):
        column[row] = text
    return column


def _shown(projection: Projection) -> str:
    return projection.to_json()


@pytest.fixture(scope="module")
def decode(engine: str) -> Iterator[Decoder]:
    with decoders(engine) as (made,):
        yield made


@pytest.fixture
def both(both_engines: tuple[str, str]) -> Iterator[list[Decoder]]:
    with decoders(*both_engines) as made:
        yield made


@SETTINGS
@given(pair=_pairs())
def test_both_engines_make_the_same_of_any_body(both: list[Decoder], pair: Pair) -> None:
    projection, body = pair
    python, native = (decode(body, projection) for decode in both)
    event(python.code if isinstance(python, Refused) else "columns")
    assert native == python, _shown(projection)


@settings(SETTINGS, max_examples=500)
@given(pair=_pairs())
def test_every_body_ends_in_columns_of_equal_length_or_in_a_refusal(decode: Decoder, pair: Pair) -> None:
    projection, body = pair
    found = decode(body, projection)
    if isinstance(found, Refused):
        assert found.code in ("decode_json", "decode_shape"), _shown(projection)
    else:
        width = len(projection.columns)
        assert len(found) == width + len(projection.beside)
        assert len({len(column) for column in found[:width] if isinstance(column, tuple)}) == 1
        assert all(isinstance(column, tuple) and len(column) == 2 for column in found[width:])  # "list" and one value


@SETTINGS
@given(column=_long_columns())
def test_both_engines_make_the_same_of_a_long_column(both: list[Decoder], column: list[str]) -> None:
    projection = Projection((Column(("v",), "json"), Column(("w", "v"), "json")), many=True)
    body = "[" + ",".join(f'{{"v": {text}, "w": {{"v": {text}}}}}' for text in column) + "]"
    python, native = (decode(body.encode(), projection) for decode in both)
    assert not isinstance(python, Refused)
    assert repr(native) == repr(python)
