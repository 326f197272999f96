"""The progress counters and their text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from GitFleet.cli.progress.tally import Tally, delay_message
from gitfleet_api import RequestDone, Waiting
from gitfleet_api.events import WaitReason


def _waiting(reason: WaitReason, seconds: float) -> Waiting:
    return Waiting("https://x", reason, seconds, datetime.now(UTC) + timedelta(seconds=seconds), "core")


@pytest.mark.parametrize("reason", get_args(WaitReason))
def test_every_wait_reason_has_a_readable_text(reason: WaitReason) -> None:
    tally = Tally("rows")
    tally.record(_waiting(reason, 60))
    shown = tally.parts()[-1]
    assert shown.startswith("waiting ")
    assert "_" not in shown
    assert shown.partition(": ")[2] in (delay_message(_waiting(reason, 60)) or "")


def test_a_total_is_shown_only_if_it_is_that_of_all_listings() -> None:
    tally = Tally("rows", targets=2, pages=1, rows=100)
    tally.add_page_count(3)
    assert "page 1" in tally.parts()
    tally.add_page_count(4)
    assert "page 1/7" in tally.parts()


def test_a_finished_wait_is_not_shown() -> None:
    tally = Tally("rows")
    tally.record(_waiting("rate_limit", -1))
    assert not any("waiting" in part for part in tally.parts())


def test_calls_left_of_several_budgets_are_all_shown_in_the_same_order() -> None:
    tally = Tally("rows")
    shown = []
    for path, left in (("graphql", 4_990), ("repos/o/r", 4_800), ("graphql", 4_989), ("search/code?q=x", 9)):
        tally.record(RequestDone("GET", f"https://api.github.com/{path}", 200, 0.1, "a", left))
        shown.append(tally.parts()[-1])
    assert shown[-1] == "4,800 calls left, 9 searches left, 4,989 GraphQL points left"
    assert shown[1:3] == [f"4,800 calls left, {left} GraphQL points left" for left in ("4,990", "4,989")]
