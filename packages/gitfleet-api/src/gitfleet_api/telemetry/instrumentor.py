"""What the command ``opentelemetry-instrument`` finds by an entry point, so that a program needs no line of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..events import logger
from .switch import instrument, uninstrument

if TYPE_CHECKING:
    from opentelemetry import metrics, trace

__all__ = ["GitFleetInstrumentor"]


class GitFleetInstrumentor:
    """Switches telemetry on and off, with the methods of an instrumentor of ``opentelemetry-instrumentation``."""

    def instrument(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        **_options: object,
    ) -> None:
        """Record the calls of this process; see :func:`gitfleet_api.telemetry.instrument`. Ignores other options.

        An old ``opentelemetry-api`` is a warning: an exception would end the instrumentation of all other libraries.
        """
        try:
            instrument(tracer_provider=tracer_provider, meter_provider=meter_provider)
        except ConfigurationError as error:
            logger.warning("no telemetry: %s", error)

    def uninstrument(self, **_options: object) -> None:
        """Record no more calls."""
        uninstrument()
