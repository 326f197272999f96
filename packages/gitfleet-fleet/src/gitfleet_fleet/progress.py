"""Counts what is done, and reports it."""

from __future__ import annotations

import logging
from typing import Any

from .events import FleetEvent, OnFleetEvent, TargetListed, UnitDone
from .outcome import Outcome

__all__ = ["Progress", "emit"]

_logger = logging.getLogger("gitfleet")


class Progress:
    """The progress of one iteration.

    Args:
        listener: Receives the events. None for no events.
        targets: Number of targets to list.
        kinds: Number of calls for each repository.
    """

    def __init__(self, listener: OnFleetEvent | None, targets: int, kinds: int = 1) -> None:
        self._listener = listener
        self._unlisted = targets
        self._kinds = kinds
        self._done = 0
        self._repositories = 0
        self._failed_targets = 0

    @property
    def total(self) -> int | None:
        """Outcomes in all. None while targets are still being listed."""
        return None if self._unlisted else self._repositories * self._kinds + self._failed_targets

    def listed(self, event: TargetListed) -> None:
        """Note that a target was listed."""
        self._unlisted -= 1
        self._repositories += event.repositories
        if self._listener is not None:
            total = None if self._unlisted else self._repositories
            emit(self._listener, TargetListed(event.target, event.repositories, total))

    def done(self, outcome: Outcome[Any]) -> None:
        """Note an outcome."""
        self._done += 1
        self._failed_targets += outcome.repo is None
        if self._listener is not None:
            rows = len(outcome.rows)
            emit(self._listener, UnitDone(outcome.target, outcome.kind, outcome.status, rows, self._done, self.total))


def emit(listener: OnFleetEvent | None, event: FleetEvent) -> None:
    """Pass an event to the function of the user, if there is one. Its exceptions are logged."""
    if listener is None:
        return
    try:
        listener(event)
    except Exception:
        _logger.exception("on_event failed for %s", event)
