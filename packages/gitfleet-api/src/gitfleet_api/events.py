"""Events: what a client reports about its requests, to ``on_event`` and to the logger ``gitfleet``.

Events contain labels of tokens, never tokens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from ._internal.lazy_dataclass import dataclass

__all__ = [
    "CacheHit",
    "Event",
    "FallbackToRest",
    "IncompleteListing",
    "OnEvent",
    "RequestDone",
    "Retrying",
    "TokenSwitched",
    "Waiting",
    "emit",
    "is_wanted",
]

logger: logging.Logger = logging.getLogger("gitfleet")


class _DefaultHandler(logging.NullHandler):
    """Keeps events off stderr while the application has not configured logging.

    Without a handler, Python writes every warning to stderr, so that ``on_event=print`` shows some events twice. Errors
    are still written: they report a fault in ``on_event``, which nothing else would show.
    """

    def handle(self, record: logging.LogRecord) -> bool:
        is_configured = len(logger.handlers) > 1 or (logger.propagate and logging.root.handlers)
        if record.levelno >= logging.ERROR and logging.lastResort is not None and not is_configured:
            logging.lastResort.handle(record)
        return True


logger.addHandler(_DefaultHandler())

WaitReason = Literal["rate_limit", "secondary_rate_limit", "in_flight", "pacing"]


@dataclass(frozen=True, slots=True)
class RequestDone:
    """A request has received its response, or has failed. Logged at DEBUG."""

    method: str
    """HTTP method, in capitals."""
    url: str
    """URL of the request. Secrets in it are redacted."""
    status: int | None
    """HTTP status of the response. None if there was no complete response."""
    seconds: float
    """Time from sending the request to the end of the response, in seconds."""
    token: str | None
    """Label of the token that was used. None if the request had no token."""
    remaining: int | None
    """Calls left for this token and resource. None if the response does not state it."""
    code: str | None = None
    """Code of the error (``GitFleetError.code``). None if the request succeeded."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request has failed and will be sent again. Logged at WARNING."""

    method: str
    """HTTP method, in capitals."""
    url: str
    """URL of the request. Secrets in it are redacted."""
    attempt: int
    """Number of the next attempt, from 2."""
    seconds: float
    """Time until the next attempt, in seconds."""
    code: str
    """Code of the error that caused the retry (``GitFleetError.code``)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request waits before it is sent, because its rate limit allows no request now. Logged at WARNING."""

    url: str
    """URL of the request. Secrets in it are redacted."""
    reason: WaitReason
    """``rate_limit``, ``secondary_rate_limit``, ``in_flight`` (running calls may use the rest) or ``pacing``."""
    seconds: float
    """Planned waiting time, in seconds."""
    until: datetime
    """Planned end of the wait (aware, UTC)."""
    resource: str
    """The provider's name of the budget, as ``core``."""


@dataclass(frozen=True, slots=True)
class TokenSwitched:
    """A request is sent again with another token. Logged at WARNING."""

    url: str
    """URL of the request. Secrets in it are redacted."""
    old: str | None
    """Label of the token before. None if the request had no token."""
    new: str | None
    """Label of the token from now on. None if the request has no token."""
    code: str
    """Code of the error that caused the switch (``GitFleetError.code``)."""


@dataclass(frozen=True, slots=True)
class CacheHit:
    """The server confirmed a cached response (304), so the cached data was used. Logged at DEBUG."""

    method: str
    """HTTP method, in capitals."""
    url: str
    """URL of the request. Secrets in it are redacted."""


@dataclass(frozen=True, slots=True)
class FallbackToRest:
    """A batch (GraphQL) did not return some repositories, which are now requested by REST. Logged at WARNING."""

    url: str
    """URL of the GraphQL API. Secrets in it are redacted."""
    repositories: int
    """How many repositories are requested by REST: at least one call each."""
    code: str
    """Code of the error (``GitFleetError.code``), or ``missing`` if the response left them out."""


@dataclass(frozen=True, slots=True)
class IncompleteListing:
    """A listing with ``on_incomplete="warn"`` has ended, but rows are missing. Logged at WARNING."""

    reason: str
    """Stable name of the gap, see :class:`Gap`."""
    count: int | None
    """Number of rows that are missing. None if the provider does not state it."""
    remedy: str
    """What is missing, and what to do about it."""
    url: str | None
    """URL of the request whose response shows the gap. Secrets in it are redacted. None for a GraphQL query."""


Event = RequestDone | Retrying | Waiting | TokenSwitched | CacheHit | FallbackToRest | IncompleteListing
"""Any event that ``on_event`` receives."""
OnEvent = Callable[[Event], None]
"""Type of the ``on_event`` option of clients."""

_LEVELS: dict[type, int] = dict.fromkeys(
    (FallbackToRest, IncompleteListing, Retrying, TokenSwitched, Waiting), logging.WARNING
)


def is_wanted(listener: OnEvent | None, kind: type[Event]) -> bool:
    """Return whether an event of this class has a receiver; frequent events are created only then."""
    return listener is not None or logger.isEnabledFor(_level(kind))


def _level(kind: type[Event]) -> int:
    return _LEVELS.get(kind, logging.DEBUG)


def emit(listener: OnEvent | None, event: Event) -> None:
    """Send an event to the logger and to ``listener``. An exception of the listener is logged and not raised."""
    level = _level(type(event))
    if logger.isEnabledFor(level):
        logger.log(level, "%s", event)
    if listener is not None:
        try:
            listener(event)
        except Exception:
            logger.exception("on_event failed for %s", event)
