"""The base class of all faults, and the operations that a fault has on a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from ..http.connection import ClientConnection
from ..http.messages import Response

__all__ = ["Effect", "FaultContext"]


class FaultContext:
    """A request that a fault applies to, with the operations that a fault can use.

    Args:
        connection: the connection of the request.
        handle: handles the request as without the fault and returns the response of the service.
        charge: counts the request against its rate limit.
        add_headers: adds the headers that every response of the service has.
        log: records the status that is sent.
        handle_first: whether the service handles the request before the fault applies.
    """

    def __init__(
        self,
        connection: ClientConnection,
        *,
        handle: Callable[[], Response],
        charge: Callable[[], None],
        add_headers: Callable[[Response], Response],
        log: Callable[[int | None], None],
        handle_first: bool,
    ) -> None:
        self.connection = connection
        #: Handles the request as without the fault, counts it and returns the response.
        self.handle = handle
        #: Adds the headers that every response of the service has.
        self.add_headers = add_headers
        #: Records the status in the request log (None: no response). Call it before sending: a test can read the log
        #: as soon as the client has the response.
        self.log = log
        self._charge = charge
        self._handle_first = handle_first

    def skip_response(self, *, counted: bool = True) -> None:
        """Prepare to discard the service's own response; the request is handled or counted where it must be.

        Args:
            counted: whether the request counts against the rate limit if the service does not handle it.
        """
        if self._handle_first:
            self.handle()
        elif counted:
            self._charge()

    def early_response(self) -> Response | None:
        """Return the service's response if it handles the request first, else None: ``handle`` is called later."""
        return self.handle() if self._handle_first else None

    async def send(self, response: Response) -> None:
        """Log the status and send a complete, well-formed response."""
        self.log(response.status)
        await self.connection.send(response)


class Effect(ABC):
    """A kind of fault. Immutable, because it can apply to many requests at a time."""

    #: The name in the request log.
    name: ClassVar[str]

    @abstractmethod
    async def apply(self, context: FaultContext) -> None:
        """Apply the fault to a request.

        Args:
            context: the request and the operations on it.
        """
