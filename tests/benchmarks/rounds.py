"""Runs of many clients in turn, so that a change of the machine's speed affects all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from .measuring import Figures

__all__ = ["interleaved"]

K = TypeVar("K", bound=Hashable)

SLOW = 1.5
"""Seconds of wall time from which the short variant runs a client only once."""


def interleaved(
    keys: Sequence[K], run: Callable[[K], Figures], rounds: int, *, slow_once: bool, deadline: float | None = None
) -> dict[K, list[Figures]]:
    """Return the figures of each key, one per round; every second round runs in reverse order.

    Args:
        keys: the clients.
        run: measures one client.
        rounds: the number of rounds.
        slow_once: run slow clients in the first round only.
        deadline: on time.monotonic's clock; no further round begins after it.
    """
    found: dict[K, list[Figures]] = {key: [] for key in keys}
    for number in range(rounds):
        if number and deadline is not None and time.monotonic() > deadline:
            break
        for key in keys if number % 2 == 0 else reversed(keys):
            if not (number and slow_once and found[key][0].wall > SLOW):
                found[key].append(run(key))
    return found
