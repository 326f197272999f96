"""What a client tells about its work: to ``on_event`` and to the logger ``gitfleet``. Never a token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from ._internal.lazy_dataclass import dataclass

__all__ = ["CacheHit", "Event", "OnEvent", "RequestDone", "Retrying", "TokenSwitched", "Waiting", "is_heard", "tell"]

logger = logging.getLogger("gitfleet")


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
    """A request was answered, or failed.

    Attributes:
        status: of the answer, or None when there was none.
        seconds: from sending it to the answer.
        token: the label of the token that went along, or None.
        remaining: calls left with that token, when the answer said so.
        code: of the error, or None.
    """

    method: str
    url: str
    status: int | None
    seconds: float
    token: str | None
    remaining: int | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request will be sent again in ``seconds``, as attempt number ``attempt``, because of ``code``."""

    method: str
    url: str
    attempt: int
    seconds: float
    code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request waits, because of ``reason``, for ``seconds``, until ``until``, before it may use ``resource``."""

    url: str
    reason: WaitReason
    seconds: float
    until: datetime
    resource: str


@dataclass(frozen=True, slots=True)
class TokenSwitched:
    """A request goes on with another token (labels, not the tokens), because of ``code``."""

    url: str
    old: str | None
    new: str | None
    code: str


@dataclass(frozen=True, slots=True)
class CacheHit:
    """The provider said that nothing has changed (304), so the stored answer was taken."""

    method: str
    url: str


Event = RequestDone | Retrying | Waiting | TokenSwitched | CacheHit
OnEvent = Callable[[Event], None]

_LEVELS: dict[type, int] = {Retrying: logging.WARNING, Waiting: logging.WARNING, TokenSwitched: logging.WARNING}


def is_heard(listener: OnEvent | None, kind: type[Event]) -> bool:
    """Whether anybody wants to know of events of this class; for those that are many."""
    return listener is not None or logger.isEnabledFor(_level(kind))


def _level(kind: type[Event]) -> int:
    return _LEVELS.get(kind, logging.DEBUG)


def tell(listener: OnEvent | None, event: Event) -> None:
    """Hand an event to the logger and to ``listener``. An exception of the listener is logged, and harms no call."""
    level = _level(type(event))
    if logger.isEnabledFor(level):
        logger.log(level, "%s", event)
    if listener is not None:
        try:
            listener(event)
        except Exception:
            logger.exception("on_event failed for %s", event)
