"""What is counted, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from GitFleet.cli.progress.tally import Tally, delay_message
from gitfleet_api import Waiting
from gitfleet_api.events import WaitReason


def _waiting(reason: WaitReason, seconds: float) -> Waiting:
    return Waiting("https://x", reason, seconds, datetime.now(UTC) + timedelta(seconds=seconds), "core")


@pytest.mark.parametrize("reason", get_args(WaitReason))
def test_every_reason_to_wait_is_told_in_words(reason: WaitReason) -> None:
    tally = Tally("rows")
    tally.record(_waiting(reason, 60))
    shown = tally.parts()[-1]
    assert shown.startswith("waiting ")
    assert "_" not in shown
    assert shown.partition(": ")[2] in (delay_message(_waiting(reason, 60)) or "")


def test_a_wait_that_is_over_is_not_shown_any_more() -> None:
    tally = Tally("rows")
    tally.record(_waiting("rate_limit", -1))
    assert not any("waiting" in part for part in tally.parts())
