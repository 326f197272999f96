"""What all faults have in common, and what they can do with a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from ..http.connection import ClientConnection
from ..http.messages import Response

__all__ = ["Effect", "FaultContext"]


class FaultContext:
    """A request that meets a fault, and the means to answer it, or not."""

    def __init__(
        self,
        connection: ClientConnection,
        *,
        act: Callable[[], Response],
        charge: Callable[[], None],
        add_headers: Callable[[Response], Response],
        note: Callable[[int | None], None],
        acts_first: bool,
    ) -> None:
        self.connection = connection
        #: Answers as without the fault: what the request asks for is done, and counted.
        self.act = act
        #: Gives an answer the headers that all answers of the service have.
        self.add_headers = add_headers
        #: Notes in the log what was sent (None: nothing); to be called before sending, as clients are quick.
        self.note = note
        self._charge = charge
        self._acts_first = acts_first

    def replace(self, *, counted: bool = True) -> None:
        """To be called before the server's own answer is put aside: it acts all the same where it should."""
        if self._acts_first:
            self.act()
        elif counted:
            self._charge()

    def early(self) -> Response | None:
        """The server's answer if it is to act at once, else None: ``act`` comes later."""
        return self.act() if self._acts_first else None

    async def send(self, response: Response) -> None:
        """Note and send an answer, well-formed and whole."""
        self.note(response.status)
        await self.connection.send(response)


class Effect(ABC):
    """A kind of fault. Immutable: it may be met by many requests at a time."""

    #: As it is called in the log.
    name: ClassVar[str]

    @abstractmethod
    async def play(self, context: FaultContext) -> None:
        """Do to the request what the fault is."""
