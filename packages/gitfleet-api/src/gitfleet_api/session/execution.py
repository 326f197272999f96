"""Execution of one call: every attempt, and the state that attempts share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from .._internal.deadlines import Deadline
from ..backend.messages import Response
from ..cache import CacheEntry
from ..cache.entry import conditional_headers
from ..cache.guard import CacheGuard
from ..errors import AuthError, GitFleetError, NetworkError, RateLimitError
from ..events import RequestDone, Retrying, emit, is_wanted
from ..ratelimit.headers import LimitState, read_limits
from ..ratelimit.pool import TokenLease
from ..ratelimit.token_info import TokenInfo
from ..retry import NOT_READY, Failure
from ..telemetry.hook import CallRecord
from .admission import Admission
from .asking import Asking
from .block_cache import current_cache
from .cached_tokens import find_cached_tokens
from .call import Call, LoopState, SessionConfig
from .failures import Failures
from .metering import Budget, LookedUp, current_meter
from .minting import Minting, discover
from .pauses import end_of_limit, pause
from .proxy_refusals import raise_if_proxy_refused
from .reading import Parse, Reading, Stale
from .redirects import MAX_REDIRECTS, PERMANENT, Redirect, redirect_of
from .request_building import request_of

__all__ = ["CallExecution"]

T = TypeVar("T")

_MAX_LIMITED = 20
"""How often one call may meet a limit, in addition to once per token: servers may send wrong reset times."""


class CallExecution:
    """One call in progress.

    Args:
        config: The session's settings.
        failures: Builds the errors.
        call: The call.
        loop_state: The slots that requests of this event loop share.
        deadline: The end of ``timeout.total``.
        check_open: Raises if the client was closed.
        record: What telemetry records of the call. None for nothing.
    """

    def __init__(
        self,
        config: SessionConfig,
        failures: Failures,
        call: Call,
        loop_state: LoopState,
        deadline: Deadline,
        check_open: Callable[[], None],
        record: CallRecord | None = None,
    ) -> None:
        self._config = config
        self._failures = failures
        self._asking = Asking(config, call)
        self._admission = Admission(config, call, loop_state, deadline, check_open, self._asking.choice, record)
        self._record = record
        self._minting = Minting(config)
        self._reading = Reading(config, failures, call)
        self._call = call
        cache = current_cache.get()
        if cache is None:
            cache = config.cache
        self._cache = None if cache is None else CacheGuard(cache)
        self._is_stale = False
        self._looked_up: str | None = None
        self._deadline = deadline
        self._url = call.url
        self._shown_url = failures.text(call.url) if call.linked else call.url
        self._attempts = 0
        self._redirects = 0
        self._limited = 0
        self._resource: str | None = None
        self._last_error: GitFleetError | None = None
        if self._asking.previous is not None:
            self._admission.token, self._last_error = self._asking.previous

    async def execute(self, parse: Parse[T]) -> T:
        """Send the call until it succeeds, and return its parsed response.

        Raises:
            GitFleetError: It did not succeed.
        """
        try:
            return await self._send(parse)
        except GitFleetError as error:
            final = self._asking.final(error)
            if final is error:
                raise
            raise final from None

    async def _send(self, parse: Parse[T]) -> T:
        while True:
            if self._config.tokens.has_sources(self._config.profile.type) and not await self._discover():
                continue
            await self._find_cached_tokens()
            resource = self._resource or self._resource_of_path()
            endpoint = self._endpoint()
            async with self._admission.lease(resource, endpoint, self._shown_url, self._last_error) as lease:
                outcome = await self._attempt(lease, parse)
            if isinstance(outcome, GitFleetError):
                await self._recover(outcome)
            elif isinstance(outcome, Redirect):
                self._follow(outcome)
            elif isinstance(outcome, Stale):
                self._is_stale = True  # send the request again, without a condition
            else:
                self._asking.succeeded(self._admission.token)
                return outcome

    async def _find_cached_tokens(self) -> None:
        """Find the tokens with which this URL costs nothing if the data has not changed. Once for each URL."""
        choice, cache = self._asking.choice, self._cache
        if choice is None or cache is None or self._call.method != "GET" or self._looked_up == self._url:
            return
        self._looked_up = self._url
        await find_cached_tokens(self._config, self._call, self._url, choice, cache)

    async def _discover(self) -> bool:
        """Find the tokens of sources that the call may use. Return False to try again after a pause."""
        try:
            await discover(self._config, self._asking.choice)
        except GitFleetError as error:
            await self._recover(error)
            if isinstance(error, RateLimitError):  # no budget is paused for it
                await self._admission.wait_for_mint(error, self._shown_url)
            return False
        return True

    # -- one attempt

    async def _attempt(self, lease: TokenLease, parse: Parse[T]) -> T | GitFleetError | Redirect | Stale:
        """Send the request once. Return the parsed response, or the error or redirect that it is."""
        config, meter = self._config, current_meter()
        if lease.token is not None and lease.token.renewal is not None and not (meter and meter.sends_nothing):
            refused = await self._prepare(lease, lease.token)
            if refused is not None:
                return refused
        request = conditional = request_of(config, self._call, self._url, lease.token)
        cache = self._cache if request.method == "GET" else None
        entry = None
        if cache is not None and not self._is_stale:
            entry = await cache.find(request)
            if entry is not None:
                conditional = request_of(config, self._call, self._url, lease.token, conditional_headers(entry))
        start = config.tokens.clock()
        if meter is not None and meter.sends_nothing:
            raise LookedUp(is_cached=entry is not None)
        budget = None if meter is None else self._budget(lease.token)
        if meter is not None and budget is not None:
            meter.sent(budget, free=self._call.free)
        try:
            response = await config.backend.send(conditional)
            raise_if_proxy_refused(request, response)
        except NetworkError as error:
            self._emit_done(lease, start, None, None, error.code)
            return self._failures.network(error)
        outcome = self._interpret(lease, response, start, entry, parse)
        if meter is not None and budget is not None:
            moved_to = outcome.target if isinstance(outcome, Redirect) and outcome.status in PERMANENT else None
            counted = config.profile.counts_confirmations
            meter.received(budget, response.status, moved_to, config.tokens.clock() - start, is_counted=counted)
        if cache is not None and not isinstance(outcome, GitFleetError):
            await cache.store(request, response, self._failures.secrets())
        return outcome

    async def _prepare(self, lease: TokenLease, token: TokenInfo) -> GitFleetError | None:
        """Renew the token of a source if that is due. Return the error for which there is none."""
        try:
            await self._minting.prepare(token)
        except GitFleetError as error:
            lease.rejected = isinstance(error, AuthError)
            if isinstance(error, RateLimitError):  # others may serve meanwhile
                self._config.tokens.block_until(lease, end_of_limit(error, self._config.tokens.clock()))
            return error
        return None

    def _interpret(
        self, lease: TokenLease, response: Response, start: float, entry: CacheEntry | None, parse: Parse[T]
    ) -> T | GitFleetError | Redirect | Stale:
        """Return what a response means, after learning from its headers."""
        config = self._config
        now = datetime.fromtimestamp(config.note_arrival(response.headers, start), UTC)
        if response.status == 401 and lease.token is not None:
            lease.rejected = lease.token.renewal is None and self._asking.is_refusal_of_token(lease.token)
        elif lease.token is not None and config.profile.scopes_header is not None:
            scopes = response.headers.get(config.profile.scopes_header)
            if scopes is not None or response.status < 400:  # a proxy may have written an error without the header
                lease.token.learn_grant(scopes)
        limits = read_limits(response.headers, config.profile)
        # GitHub counts a request with a refused token by address, and states that limit.
        is_own = response.status != 401 or lease.token is None
        # Before the store may hear of the response.
        if lease.share is not None and (response.status == 304 or limits.remaining is None):
            self._account(lease, response.status, limits)
        if is_own and limits.remaining is not None and limits.reset is not None:
            key = (config.base_url.origin, limits.resource or self._resource_of_path())
            left, end, refused = limits.remaining, limits.reset, response.status in (403, 429)
            kind = config.profile.type
            config.tokens.observe(kind, lease.token, key, left, end, refused=refused, lease=lease)
        outcome: T | GitFleetError | Redirect | Stale
        if response.status == 304 and entry is not None:
            outcome = self._reading.confirmed(entry.response(response.headers), parse, now, self._shown_url)
        elif (redirect := redirect_of(response, self._call, self._url, config.base_url)) is not None:
            outcome = redirect
        else:
            outcome = self._reading.outcome(response, parse, now, self._shown_url, self._attempts)
        if isinstance(outcome, RateLimitError):
            self._resource = pause(config, lease, outcome, limits, self._endpoint()) or self._resource
        code = outcome.code if isinstance(outcome, GitFleetError) else None
        self._emit_done(lease, start, response, limits.remaining, code)
        return outcome

    def _account(self, lease: TokenLease, status: int, limits: LimitState) -> None:
        """Note what a response means for the budget that other processes share."""
        config = self._config
        if status == 304 and not config.profile.counts_confirmations and not self._call.free:
            config.tokens.note_uncounted(lease)
        if 200 <= status < 300 and limits.remaining is None:
            config.tokens.note_unlimited(lease)

    def _endpoint(self) -> str | None:
        config = self._config
        return config.profile.endpoint_of(self._url.removeprefix(config.base_url.text), self._call.is_read)

    def _resource_of_path(self) -> str:
        config = self._config
        return self._call.resource or config.profile.resource_of(self._url.removeprefix(config.base_url.text))

    def _budget(self, token: TokenInfo | None) -> Budget:
        return self._resource or self._resource_of_path(), None if token is None else token.label

    def _emit_done(
        self, lease: TokenLease, start: float, response: Response | None, remaining: int | None, code: str | None
    ) -> None:
        config = self._config
        wanted = is_wanted(config.on_event, RequestDone)
        if not wanted and self._record is None:
            return
        status = None if response is None else response.status
        label = None if lease.token is None else lease.token.label
        seconds = config.tokens.clock() - start
        if self._record is not None:
            self._record.sent(status, seconds, label, code)
        if not wanted:
            return
        emit(config.on_event, RequestDone(self._call.method, self._shown_url, status, seconds, label, remaining, code))

    # -- after an attempt

    async def _recover(self, error: GitFleetError) -> None:
        """Prepare another attempt, or raise ``error``."""
        self._last_error = error
        if isinstance(error, AuthError) and await self._minting.after_401(self._admission.token):
            return
        if self._asking.again(self._admission.token, error):
            return
        if isinstance(error, RateLimitError):
            self._limited += 1
            known = self._config.tokens.tokens_for(self._config.profile.type, self._config.base_url.origin)
            if self._limited > _MAX_LIMITED + len(known):
                raise error
            return
        self._attempts += 1
        asked = self._reading.ready_in if error.code == NOT_READY else getattr(error, "retry_after", None)
        failure = Failure(self._call.method, self._shown_url, self._attempts, error, asked, self._call.is_read)
        final = self._call.gives_up is not None and self._call.gives_up(error)
        seconds = None if final else self._config.retry(failure)
        if seconds is None or asyncio.get_running_loop().time() + seconds >= self._deadline.when:
            raise error
        if self._record is not None:
            self._record.retries(error.code, seconds)
        emit(
            self._config.on_event,
            Retrying(self._call.method, self._shown_url, self._attempts + 1, seconds, error.code),
        )
        await self._config.clock.sleep(seconds)

    def _follow(self, redirect: Redirect) -> None:
        """Continue at the URL that a redirect names."""
        self._redirects += 1
        if self._redirects > MAX_REDIRECTS:
            message = f"{self._call.method} {self._shown_url}: more than {MAX_REDIRECTS} redirects"
            raise self._failures.provider("too_many_redirects", message, url=self._shown_url, status=redirect.status)
        if redirect.target is None:
            raise self._failures.foreign_link(
                redirect.location, seen_at=self._shown_url, status=redirect.status, method=self._call.method
            )
        self._url = redirect.target
        self._shown_url = self._failures.text(redirect.target)
