"""Pacing: the points that a principal has spent lately, and when it may spend more."""

from __future__ import annotations

from collections import deque

from ..profile import RateWindow

__all__ = ["Pacing", "Spending", "Windows"]

Windows = tuple[RateWindow, ...]


class Spending:
    """The points of one request.

    Attributes:
        when: When the request was sent; when its response arrived, as soon as it has: the server counted the request at
            a time in between, and its window ends that much later.
        points: The points.
    """

    __slots__ = ("points", "when")

    def __init__(self, when: float, points: int) -> None:
        self.when: float = when
        self.points: int = points


class _Meter:
    """The points spent in one window."""

    __slots__ = ("_sent", "_total", "window")

    def __init__(self, window: RateWindow) -> None:
        self.window = window
        self._sent: deque[Spending] = deque()
        self._total = 0

    def next_send(self, points: int, now: float) -> float:
        """Return when ``points`` more may be spent; ``now`` if at once."""
        sent, window = self._sent, self.window
        over = now - window.seconds
        while sent and sent[0].when <= over:
            self._total -= sent.popleft().points
        excess = self._total + points - window.points
        if excess <= 0:
            return now
        latest = now - window.seconds
        for spending in sent:  # in the order of sending, which may differ from the one of arrival
            excess -= spending.points
            latest = max(latest, spending.when)
            if excess <= 0:
                return latest + window.seconds
        return now  # more points than the window ever allows: waiting gains nothing

    def spend(self, points: int, now: float) -> Spending:
        spending = Spending(now, points)
        self._sent.append(spending)
        self._total += points
        return spending

    def absorb(self, other: _Meter) -> None:
        self._sent = deque(sorted((*self._sent, *other._sent), key=lambda spending: spending.when))
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

    def spend(self, windows: Windows, now: float, *, reads: bool) -> list[Spending]:
        """Record that a request is being sent, and return the entries, whose time is to be set when it has ended."""
        entries = []
        for meter in self._meters_of(windows):
            points = meter.window.read if reads else meter.window.write
            if points:
                entries.append(meter.spend(points, now))
        return entries

    def absorb(self, other: Pacing) -> None:
        """Add the points of another bucket that turned out to be the same budget."""
        for meter, more in zip(self._meters_of(self._windows or other._windows), other._meters, strict=False):
            meter.absorb(more)

    def _meters_of(self, windows: Windows) -> list[_Meter]:
        # All clients of a provider have the same policy, so that this compares identities.
        if windows is not self._windows and windows != self._windows:
            self._windows, self._meters = windows, [_Meter(window) for window in windows]
        return self._meters
