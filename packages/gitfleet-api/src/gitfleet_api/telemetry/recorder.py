"""The recorder for OpenTelemetry: the only module that its users wait for, as it imports ``opentelemetry``."""

from __future__ import annotations

from inspect import signature
from time import monotonic
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import SpanKind, TracerProvider

from .._internal.text import shorten_repr
from .._version import VERSION
from ..errors import ConfigurationError
from ..http.urls import BaseUrl
from ..profile import ProviderProfile
from ..ratelimit.pool import TokenPool
from . import names
from .call_span import CallSpan
from .measurements import Measurements
from .templates import PathTemplates

__all__ = ["OpenTelemetryRecorder"]

_SCHEMA = "https://opentelemetry.io/schemas/1.30.0"
_LOOK_EVERY = 0.1
"""Seconds between two looks at the global providers. A look takes 1.6 µs, 1 % of a call."""


class OpenTelemetryRecorder:
    """Starts a span for each call, and keeps the instruments of the metrics.

    As long as a program has set no global provider, nothing is recorded, and nothing is prepared for it.

    Args:
        tracer_provider: Creates the spans. None for the global provider.
        meter_provider: Creates the metrics. None for the global provider.

    Raises:
        ConfigurationError: One of them is not a provider, or ``opentelemetry-api`` is too old.
    """

    def __init__(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> None:
        if "explicit_bucket_boundaries_advisory" not in signature(metrics.Meter.create_histogram).parameters:
            raise ConfigurationError(
                "this needs opentelemetry-api 1.30 or newer: pip install 'gitfleet[opentelemetry]'"
            )
        if tracer_provider is not None and not isinstance(tracer_provider, TracerProvider):
            raise ConfigurationError(f"tracer_provider must be a TracerProvider, not {shorten_repr(tracer_provider)}")
        if meter_provider is not None and not isinstance(meter_provider, MeterProvider):
            raise ConfigurationError(f"meter_provider must be a MeterProvider, not {shorten_repr(meter_provider)}")
        self._given = (tracer_provider, meter_provider)
        self._tracer = trace.get_tracer("gitfleet", VERSION, tracer_provider, _SCHEMA)
        self._measurements = Measurements(metrics.get_meter("gitfleet", VERSION, meter_provider, _SCHEMA))
        self._has_tracing = tracer_provider is not None
        self._has_metrics = meter_provider is not None
        self._next_look = 0.0
        # By identity of the provider's table; the table is kept, so that no other one gets its address.
        self._templates: dict[int, tuple[tuple[str, ...], PathTemplates]] = {}

    def records_to(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> bool:
        """Return whether these are its providers."""
        return self._given[0] is tracer_provider and self._given[1] is meter_provider

    def look_for_providers(self) -> None:
        """Look whether the program has set global providers. Each is set once, and stays."""
        self._next_look = monotonic() + _LOOK_EVERY
        if not self._has_tracing:
            self._has_tracing = _records(trace.get_tracer_provider(), "opentelemetry.trace")
        if not self._has_metrics:
            self._has_metrics = _records(metrics.get_meter_provider(), "opentelemetry.metrics")

    def start(
        self, method: str, url: str, profile: ProviderProfile, base_url: BaseUrl, pool: TokenPool
    ) -> CallSpan | None:
        """Return the record of a call. None if no provider records anything."""
        if not (self._has_tracing and self._has_metrics) and monotonic() >= self._next_look:
            self.look_for_providers()
        if not (self._has_tracing or self._has_metrics):
            return None
        template = self._template(url, profile, base_url)
        known = method in names.METHODS
        attributes: dict[str, str | int] = {
            names.METHOD: method if known else names.OTHER_METHOD,
            names.PROVIDER: str(profile.type),
        }
        if template is not None:
            attributes[names.TEMPLATE] = template
        server = urlsplit(base_url.origin)
        attributes[names.ADDRESS] = server.hostname or ""
        attributes[names.PORT] = server.port or (443 if server.scheme == "https" else 80)
        self._measurements.watch(pool)
        title = " ".join(filter(None, (method if known else "HTTP", template)))
        span = self._tracer.start_span(title, kind=SpanKind.CLIENT, attributes=attributes)
        return CallSpan(span, self._measurements, attributes)

    def learn(self, profile: ProviderProfile, template: str) -> None:
        """Note the path template of a user's call."""
        if self._has_tracing or self._has_metrics:
            self._table(profile).learn(template)

    def _template(self, url: str, profile: ProviderProfile, base_url: BaseUrl) -> str | None:
        if profile.graphql_url is not None and url == profile.graphql_url(base_url.text):
            return "/graphql"
        return self._table(profile).find(url.removeprefix(base_url.text).partition("?")[0])

    def _table(self, profile: ProviderProfile) -> PathTemplates:
        given = profile.path_templates
        known = self._templates.get(id(given))
        if known is None:
            known = self._templates[id(given)] = (given, PathTemplates(given, profile.path_aliases))
        return known[1]


def _records(provider: object, idle: str) -> bool:
    """Return whether a provider is not one of opentelemetry-api itself, whose modules begin with ``idle``."""
    return not type(provider).__module__.startswith(idle)
