"""What a row of the fault matrix is, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gitfleet_api import (
    AuthError,
    DecodeError,
    GitFleetError,
    PermissionDeniedError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    SecondaryRateLimitError,
    ServerError,
)
from gitfleet_testing import Forge
from support.sending import METHODS, READS, WRITES

ATTEMPTS = 3
LONGEST_WAIT = 630.0
PATIENCE = 0.3
"""Seconds of silence that a client bears in rows about silence."""

Outcome = tuple[type[GitFleetError], str] | None
"""Class and code of the error; None: the call succeeds."""
Arm = Callable[..., object]
"""Sets a forge up; ``after=True`` lets it act before the fault."""

SERVER_ERROR: Outcome = (ServerError, "server_error")
LOST: Outcome = (ProtocolError, "connection_lost")
GARBLED: Outcome = (ProtocolError, "protocol_error")
SILENT: Outcome = (RequestTimeoutError, "timeout_read")
LIMITED: Outcome = (RateLimitError, "rate_limited")
TOO_FAST: Outcome = (SecondaryRateLimitError, "secondary_rate_limited")
FORBIDDEN: Outcome = (PermissionDeniedError, "forbidden")
UNAUTHORIZED: Outcome = (AuthError, "unauthorized")
REDIRECTED: Outcome = (ProviderError, "redirected")
NOT_JSON: Outcome = (DecodeError, "decode_json")


@dataclass(frozen=True, slots=True)
class End:
    """How a call ends.

    Attributes:
        outcome: the error, or None.
        waits: seconds of the waits on the way; None: whatever.
        requests: how often it is sent; None: once more than it waits.
    """

    outcome: Outcome = None
    waits: tuple[float, ...] | None = ()
    requests: int | None = None

    @property
    def sent(self) -> int:
        """How often it is sent."""
        return len(self.waits or ()) + 1 if self.requests is None else self.requests


@dataclass(frozen=True, slots=True)
class Row:
    """One fault that one method meets.

    Attributes:
        acted: how often the forge is to have done what a write asks for.
        tokens: how many the client has.
        impatient: whether it gives up after PATIENCE seconds of silence.
        decode: whether the response is to be decoded.
    """

    fault: str
    method: str
    arm: Callable[[Forge], object]
    end: End
    acted: int
    tokens: int
    impatient: bool
    decode: bool

    def __str__(self) -> str:
        return f"{self.method} {self.fault}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, and how reads and writes end that meet it.

    Attributes:
        name: in words.
        arm: sets the forge up.
        reads: the end of GET and HEAD.
        writes: of the others; None: the same.
        methods: those that can meet it.
        spoils: the writes meet it a second time with the forge having acted.
        acts: the forge acts in any case, as a part of its response is sent.
    """

    name: str
    arm: Arm
    reads: End
    writes: End | None = None
    methods: tuple[str, ...] = METHODS
    spoils: bool = False
    acts: bool = False
    tokens: int = 1
    impatient: bool = False
    decode: bool = False

    def rows(self) -> Iterator[Row]:
        """A row a method; two for the writes where the forge may have acted."""
        rest: dict[str, Any] = {"tokens": self.tokens, "impatient": self.impatient, "decode": self.decode}
        for method in self.methods:
            end = self.reads if method in READS or self.writes is None else self.writes
            acted = int(method in WRITES and (end.outcome is None or self.acts))
            yield Row(self.name, method, self.arm, end, acted, **rest)
            if self.spoils and method in WRITES:
                yield Row(f"{self.name}, but done", method, self._after, end, 1, **rest)

    def _after(self, forge: Forge) -> object:
        return self.arm(forge, after=True)
