"""Spans and metrics of OpenTelemetry, for programs that ask for them (extra ``[opentelemetry]``).

>>> from GitFleet.telemetry import instrument
>>> instrument()   # doctest: +SKIP

The program configures OpenTelemetry's SDK. Without an SDK nothing is recorded.

Contents:
    :func:`instrument`: record a span per call, and metrics of budgets, waits and requests.
    :func:`uninstrument`: record no more.
"""

from __future__ import annotations

from gitfleet_api.telemetry import instrument, uninstrument

__all__ = ["instrument", "uninstrument"]
