"""Renewal: the current token of one account, which is renewed once for all that wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from .._internal.at_fork import renew_after_fork
from .account import AccessToken

__all__ = ["Renewal"]

_FORMER = 4
"""Earlier tokens that are still redacted: a server may repeat one in a late response."""
_EARLY = 0.1
"""Part of a token's life that is left when it is renewed."""
_SHORTEST = 1.0
"""Seconds for which a token is used at least, whatever the server says about its end."""
_LOST_AFTER = 1.0
"""Seconds between two looks whether the event loop of another thread, which obtains a token, was closed."""
_LONGEST_EARLY = 300.0
"""Seconds of that part at most: an app's token lives for an hour."""


class Renewal:
    """The token of one account. Threads and event loops share it.

    Attributes:
        token: The token; empty while there is none.
        obtained_at: When it was obtained, in epoch seconds.
        expires_at: When it expires; None if that is unknown.
        refused: The token that the server refused, until there is another; None if none was.
        former: Earlier tokens, which still have to be redacted.
    """

    __slots__ = (
        "__weakref__",
        "_lock",
        "_renews_at",
        "_running",
        "expires_at",
        "former",
        "obtained_at",
        "refused",
        "token",
    )

    def __init__(self) -> None:
        self.token: str = ""
        self.obtained_at: float = 0.0
        self.expires_at: float | None = None
        self.refused: str | None = None
        self.former: tuple[str, ...] = ()
        self._renews_at: float | None = None
        self._running: _Running | None = None
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
        while self.is_due(now()):
            with self._lock:
                running, own = self._running, None
                if running is None or running.is_lost():
                    own = self._running = _Running(asyncio.get_running_loop())
            if own is not None:
                task = asyncio.ensure_future(self._obtain(own, now, obtain))
                task.add_done_callback(_retrieve)
                await asyncio.shield(task)
                return  # also with a token that has expired already: the server decides
            if running is not None:
                await running.wait()

    async def _obtain(
        self, running: _Running, now: Callable[[], float], obtain: Callable[[str | None], Awaitable[AccessToken]]
    ) -> None:
        error: BaseException | None = None
        try:
            start = now()
            self._keep(await obtain(self.refused), start)
        except BaseException as raised:
            error = raised
            raise
        finally:
            with self._lock:
                if self._running is running:
                    self._running = None
            running.end(None if isinstance(error, asyncio.CancelledError) else error)

    def _keep(self, found: AccessToken, now: float) -> None:
        with self._lock:
            if self.token and self.token != found.token:
                self.former = (self.token, *self.former)[:_FORMER]
            self.token, self.obtained_at, self.expires_at, self.refused = found.token, now, found.expires_at, None
            life = None if found.expires_at is None else max(0.0, found.expires_at - now)
            self._renews_at = None if life is None else now + max(_SHORTEST, life - min(_LONGEST_EARLY, life * _EARLY))

    def _after_fork(self) -> None:
        self._lock, self._running = threading.Lock(), None


class _Running:
    """A renewal in progress."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: Future[None] = Future()
        self._done.set_running_or_notify_cancel()  # so that a caller that is cancelled does not cancel it

    def is_lost(self) -> bool:
        """Return whether it can no longer end, because its loop was closed."""
        return self._loop.is_closed() and not self._done.done()

    def end(self, error: BaseException | None) -> None:
        """Let all that wait continue; with an error, they raise it."""
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)

    async def wait(self) -> None:
        """Wait until it ends, or until it is lost."""
        done = asyncio.wrap_future(self._done)
        while not self.is_lost():
            if (await asyncio.wait({done}, timeout=_LOST_AFTER))[0]:
                return done.result()
        done.cancel()
        return None


def _retrieve(task: asyncio.Task[None]) -> None:
    """Retrieve the exception, so that asyncio does not report it if the caller was cancelled."""
    if not task.cancelled():
        task.exception()
