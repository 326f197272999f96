"""Pacing: the points that a principal has spent lately, and when it may spend more."""

from __future__ import annotations

from collections import deque

from ..profile import RateWindow

__all__ = ["Pacing"]

Windows = tuple[RateWindow, ...]


class _Meter:
    """The points spent in one window."""

    __slots__ = ("_sent", "_total", "window")

    def __init__(self, window: RateWindow) -> None:
        self.window = window
        self._sent: deque[tuple[float, int]] = deque()
        self._total = 0

    def next_send(self, points: int, now: float) -> float:
        """Return when ``points`` more may be spent; ``now`` if at once."""
        sent, window = self._sent, self.window
        over = now - window.seconds
        while sent and sent[0][0] <= over:
            self._total -= sent.popleft()[1]
        excess = self._total + points - window.points
        if excess <= 0:
            return now
        for when, spent in sent:
            excess -= spent
            if excess <= 0:
                return when + window.seconds
        return now  # more points than the window ever allows: waiting gains nothing

    def spend(self, points: int, now: float) -> None:
        self._sent.append((now, points))
        self._total += points

    def absorb(self, other: _Meter) -> None:
        self._sent = deque(sorted((*self._sent, *other._sent)))
        self._total += other._total


class Pacing:
    """The points spent in each window of one bucket. Empty until a client with a policy uses the bucket."""

    __slots__ = ("_meters", "_windows")

    def __init__(self) -> None:
        self._windows: Windows = ()
        self._meters: list[_Meter] = []

    def next_send(self, windows: Windows, now: float, *, reads: bool) -> tuple[float, RateWindow | None]:
        """Return when one more request may be sent (``now`` if at once), and the window that it waits for.

        Args:
            windows: The published limits.
            now: Epoch seconds.
            reads: Whether the request changes nothing.
        """
        latest, binding = now, None
        for meter in self._meters_of(windows):
            points = meter.window.read if reads else meter.window.write
            until = meter.next_send(points, now) if points else now
            if until > latest:
                latest, binding = until, meter.window
        return latest, binding

    def spend(self, windows: Windows, now: float, *, reads: bool) -> None:
        """Record that a request is being sent."""
        for meter in self._meters_of(windows):
            points = meter.window.read if reads else meter.window.write
            if points:
                meter.spend(points, now)

    def absorb(self, other: Pacing) -> None:
        """Add the points of another bucket that turned out to be the same budget."""
        for meter, more in zip(self._meters_of(self._windows or other._windows), other._meters, strict=False):
            meter.absorb(more)

    def _meters_of(self, windows: Windows) -> list[_Meter]:
        # All clients of a provider have the same policy, so that this compares identities.
        if windows is not self._windows and windows != self._windows:
            self._windows, self._meters = windows, [_Meter(window) for window in windows]
        return self._meters
