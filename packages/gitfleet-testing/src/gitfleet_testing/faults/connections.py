"""Connections that close, break off, fall silent or are slow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from .effect import Effect, Turn

#: Seconds between two portions of a slow body.
_BEAT = 0.02


@dataclass(frozen=True)
class Drop(Effect):
    """The request is taken and the connection closed, without an answer."""

    name: ClassVar[str] = "drop"

    async def play(self, turn: Turn) -> None:
        """Close the connection."""
        turn.replace()
        turn.note(None)
        await turn.wire.close()


@dataclass(frozen=True)
class Reset(Effect):
    """The connection is reset: before the answer, or after so many bytes of its body (but before the last)."""

    name: ClassVar[str] = "reset"
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_bytes < 0:
            raise ValueError(f"after_bytes must not be negative: {self.after_bytes}")

    async def play(self, turn: Turn) -> None:
        """Reset the connection."""
        if self.after_bytes is None:
            turn.replace()
            turn.note(None)
        else:
            answer = turn.act()
            turn.note(answer.status)
            data = await turn.wire.begin(answer)
            await turn.wire.part(data[: min(self.after_bytes, max(0, len(data) - 1))])
        await turn.wire.reset()


@dataclass(frozen=True)
class Stall(Effect):
    """Silence before the head of the answer or in the middle of its body, then all goes on.

    ``seconds`` None: until the client leaves or the forge stops.
    """

    name: ClassVar[str] = "stall"
    seconds: float | None = 1.0
    where: Literal["head", "body"] = "head"

    def __post_init__(self) -> None:
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise ValueError(f"seconds must be 0 or more, or None: {self.seconds}")
        if self.where not in ("head", "body"):
            raise ValueError(f"where must be 'head' or 'body': {self.where!r}")

    async def play(self, turn: Turn) -> None:
        """Be silent for a while."""
        if self.where == "head":
            early = turn.early()
            await turn.wire.pause(self.seconds)
            if early is None and turn.wire.gone:
                # Whoever left before the server acted finds nothing done.
                return turn.note(None)
            return await turn.send(early or turn.act())
        answer = turn.act()
        turn.note(answer.status)
        data = await turn.wire.begin(answer)
        half = len(data) // 2
        await turn.wire.part(data[:half])
        await turn.wire.pause(self.seconds)
        return await turn.wire.end(data[half:])


@dataclass(frozen=True)
class Trickle(Effect):
    """The body comes slowly."""

    name: ClassVar[str] = "trickle"
    bytes_per_second: float = 1000.0

    def __post_init__(self) -> None:
        if not 0 < self.bytes_per_second < math.inf:
            raise ValueError(f"bytes_per_second must be more than 0: {self.bytes_per_second}")

    async def play(self, turn: Turn) -> None:
        """Send the answer a little at a time."""
        answer = turn.act()
        turn.note(answer.status)
        data = await turn.wire.begin(answer)
        step = max(1, round(self.bytes_per_second * _BEAT))
        while data and not turn.wire.gone and not turn.wire.hurried:
            await turn.wire.pause(min(step, len(data)) / self.bytes_per_second)
            await turn.wire.part(data[:step])
            data = data[step:]
        await turn.wire.end(data)


@dataclass(frozen=True)
class Truncate(Effect):
    """The body ends too early: its length is promised, then the connection is closed.

    ``keep`` is what comes of it: a number of bytes (an int; never the last one), or a share (a float below 1).
    """

    name: ClassVar[str] = "truncate"
    keep: float = 0.5

    def __post_init__(self) -> None:
        if self.keep < 0 or (isinstance(self.keep, float) and not self.keep < 1):
            raise ValueError(f"keep must be a number of bytes (int), or a share from 0.0 to below 1.0: {self.keep}")

    async def play(self, turn: Turn) -> None:
        """Send a part of the answer."""
        answer = turn.act()
        turn.note(answer.status)
        data = await turn.wire.begin(answer)
        count = self.keep if isinstance(self.keep, int) else int(len(data) * self.keep)
        await turn.wire.part(data[: min(count, max(0, len(data) - 1))])
        await turn.wire.close()
