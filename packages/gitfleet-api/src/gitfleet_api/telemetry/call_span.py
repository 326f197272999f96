"""The record of one call: a span, with its retries and waits as events, and what it adds to the metrics."""

from __future__ import annotations

from opentelemetry.trace import Span, Status, StatusCode

from ..errors import GitFleetError
from . import names
from .measurements import Measurements

__all__ = ["CallSpan"]


class CallSpan:
    """The span of one call.

    No attribute has a URL, a message of an error or a text of the server: they contain names, and could contain more.

    Args:
        span: The span, which has begun.
        measurements: The metrics.
        attributes: The attributes that describe the endpoint.
    """

    __slots__ = ("_attributes", "_measurements", "_principal", "_requests", "_span", "_status")

    def __init__(self, span: Span, measurements: Measurements, attributes: dict[str, str | int]) -> None:
        self._span = span
        self._measurements = measurements
        self._attributes = attributes
        self._requests = 0
        self._status: int | None = None
        self._principal: str | None = None

    def sent(self, status: int | None, seconds: float, principal: str | None, code: str | None) -> None:
        """Note that a request was sent, and its result."""
        self._requests += 1
        self._status, self._principal = status, principal
        attributes = dict(self._attributes)
        if status is not None:
            attributes[names.STATUS] = status
        if code is not None:
            attributes[names.ERROR] = code
        self._measurements.request(seconds, attributes)

    def retries(self, code: str, seconds: float) -> None:
        """Note that the call is sent again."""
        self._span.add_event(names.RETRY_EVENT, {names.ERROR: code, names.RETRY_DELAY: seconds})

    def waited(self, reason: str, seconds: float, principal: str | None) -> None:
        """Note that the call has waited for a rate limit."""
        attributes = {names.REASON: reason}
        if principal is not None:
            attributes[names.PRINCIPAL] = principal
        where = {name: self._attributes[name] for name in (names.PROVIDER, names.ADDRESS, names.PORT)}
        self._measurements.wait(seconds, {**where, **attributes})
        self._span.add_event(names.WAIT_EVENT, {**attributes, names.WAIT_SECONDS: seconds})

    def end(self, error: BaseException | None = None) -> None:
        """End the span."""
        span = self._span
        if span.is_recording():
            if self._status is not None:
                span.set_attribute(names.STATUS, self._status)
            if self._principal is not None:
                span.set_attribute(names.PRINCIPAL, self._principal)
            if self._requests > 1:
                span.set_attribute(names.RESENDS, self._requests - 1)
            if error is not None:
                code = error.code if isinstance(error, GitFleetError) else type(error).__qualname__
                span.set_attribute(names.ERROR, code)
                span.set_status(Status(StatusCode.ERROR))
        span.end()
