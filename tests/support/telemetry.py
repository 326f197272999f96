"""Spans and metrics in memory, by OpenTelemetry's own SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gitfleet_api.telemetry import instrument, uninstrument

__all__ = ["Recorded", "recording"]


@dataclass(frozen=True)
class Recorded:
    """What a block records."""

    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader
    tracers: TracerProvider

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """The spans that have ended, in that order."""
        return self.exporter.get_finished_spans()

    def points(self, metric: str) -> list[Any]:
        """The points of a metric, collected now."""
        data = self.reader.get_metrics_data()
        if data is None:
            return []
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for found in scope.metrics
            if found.name == metric
            for point in found.data.data_points
        ]

    def text(self) -> str:
        """Everything that was recorded, as JSON."""
        data = self.reader.get_metrics_data()
        return "".join([*(span.to_json() for span in self.spans), "" if data is None else data.to_json()])


@contextmanager
def recording() -> Iterator[Recorded]:
    """Record the calls of the block."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(shutdown_on_exit=False), MeterProvider([reader], shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    instrument(tracer_provider=tracers, meter_provider=meters)
    try:
        yield Recorded(exporter, reader, tracers)
    finally:
        uninstrument()
        tracers.shutdown()
        meters.shutdown()
