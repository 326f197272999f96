"""The functions that switch telemetry on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ..errors import ConfigurationError
from .hook import hook

if TYPE_CHECKING:
    from opentelemetry import metrics, trace

    from .recorder import OpenTelemetryRecorder

__all__ = ["instrument", "uninstrument"]


class _Known:
    """The last recorder. Instruments exist once per provider, so it is used again."""

    recorder: ClassVar[OpenTelemetryRecorder | None] = None


def instrument(
    *, tracer_provider: trace.TracerProvider | None = None, meter_provider: metrics.MeterProvider | None = None
) -> None:
    """Record the calls of all clients of this process from now on with OpenTelemetry.

    Each call is a span. The metrics are calls left, waits for rate limits, and durations of requests. Nothing that is
    recorded has a secret, the name of a repository or owner, or a query. No header is added to requests.

    Args:
        tracer_provider: Creates the spans. None for the global provider. One that is set later is used after at most
            0.1 s.
        meter_provider: Creates the metrics. None for the global provider, in the same manner.

    Raises:
        ConfigurationError: ``opentelemetry-api`` is not installed or too old, or an argument is not a provider.
    """
    try:
        from .recorder import OpenTelemetryRecorder
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        raise ConfigurationError(
            "this needs opentelemetry-api: pip install 'gitfleet[opentelemetry]'", code="opentelemetry_missing"
        ) from None
    if _Known.recorder is None or not _Known.recorder.records_to(tracer_provider, meter_provider):
        _Known.recorder = OpenTelemetryRecorder(tracer_provider, meter_provider)
    _Known.recorder.look_for_providers()
    hook.recorder = _Known.recorder


def uninstrument() -> None:
    """Record no more calls. Spans of calls in progress still end."""
    hook.recorder = None
