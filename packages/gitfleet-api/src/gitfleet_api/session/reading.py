"""Reading of a response: the result that it is parsed to, or the error that it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from ..backend.messages import Response
from ..errors import GitFleetError, ProviderError
from ..events import CacheHit, emit
from ..ratelimit.headers import retry_after
from ..retry import NOT_READY
from .call import Call, SessionConfig
from .failures import Failures
from .status import is_not_ready

__all__ = ["Parse", "Reading", "Stale", "whole_response"]

T = TypeVar("T")

Parse = Callable[[Response, datetime], "T | GitFleetError"]
"""Turns a 2xx response, received at the time given, into a result or into the error that it really is."""

_MAX_DOUBLINGS = 3
"""How often the wait for a response that is not ready, and names no time, is doubled: from 1 to 8 seconds."""


class Stale:
    """The outcome of a confirmed cache entry that cannot be parsed."""


def whole_response(response: Response, _now: datetime) -> Response:
    """Return the response itself: the :data:`Parse` of calls whose caller reads it."""
    return response


class Reading:
    """Reads the responses of one call.

    Args:
        config: The session's settings.
        failures: Builds the errors.
        call: The call.

    Attributes:
        ready_in: Seconds to wait after the last response that was not ready.
    """

    __slots__ = ("_call", "_config", "_failures", "ready_in")

    def __init__(self, config: SessionConfig, failures: Failures, call: Call) -> None:
        self._config = config
        self._failures = failures
        self._call = call
        self.ready_in: float | None = None

    def outcome(self, response: Response, parse: Parse[T], now: datetime, url: str, attempts: int) -> T | GitFleetError:
        """Return the parsed response, or the error that it is by its status, its failed decoding or its content.

        Args:
            response: The response.
            parse: Parses it.
            now: When it arrived.
            url: The URL as errors show it.
            attempts: How many attempts have failed.
        """
        call = self._call
        if call.method == "GET" and is_not_ready(response):
            return self._not_ready(response, now, url, attempts)
        if response.failure is not None:
            return self._failures.decoding(response.failure, response, method=call.method, url=url)
        if not 200 <= response.status < 300:
            return self._failures.status(response, call, url, now)
        result = parse(response, now)
        if not isinstance(result, GitFleetError):
            return result
        # Parsed again, because an error is shown. Only now, because redaction copies the body.
        redacted = parse(self._failures.response(response), now)
        return redacted if isinstance(redacted, GitFleetError) else result

    def confirmed(self, cached: Response, parse: Parse[T], now: datetime, url: str) -> T | Stale:
        """Return a cached response that the server confirmed, parsed; Stale if that fails.

        Otherwise an entry that was damaged, or stored by another release, would fail again until the data changes.

        Args:
            cached: The response in the cache.
            parse: Parses it.
            now: When the confirmation arrived.
            url: The URL as events show it.
        """
        try:
            result = parse(cached, now)
        except Exception:  # noqa: BLE001  damaged values can raise anything
            return Stale()
        if isinstance(result, GitFleetError):
            return Stale()
        emit(self._config.on_event, CacheHit(self._call.method, url))
        return result

    def _not_ready(self, response: Response, now: datetime, url: str, attempts: int) -> ProviderError:
        asked = retry_after(response.headers, now)
        self.ready_in = 2.0 ** min(attempts, _MAX_DOUBLINGS) if asked is None else asked
        name = self._config.profile.name
        message = f"GET {url}: {name} is still computing the response (202); try again later"
        return self._failures.provider(NOT_READY, message, url=url, status=response.status)
