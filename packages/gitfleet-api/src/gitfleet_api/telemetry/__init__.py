"""Spans and metrics of OpenTelemetry, for programs that ask for them with :func:`instrument`.

>>> from GitFleet.telemetry import instrument
>>> instrument()   # doctest: +SKIP

Needs the extra ``opentelemetry``. The program configures OpenTelemetry's SDK; without an SDK nothing is recorded.

Contents:
    :func:`instrument`: record a span per call, and metrics of budgets, waits and requests.
    :func:`uninstrument`: stop that.
"""

from __future__ import annotations

from .switch import instrument, uninstrument

__all__ = ["instrument", "uninstrument"]
