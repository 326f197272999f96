"""The metrics: durations of requests and waits, and calls left."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from ..ratelimit.budget_states import budget_states
from ..ratelimit.pool import TokenPool
from . import names
from .hook import hook

__all__ = ["Measurements"]

_REQUEST_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds, as the semantic conventions ask for."""
_WAIT_BOUNDARIES = (0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds: windows of limits are a minute or an hour."""


class Measurements:
    """The instruments of one meter.

    Args:
        meter: Creates them.
    """

    def __init__(self, meter: Meter) -> None:
        self._pools: weakref.WeakSet[TokenPool] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._requests = meter.create_histogram(
            names.REQUEST_DURATION,
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_REQUEST_BOUNDARIES,
        )
        self._waits = meter.create_histogram(
            names.WAIT_DURATION,
            unit="s",
            description="Time that calls waited for rate limits.",
            explicit_bucket_boundaries_advisory=_WAIT_BOUNDARIES,
        )
        # Read when the metrics are collected: keeping it current would cost something per call, and a budget whose
        # window has ended must disappear without a call.
        meter.create_observable_gauge(
            names.BUDGET, [self._budgets], unit="{call}", description="Calls left in the present window."
        )

    def watch(self, pool: TokenPool) -> None:
        """Report the budgets of a pool as long as it exists."""
        if pool not in self._pools:
            with self._lock:
                self._pools.add(pool)

    def request(self, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Note the duration of a request."""
        self._requests.record(max(0.0, seconds), attributes)

    def wait(self, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Note how long a call waited."""
        self._waits.record(max(0.0, seconds), attributes)

    def _budgets(self, _options: CallbackOptions) -> Iterator[Observation]:
        if hook.recorder is None:
            return
        with self._lock:
            pools = list(self._pools)
        for pool in pools:
            for state in budget_states(pool):
                attributes: dict[str, str | int] = {
                    names.PROVIDER: str(state.provider),
                    names.ADDRESS: state.host,
                    names.PORT: state.port,
                    names.RESOURCE: state.resource,
                }
                if state.principal is not None:
                    attributes[names.PRINCIPAL] = state.principal
                yield Observation(state.remaining, attributes)
