"""The clock of a server: how far it is ahead of ours, by the Date headers of its responses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

from ..backend.messages import Headers

__all__ = ["ServerClock", "http_date"]

_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905
}
_DATE_LENGTH = len("Sun, 06 Nov 1994 08:49:37 GMT")
_LONGEST_OFFSET = 86_400.0
"""Seconds of the largest offset that is believed. A clock that differs by more is a recorded or a made-up Date."""
_SLACK = 2.0
"""Seconds by which a Date may be old: it has whole seconds, and servers write it once per second."""
_CONFIRMATIONS = 3
"""How many different dates in a row must show that a server is behind what it showed before: a date may be stale."""


class ServerClock:
    """The estimated offset of a server's clock.

    The server writes the Date of a response after the request was sent and before the response arrives, which bounds
    the offset. The bounds of all responses are intersected. A Date can be old, from a cache between us and the server,
    but never new: a later date than expected is believed at once, an earlier one when it is confirmed. Threads need no
    lock here: what one of them overwrites, the next response shows again.

    Attributes:
        offset: Seconds by which the server's clock is ahead of ours. 0 if equal clocks explain all responses, and while
            nothing is known. Never larger than the true value, so that no reset is expected too early.
    """

    __slots__ = ("_contradictions", "_high", "_last", "_low", "offset")

    def __init__(self) -> None:
        self.offset: float = 0.0
        self._last: str | None = None
        self._low = -inf
        self._high = inf
        self._contradictions = 0

    def observe(self, headers: Headers, sent: float, received: float) -> float:
        """Learn from the headers of a response, and return by how much the offset has changed.

        Args:
            headers: The headers.
            sent: When the request was sent, in epoch seconds by our clock.
            received: When the response had arrived.
        """
        text = headers.get("date")
        if text is None or text == self._last:  # most responses arrive in the same second as the one before
            return 0.0
        self._last = text
        date = http_date(text)
        if date is None or headers.get("age") not in (None, "0"):
            return 0.0
        low, high = date - received, date + _SLACK - sent
        if low > _LONGEST_OFFSET or high < -_LONGEST_OFFSET:
            return 0.0
        if high < self._low:
            self._contradictions += 1
            if self._contradictions < _CONFIRMATIONS:
                return 0.0
        if high < self._low or low > self._high:
            self._low, self._high = low, high
        else:
            self._low, self._high = max(low, self._low), min(high, self._high)
        self._contradictions = 0
        before = self.offset
        self.offset = 0.0 if self._low <= 0.0 <= self._high else self._low
        return self.offset - before

    def local_time(self, moment: datetime) -> datetime:
        """Return a time that the server stated, by our clock. Those in headers are converted by ``read_limits``.

        Args:
            moment: An aware time, like a reset time in a body.
        """
        try:
            return moment - timedelta(seconds=self.offset)
        except OverflowError:  # at the end of the calendar
            return moment


def http_date(text: str) -> float | None:
    """Return the epoch seconds of a Date header, like ``Sun, 06 Nov 1994 08:49:37 GMT``; None for anything else.

    The standard library's parser takes 10 times as long, and its import 10 ms.
    """
    if len(text) != _DATE_LENGTH or not text.endswith(" GMT") or not text.isascii():
        return None
    month = _MONTHS.get(text[8:11])
    if month is None:
        return None
    try:
        numbers = (int(text[12:16]), month, int(text[5:7]), int(text[17:19]), int(text[20:22]), int(text[23:25]))
        return datetime(*numbers, tzinfo=UTC).timestamp()
    except ValueError:
        return None
