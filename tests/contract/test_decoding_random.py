"""Random bodies under random projections: both engines give the same columns or the same refusal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gitfleet_api import Projection
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
        assert len(found) == len(projection.columns)
        assert len({len(column) for column in found if isinstance(column, tuple)}) == 1
