"""The offset of a server's clock, as the dates of its responses show it."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api._internal.clock import steady_time
from gitfleet_api.backend.messages import Headers
from gitfleet_api.ratelimit.server_clock import ServerClock, http_date

NOW = 1_700_000_000.0


@given(st.datetimes())
def test_a_date_is_read_as_the_standard_library_reads_it(moment: datetime) -> None:
    text = moment.strftime("%a, %d %b ") + f"{moment.year:04d}" + moment.strftime(" %H:%M:%S GMT")
    assert http_date(text) == moment.replace(microsecond=0, tzinfo=UTC).timestamp()
    if moment.year >= 1000:  # the standard library takes other years for short ones
        assert http_date(text) == parsedate_to_datetime(text).timestamp()


@given(st.text() | st.text(alphabet="SunMoNv, 0123456789:GMT+-_", min_size=29, max_size=29))
def test_any_other_text_is_no_date_and_no_error(text: str) -> None:
    found = http_date(text)
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 08:49:3\uff17 GMT",
    ],
)
def test_other_forms_of_a_date_are_none(text: str) -> None:
    assert http_date(text) is None


def _observe(clock: ServerClock, offset: float, now: float, *, latency: float = 0.1, at: float = 0.5) -> None:
    """Let a clock see a response of a server that is ``offset`` ahead, written at a part ``at`` of the latency."""
    date = formatdate(int(now + latency * at + offset), usegmt=True)
    clock.observe(Headers([("date", date)]), now, now + latency)


@pytest.mark.parametrize("offset", [-86_000.0, -3600.0, -90.0, -5.5, 5.5, 90.0, 3600.0, 86_000.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_offset_is_close_to_the_truth_and_never_above_it(offset: float, seed: int) -> None:
    chosen, clock, now = random.Random(seed), ServerClock(), NOW  # noqa: S311  not for security
    for number in range(200):
        now += chosen.expovariate(1.0)
        _observe(clock, offset, now, latency=chosen.expovariate(5.0), at=chosen.random())
        assert clock.offset <= offset
        if number > 20:
            assert offset - clock.offset < 1.0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("latency", [0.001, 0.3, 20.0])
def test_equal_clocks_have_an_offset_of_exactly_zero(seed: int, latency: float) -> None:
    chosen, clock, now = random.Random(seed), ServerClock(), NOW  # noqa: S311  not for security
    for _ in range(200):
        now += chosen.expovariate(1.0)
        # Servers write their date once per second, which may be late.
        _observe(clock, -0.9 * chosen.random(), now, latency=latency, at=chosen.random())
        assert clock.offset == 0.0


def test_each_change_is_returned_once() -> None:
    clock = ServerClock()
    changes = []
    for offset, now in ((3600, NOW), (3600, NOW + 1), (7200, NOW + 2)):
        before = clock.offset
        date = formatdate(int(now + offset), usegmt=True)
        changes.append(clock.observe(Headers([("date", date)]), now, now))
        assert clock.offset - before == changes[-1]
    assert sum(changes) == clock.offset


def test_setting_the_systems_clock_does_not_set_the_steady_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = steady_time(), time.time
    assert before == pytest.approx(real(), abs=60)
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    assert 0 <= steady_time() - before < 60
