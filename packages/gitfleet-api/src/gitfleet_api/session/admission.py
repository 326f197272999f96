"""What lets a call go: a token with calls left, and a place among those under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf

from .._internal.deadlines import Deadline
from ..errors import AuthError, GitFleetError, RateLimitError, SecondaryRateLimitError
from ..events import TokenSwitched, Waiting, tell
from ..http.credentials import refuse_plain_http
from ..ratelimit.buckets import Demand, Lease, NoUsableToken, Wait
from ..ratelimit.tokens import Admitted, TokenInfo
from .call import Call, SessionConfig

__all__ = ["Admission"]

_WRITE_POINTS = 5


class Admission:
    """Admits the attempts at one call, and adds up how long that has waited for limits.

    Attributes:
        token: the one that the last attempt was admitted with.
    """

    def __init__(
        self,
        parts: SessionConfig,
        call: Call,
        places: asyncio.Semaphore,
        deadline: Deadline,
        check_open: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._call = call
        self._places = places
        self._deadline = deadline
        self._check_open = check_open
        self._waited = 0.0
        self._shown = ""
        self._last_error: GitFleetError | None = None
        self.token: TokenInfo | None = None

    async def take(self, resource: str, shown: str, last_error: GitFleetError | None) -> Admitted:
        """A token with calls left, and a place among those under way, which is to be given back; waits for both.

        Args:
            resource: the provider's name of the budget.
            shown: the URL as events and errors show it.
            last_error: what the attempt before this one ended in.

        Raises:
            GitFleetError: neither is to be had in the time that the user wants to wait.
        """
        parts, call, places = self._parts, self._call, self._places
        self._shown, self._last_error = shown, last_error
        points = 1 if call.is_reading else _WRITE_POINTS
        origin = parts.base_url.origin
        wanted = Demand(origin, resource, points, parts.pace, call.free)
        if not parts.tokens_may_go and parts.tokens.usable(parts.profile.type, origin):
            refuse_plain_http(parts.base_url)
        changed: asyncio.Event | None = None
        while True:
            await places.acquire()
            try:
                self._check_open()  # it may have been closed while this call waited
                outcome = parts.tokens.admit(parts.profile.type, wanted, call.token)
                if isinstance(outcome, Lease) and outcome.token is not None and not parts.tokens_may_go:
                    parts.tokens.settle(outcome)
                    refuse_plain_http(parts.base_url)  # it was added while this call waited
            except BaseException:
                places.release()
                raise
            if isinstance(outcome, Lease):
                self._note_token(outcome.token)
                return outcome
            places.release()
            if isinstance(outcome, NoUsableToken):
                if isinstance(self._last_error, AuthError):
                    raise self._last_error
                raise self._refused()
            if not outcome.or_sooner:
                await self._wait(outcome, resource)
            elif changed is None:
                changed = self._change()  # and look again: what is waited for may have happened before this line
            else:
                await self._wait_for_change(changed, outcome, resource)
                changed = None

    def _note_token(self, token: TokenInfo | None) -> None:
        if self._last_error is not None and token is not self.token:
            labels = [None if item is None else item.label for item in (self.token, token)]
            tell(self._parts.on_event, TokenSwitched(self._shown, labels[0], labels[1], self._last_error.code))
        self.token = token

    def _change(self) -> asyncio.Event:
        """An event that is set when a call ends or a token changes, in whatever thread."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        self._parts.tokens.call_when_changed(wake)
        return changed

    async def _wait_for_change(self, changed: asyncio.Event, hold: Wait, resource: str) -> None:
        """Rest until a call under way ends, or until a hold is over where that comes first."""
        seconds = hold.until - self._parts.clock.time()
        if seconds == inf or self._waited + seconds > self._parts.max_rate_limit_wait:
            await changed.wait()
            return
        waits = [asyncio.ensure_future(wait) for wait in (changed.wait(), self._wait(hold, resource))]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in done:
                wait.result()
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _wait(self, hold: Wait, resource: str) -> None:
        """Rest until a hold is over, or raise at once when that is longer than the user wants to wait."""
        parts = self._parts
        seconds = max(0.0, hold.until - parts.clock.time())
        until = datetime.fromtimestamp(hold.until, UTC)
        if hold.reason != "pacing" and self._waited + seconds > parts.max_rate_limit_wait:
            if isinstance(self._last_error, RateLimitError):
                raise self._last_error
            raise self._limit_error(hold, until, seconds, resource)
        counted = 0.0 if hold.reason == "pacing" else seconds
        self._waited += counted
        tell(parts.on_event, Waiting(self._shown, hold.reason, seconds, until, resource))
        # The total time-out is for work and for servers that are slow; this wait has a bound of its own.
        loop, end = asyncio.get_running_loop(), self._deadline.when
        start, began = loop.time(), parts.clock.time()
        self._deadline.move(inf)
        try:
            await parts.clock.sleep(seconds)
        except asyncio.CancelledError:  # a call under way ended first
            self._waited -= max(0.0, counted - (parts.clock.time() - began))
            raise
        finally:
            self._deadline.move(end + loop.time() - start)

    def _limit_error(self, hold: Wait, until: datetime, seconds: float, resource: str) -> RateLimitError:
        name, kind = self._parts.profile.name, self._parts.profile.type
        error = SecondaryRateLimitError if hold.reason == "secondary_rate_limit" else RateLimitError
        message = f"no calls of {resource!r} left on {name} with any token until {until.isoformat()}"
        return error(message, kind, url=self._shown, reset_time=until, retry_after=seconds, resource=resource)

    def _refused(self) -> AuthError:
        profile = self._parts.profile
        message = f"{profile.name} has refused every token (401); give one that works"
        return AuthError(message, profile.type, url=self._shown)
