"""Renewal: the current token of one account, which is renewed once for all that wait for it."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

from .._internal.at_fork import renew_after_fork
from ..errors import AuthError
from .account import AccessToken
from .shared_work import SharedWork

__all__ = ["Renewal"]

_FORMER = 4
"""Earlier tokens that are still redacted: a server may repeat one in a late response."""
_EARLY = 0.1
"""Part of a token's life that is left when it is renewed."""
_SHORTEST = 1.0
"""Seconds for which a token is used at least, whatever the server says about its end."""
_LONGEST_EARLY = 300.0
"""Seconds of that part at most: an app's token lives for an hour."""


class Renewal:
    """The token of one account. Threads and event loops share it.

    Attributes:
        token: The token; empty while there is none.
        obtained_at: When the server issued it, in epoch seconds.
        expires_at: When it expires; None if that is unknown.
        refused: The token that the server refused, until there is another; None if none was.
        former: Earlier tokens, which still have to be redacted.
        problem: Message, status and code of the error for which there is no token; None without one.
    """

    __slots__ = (
        "__weakref__",
        "_lock",
        "_renews_at",
        "_work",
        "expires_at",
        "former",
        "obtained_at",
        "problem",
        "refused",
        "token",
    )

    def __init__(self) -> None:
        self.token: str = ""
        self.obtained_at: float = 0.0
        self.expires_at: float | None = None
        self.refused: str | None = None
        self.former: tuple[str, ...] = ()
        self.problem: tuple[str, int | None, str] | None = None
        self._renews_at: float | None = None
        self._work = SharedWork()
        self._lock = threading.Lock()
        renew_after_fork(self)

    def is_due(self, now: float) -> bool:
        """Return whether a new token is needed before the next call."""
        return not self.token or self.refused is not None or (self._renews_at is not None and now >= self._renews_at)

    def secrets(self) -> tuple[str, ...]:
        """Return all tokens that a server may have received."""
        return (self.token, *self.former) if self.token else self.former

    def refuse(self, token: str) -> None:
        """Note that the server refuses a token. It has no effect if there is another by now."""
        with self._lock:
            if token == self.token:
                self.refused = token

    async def renew(self, now: Callable[[], float], obtain: Callable[[str | None], Awaitable[AccessToken]]) -> None:
        """Obtain a new token, or wait until another caller, in any thread, has obtained it.

        A caller that is cancelled does not stop the others: what it began continues.

        Args:
            now: Returns epoch seconds.
            obtain: Called with the refused token, or None.

        Raises:
            GitFleetError: It could not be obtained. All callers that waited get the same error.
        """

        async def work() -> None:
            start = now()
            try:
                found = await obtain(self.refused)
            except AuthError as error:
                self.problem = (error.message, error.status, error.code)
                raise
            self._keep(found, start)

        await self._work.run(lambda: self.is_due(now()), work)

    def _keep(self, found: AccessToken, now: float) -> None:
        with self._lock:
            if self.token and self.token != found.token:
                self.former = (self.token, *self.former)[:_FORMER]
            self.token, self.expires_at, self.refused = found.token, found.expires_at, None
            self.obtained_at = now if found.obtained_at is None else found.obtained_at
            self.problem = None
            life = None if found.expires_at is None else max(0.0, found.expires_at - now)
            self._renews_at = None if life is None else now + max(_SHORTEST, life - min(_LONGEST_EARLY, life * _EARLY))

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
