"""Faults of the connection: closed, reset, silent or slow."""

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
    """The connection closes without a response."""

    name: ClassVar[str] = "drop"

    async def apply(self, context: FaultContext) -> None:
        """Close the connection."""
        context.skip_response()
        context.log(None)
        await context.connection.close()


@dataclass(frozen=True)
class Reset(Effect):
    """The connection is reset (TCP RST), before the response or within its body.

    Attributes:
        after_bytes: bytes of the body to send before the reset, never the last one. None: reset before the response.

    Raises:
        ValueError: ``after_bytes`` is negative.
    """

    name: ClassVar[str] = "reset"
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_bytes < 0:
            raise ValueError(f"after_bytes must not be negative: {self.after_bytes}")

    async def apply(self, context: FaultContext) -> None:
        """Reset the connection."""
        if self.after_bytes is None:
            context.skip_response()
            context.log(None)
        else:
            response = context.handle()
            context.log(response.status)
            data = await context.connection.begin(response)
            await context.connection.send_part(data[: min(self.after_bytes, max(0, len(data) - 1))])
        await context.connection.reset()


@dataclass(frozen=True)
class Stall(Effect):
    """Silence before the head of the response or in the middle of its body. Then the response continues.

    Attributes:
        seconds: duration of the silence. None: until the client closes the connection or the forge stops.
        where: "head" or "body".

    Raises:
        ValueError: an attribute has an invalid value.
    """

    name: ClassVar[str] = "stall"
    seconds: float | None = 1.0
    where: Literal["head", "body"] = "head"

    def __post_init__(self) -> None:
        if self.seconds is not None and not 0 <= self.seconds < math.inf:
            raise ValueError(f"seconds must be 0 or more, or None: {self.seconds}")
        if self.where not in ("head", "body"):
            raise ValueError(f"where must be 'head' or 'body': {self.where!r}")

    async def apply(self, context: FaultContext) -> None:
        """Wait, then continue."""
        if self.where == "head":
            early = context.early_response()
            await context.connection.pause(self.seconds)
            if early is None and context.connection.client_closed:
                # The client closed the connection before the service handled the request: nothing was changed.
                return context.log(None)
            return await context.send(early or context.handle())
        response = context.handle()
        context.log(response.status)
        data = await context.connection.begin(response)
        half = len(data) // 2
        await context.connection.send_part(data[:half])
        await context.connection.pause(self.seconds)
        return await context.connection.end(data[half:])


@dataclass(frozen=True)
class Trickle(Effect):
    """A slow body.

    Attributes:
        bytes_per_second: speed of the body.

    Raises:
        ValueError: the speed is not positive and finite.
    """

    name: ClassVar[str] = "trickle"
    bytes_per_second: float = 1000.0

    def __post_init__(self) -> None:
        if not 0 < self.bytes_per_second < math.inf:
            raise ValueError(f"bytes_per_second must be more than 0: {self.bytes_per_second}")

    async def apply(self, context: FaultContext) -> None:
        """Send the body in small portions."""
        response = context.handle()
        context.log(response.status)
        data = await context.connection.begin(response)
        step = max(1, round(self.bytes_per_second * _BEAT))
        while data and not context.connection.client_closed and not context.connection.stopping:
            await context.connection.pause(min(step, len(data)) / self.bytes_per_second)
            await context.connection.send_part(data[:step])
            data = data[step:]
        await context.connection.end(data)


@dataclass(frozen=True)
class Truncate(Effect):
    """A body that ends too early: Content-Length gives the full length, then the connection closes.

    Attributes:
        keep: the part to send. An int is a number of bytes (never the last one), a float below 1 is a share.

    Raises:
        ValueError: ``keep`` is negative, or a share of 1 or more.
    """

    name: ClassVar[str] = "truncate"
    keep: float = 0.5

    def __post_init__(self) -> None:
        if self.keep < 0 or (isinstance(self.keep, float) and not self.keep < 1):
            raise ValueError(f"keep must be a number of bytes (int), or a share from 0.0 to below 1.0: {self.keep}")

    async def apply(self, context: FaultContext) -> None:
        """Send a part of the response."""
        response = context.handle()
        context.log(response.status)
        data = await context.connection.begin(response)
        count = self.keep if isinstance(self.keep, int) else int(len(data) * self.keep)
        await context.connection.send_part(data[: min(count, max(0, len(data) - 1))])
        await context.connection.close()
