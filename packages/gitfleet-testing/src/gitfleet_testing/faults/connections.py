"""Connections that close, break off, fall silent or are slow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from .effect import Effect, FaultContext

__all__ = ["Drop", "Reset", "Stall", "Trickle", "Truncate"]

#: Seconds between two portions of a slow body.
_BEAT = 0.02


@dataclass(frozen=True)
class Drop(Effect):
    """The request is taken and the connection closed, without an answer."""

    name: ClassVar[str] = "drop"

    async def play(self, context: FaultContext) -> None:
        """Close the connection."""
        context.replace()
        context.note(None)
        await context.connection.close()


@dataclass(frozen=True)
class Reset(Effect):
    """The connection is reset: before the answer, or after so many bytes of its body (but before the last)."""

    name: ClassVar[str] = "reset"
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_bytes < 0:
            raise ValueError(f"after_bytes must not be negative: {self.after_bytes}")

    async def play(self, context: FaultContext) -> None:
        """Reset the connection."""
        if self.after_bytes is None:
            context.replace()
            context.note(None)
        else:
            response = context.act()
            context.note(response.status)
            data = await context.connection.begin(response)
            await context.connection.part(data[: min(self.after_bytes, max(0, len(data) - 1))])
        await context.connection.reset()


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

    async def play(self, context: FaultContext) -> None:
        """Be silent for a while."""
        if self.where == "head":
            early = context.early()
            await context.connection.pause(self.seconds)
            if early is None and context.connection.gone:
                # Whoever left before the server acted finds nothing done.
                return context.note(None)
            return await context.send(early or context.act())
        response = context.act()
        context.note(response.status)
        data = await context.connection.begin(response)
        half = len(data) // 2
        await context.connection.part(data[:half])
        await context.connection.pause(self.seconds)
        return await context.connection.end(data[half:])


@dataclass(frozen=True)
class Trickle(Effect):
    """The body comes slowly."""

    name: ClassVar[str] = "trickle"
    bytes_per_second: float = 1000.0

    def __post_init__(self) -> None:
        if not 0 < self.bytes_per_second < math.inf:
            raise ValueError(f"bytes_per_second must be more than 0: {self.bytes_per_second}")

    async def play(self, context: FaultContext) -> None:
        """Send the answer a little at a time."""
        response = context.act()
        context.note(response.status)
        data = await context.connection.begin(response)
        step = max(1, round(self.bytes_per_second * _BEAT))
        while data and not context.connection.gone and not context.connection.stopping:
            await context.connection.pause(min(step, len(data)) / self.bytes_per_second)
            await context.connection.part(data[:step])
            data = data[step:]
        await context.connection.end(data)


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

    async def play(self, context: FaultContext) -> None:
        """Send a part of the answer."""
        response = context.act()
        context.note(response.status)
        data = await context.connection.begin(response)
        count = self.keep if isinstance(self.keep, int) else int(len(data) * self.keep)
        await context.connection.part(data[: min(count, max(0, len(data) - 1))])
        await context.connection.close()
