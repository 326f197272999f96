"""Admission of a request: a slot among the requests in flight, and a token with calls left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from types import TracebackType
from typing import Literal

from .._internal.deadlines import Deadline
from ..errors import AuthError, GitFleetError, RateLimitError, SecondaryRateLimitError
from ..events import TokenSwitched, Waiting, emit
from ..http.credentials import reject_plain_http
from ..ratelimit.buckets import Demand, Lease, NoUsableToken
from ..ratelimit.pool import TokenCheck, TokenLease
from ..ratelimit.token_info import TokenInfo
from ..ratelimit.visibility import Choice
from ..ratelimit.waits import Wait
from ..telemetry.hook import CallRecord
from .call import Call, LoopState, SessionConfig
from .checks import check_token
from .observing import waiting_principal
from .pauses import end_of_limit

__all__ = ["Admission"]

_LEASE_PATIENCE = 1.0
"""Seconds after which a call that waits for a lease looks whether the store still responds."""


class Admission:
    """Admits the attempts of one call, and sums up how long the call waited for rate limits.

    Attributes:
        token: The token of the last attempt.
    """

    def __init__(
        self,
        config: SessionConfig,
        call: Call,
        loop_state: LoopState,
        deadline: Deadline,
        check_open: Callable[[], None],
        choice: Choice | None,
        record: CallRecord | None = None,
    ) -> None:
        self._config = config
        self._call = call
        self._choice = choice
        self._record = record
        self._loop_state = loop_state
        self._slots = loop_state.slots
        self._deadline = deadline
        self._check_open = check_open
        self._waited = 0.0
        self._was_sent = False
        self._url = ""
        self._last_error: GitFleetError | None = None
        self.token: TokenInfo | None = None

    def lease(self, resource: str, endpoint: str | None, url: str, last_error: GitFleetError | None) -> _LeaseScope:
        """Return a context manager that waits for a slot and a token, and releases both at its end.

        Args:
            resource: The provider's name of the budget.
            endpoint: Name of an endpoint with a limit in addition, or None.
            url: The URL as events and errors show it.
            last_error: The error of the attempt before this one.

        Raises:
            GitFleetError: On entry, if no slot and token become free within the time that the user allows.
        """
        self._url, self._last_error = url, last_error
        return _LeaseScope(self, resource, endpoint)

    async def acquire(self, resource: str, endpoint: str | None) -> TokenLease:
        """Wait for a slot and a token."""
        config = self._config
        demand = self._demand(resource, endpoint)
        if not config.tokens_allowed and config.tokens.tokens_for(config.profile.type, demand.host):
            reject_plain_http(config.base_url)
        changed: asyncio.Event | None = None
        while True:
            outcome = await self._try_acquire(demand)
            if isinstance(outcome, Lease):
                try:
                    self._note_token(outcome.token)
                except BaseException:  # Ctrl-C in a listener
                    self.release(outcome)
                    raise
                self._was_sent = True
                return outcome
            if isinstance(outcome, NoUsableToken):
                raise self._all_rejected() if self._last_error is None else self._last_error
            if isinstance(outcome, TokenCheck):
                await check_token(config, self._loop_state, outcome.token)
                continue
            if not (outcome.until_release or outcome.until_lease):
                await self._wait(outcome, resource)
            elif changed is None:
                changed = self._next_change()  # then try again: the change may have happened before this line
            else:
                await self._wait_for_change(changed, outcome, resource)
                changed = None

    async def wait_for_mint(self, error: RateLimitError, url: str) -> None:
        """Wait for the end of a limit that a request for a token has met.

        Args:
            error: The error of that request.
            url: The URL of the call as events show it.

        Raises:
            RateLimitError: That takes longer than the user allows.
        """
        self._url, self._last_error = url, error
        reason: Literal["secondary_rate_limit", "rate_limit"]
        reason = "secondary_rate_limit" if isinstance(error, SecondaryRateLimitError) else "rate_limit"
        wait = Wait(end_of_limit(error, self._config.tokens.clock()), reason)
        await self._wait(wait, error.resource or "core")

    def release(self, lease: TokenLease) -> None:
        """Release the token and the slot of a lease."""
        try:
            self._config.tokens.release(lease)
        finally:
            self._slots.release()

    def _demand(self, resource: str, endpoint: str | None) -> Demand:
        config, call = self._config, self._call
        origin, policy = config.base_url.origin, config.rate_limit_policy
        return Demand(origin, resource, policy, endpoint=endpoint, reads=call.is_read, free=call.free)

    async def _try_acquire(self, demand: Demand) -> TokenLease | Wait | NoUsableToken | TokenCheck:
        """Take a slot and a token, or neither."""
        config = self._config
        await self._slots.acquire(first=self._was_sent)
        try:
            self._check_open()  # the client may have been closed while this call waited
            outcome = config.tokens.acquire(config.profile.type, demand, self._call.token, self._choice)
            if isinstance(outcome, Lease):
                if outcome.token is None or config.tokens_allowed:
                    return outcome
                config.tokens.release(outcome)
                reject_plain_http(config.base_url)  # the token was added while this call waited
        except BaseException:
            self._slots.release()
            raise
        self._slots.release()
        return outcome

    def _note_token(self, token: TokenInfo | None) -> None:
        if self._last_error is not None and token is not self.token:
            labels = [None if item is None else item.label for item in (self.token, token)]
            emit(self._config.on_event, TokenSwitched(self._url, labels[0], labels[1], self._last_error.code))
        self.token = token

    def _next_change(self) -> asyncio.Event:
        """Return an event that is set when a lease is released or a token changes, in any thread."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed: nothing waits there any more
                loop.call_soon_threadsafe(changed.set)

        self._config.tokens.on_change(wake)
        return changed

    async def _wait_for_change(self, changed: asyncio.Event, wait: Wait, resource: str) -> None:
        """Wait until a lease is released or comes from the store, or until ``wait`` is over if that comes first."""
        seconds = wait.until - self._config.tokens.clock()
        is_too_long = self._waited + seconds > self._config.max_rate_limit_wait
        if seconds == inf or wait.until_reply or (wait.until_release and is_too_long):
            began = self._config.tokens.clock()
            try:
                await (self._wait_for_lease(changed, seconds) if wait.until_lease else changed.wait())
            finally:
                self._note_wait(wait, began, resource)
            return
        waits = [asyncio.ensure_future(item) for item in (changed.wait(), self._wait(wait, resource))]
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for item in done:
                item.result()
        finally:
            for item in waits:
                item.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _wait_for_lease(self, changed: asyncio.Event, most: float) -> None:
        """Wait for the store of shared budgets, for some seconds: it may be stuck, which the next attempt notes.

        Args:
            changed: Set when something has changed.
            most: Seconds after which a budget can be used without the store.
        """
        loop, end = asyncio.get_running_loop(), self._deadline.when
        start = loop.time()
        self._deadline.move(inf)  # as in a wait for a limit
        try:
            async with asyncio.timeout(min(_LEASE_PATIENCE, most)):
                await changed.wait()
        except TimeoutError:
            pass
        finally:
            self._deadline.move(end + loop.time() - start)

    async def _wait(self, wait: Wait, resource: str) -> None:
        """Wait, or raise at once if that takes longer than the user allows."""
        config = self._config
        resource = wait.endpoint or resource
        seconds = max(0.0, wait.until - config.tokens.clock())
        until = datetime.fromtimestamp(wait.until, UTC)
        if wait.reason != "pacing" and self._waited + seconds > config.max_rate_limit_wait:
            if isinstance(self._last_error, RateLimitError):
                raise self._last_error
            raise self._limit_error(wait, until, seconds, resource)
        counted = 0.0 if wait.reason == "pacing" else seconds
        self._waited += counted
        emit(config.on_event, Waiting(self._url, wait.reason, seconds, until, resource))
        # timeout.total bounds work and slow servers; this wait has its own bound, so the deadline stands still.
        loop, end = asyncio.get_running_loop(), self._deadline.when
        start, began = loop.time(), config.tokens.clock()
        self._deadline.move(inf)
        try:
            await config.clock.sleep(seconds)
        except asyncio.CancelledError:  # a lease was released first
            self._waited -= max(0.0, counted - (config.tokens.clock() - began))
            raise
        finally:
            self._deadline.move(end + loop.time() - start)
            self._note_wait(wait, began, resource)

    def _note_wait(self, wait: Wait, began: float, resource: str) -> None:
        if self._record is not None:
            seconds = self._config.tokens.clock() - began
            principal = waiting_principal(self._config, self._call, self._choice, resource)
            self._record.waited(wait.reason, seconds, principal)

    def _limit_error(self, wait: Wait, until: datetime, seconds: float, resource: str) -> RateLimitError:
        name, kind = self._config.profile.name, self._config.profile.type
        error = SecondaryRateLimitError if wait.reason == "secondary_rate_limit" else RateLimitError
        message = f"no calls of {resource!r} left on {name} with {self._permitted()} until {until.isoformat()}"
        return error(message, kind, url=self._url, reset_time=until, retry_after=seconds, resource=resource)

    def _permitted(self) -> str:
        """Return which tokens the call may use, for a message."""
        choice, config = self._choice, self._config
        if choice is not None and (own := [token for token in choice.home if token.is_valid]):
            return " or ".join(token.label for token in own)  # those of other accounts may have calls left
        if choice is None or not choice.is_fixed or choice.fixed is None:
            return "any token"
        if len(config.tokens.tokens_for(config.profile.type, config.base_url.origin)) == 1:
            return "any token"
        return f"{choice.fixed.label}, or a token that certainly sees the same (visibility= declares it),"

    def _all_rejected(self) -> AuthError:
        profile = self._config.profile
        choice, known = self._choice, self._config.tokens.tokens_for(profile.type, self._config.base_url.origin)
        for token in known if choice is None else choice.permitted(known):
            if token.renewal is not None and token.renewal.problem is not None:
                text, status, code = token.renewal.problem  # why its source has no token
                return AuthError(text, profile.type, url=self._url, status=status, code=code)
        message = f"{profile.name} has refused every token (401); give one that works"
        return AuthError(message, profile.type, url=self._url)


class _LeaseScope:
    """Holds a slot and a token between entry and exit. A class, as a generator costs 4 µs more per call."""

    __slots__ = ("_admission", "_endpoint", "_lease", "_resource")

    def __init__(self, admission: Admission, resource: str, endpoint: str | None) -> None:
        self._admission = admission
        self._resource = resource
        self._endpoint = endpoint
        self._lease: TokenLease | None = None

    async def __aenter__(self) -> TokenLease:
        self._lease = lease = await self._admission.acquire(self._resource, self._endpoint)
        return lease

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lease is not None:
            self._admission.release(self._lease)
