"""One call of a user: every attempt at it, the waits between them, and what is learnt on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf

from .answers import decode_error, error_of, is_not_ready, provider_error
from .auth import refuse_plain_http
from .backend import Backend, Request, Response, Timeout
from .cache import Cache, CacheEntry
from .cache.entry import conditional_headers, entry_of, key_of
from .clock import Clock
from .deadlines import Deadline, Deadlines
from .errors import (
    AuthError,
    GitFleetError,
    NetworkError,
    ProviderError,
    RateLimitError,
    SecondaryRateLimitError,
)
from .events import CacheHit, OnEvent, RequestDone, Retrying, TokenSwitched, Waiting, is_heard, tell
from .hiding import hidden, hide_in_error, without_secret
from .lanes import Grant, Hold, LaneRequest, Pace, Refused
from .late import dataclass, field
from .limits import LimitState, read_limits, retry_after
from .per_loop import PerLoop
from .profile import ProviderProfile
from .projection import Projection
from .retry import NOT_READY, Failure, RetryPolicy
from .tokens import Admitted, TokenInfo, TokenManager
from .urls import BaseUrl

__all__ = ["Call", "CallRun", "LoopParts", "SessionParts", "inside", "secrets_of", "shown"]

_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 307, 308)
_SAFE_METHODS = ("GET", "HEAD")
_WRITE_POINTS = 5
_UNNAMED_WAIT = 60.0
"""Seconds to rest when a limit names no time: what GitHub's documentation asks for."""
_SHORTEST_REST = 1.0
"""Seconds to rest when a limit names a time that is over."""
_LONGEST_DOUBLING = 3
"""How often the wait for an answer that is not ready, and names no time, is doubled: from 1 to 8 seconds."""
_MAX_LIMITED = 20
"""Times one call may meet a limit on top of one a token: against servers whose reset times make no sense."""


class LoopParts:
    """What all calls of a client on one event loop share.

    Attributes:
        places: as many as requests may be under way at once.
        deadlines: of the calls that are under way.
    """

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.deadlines = Deadlines()


@dataclass(slots=True, eq=False)
class SessionParts:
    """What all calls of a client share."""

    profile: ProviderProfile
    base_url: BaseUrl
    backend: Backend
    tokens: TokenManager
    tokens_may_go: bool
    timeout: Timeout
    max_body: int
    proxy: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    retry: RetryPolicy
    max_rate_limit_wait: float
    pace: Pace | None
    cache: Cache | None
    on_event: OnEvent | None
    clock: Clock
    loops: PerLoop[LoopParts]


class Call:
    """What a user asked for.

    Attributes:
        method: upper-case.
        url: absolute, of the provider.
        projection: what to decode.
        headers: besides those of every request.
        body: bytes, or None.
        token: the one to use; None takes the one with most calls left.
        free: it costs no call, so it is made although none is left.
        linked: whether ``url`` was made by a server, who may have put anything into it.
        reads: it changes nothing, whatever its method; None tells by the method.
        resource: the provider's name of the budget it counts against; None tells by the path.
        judge: looks at a 2xx answer at the time given, and says what error it is after all, or None.
        gives_up: whether an error is raised at once, although the client would try again.
    """

    def __init__(
        self,
        method: str,
        url: str,
        projection: Projection | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes | None = None,
        *,
        token: TokenInfo | None = None,
        free: bool = False,
        linked: bool = False,
        reads: bool | None = None,
        resource: str | None = None,
        judge: Callable[[Response, datetime], GitFleetError | None] | None = None,
        gives_up: Callable[[GitFleetError], bool] | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.projection = projection
        self.headers = headers
        self.body = body
        self.token = token
        self.free = free
        self.linked = linked
        self.reads = reads
        self.resource = resource
        self.judge = judge
        self.gives_up = gives_up

    @property
    def is_reading(self) -> bool:
        """Whether it may be sent twice without doing anything twice."""
        return self.method in _SAFE_METHODS if self.reads is None else self.reads


class CallRun:
    """The state of one call while it is under way."""

    def __init__(
        self,
        parts: SessionParts,
        call: Call,
        places: asyncio.Semaphore,
        deadline: Deadline,
        check_open: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._places = places
        self._check_open = check_open
        self._call = call
        self._deadline = deadline
        self._url = call.url
        self._shown = shown(parts, call.url) if call.linked else call.url
        self._attempts = 0
        self._redirects = 0
        self._limited = 0
        self._waited = 0.0
        self._ready_in: float | None = None
        self._resource: str | None = None
        self._last_token: TokenInfo | None = None
        self._last_error: GitFleetError | None = None

    async def response(self) -> Response:
        """The answer that counts: a success that could be decoded.

        Raises:
            GitFleetError: there is none to be had.
        """
        while True:
            grant = await self._admission()
            try:
                outcome = await self._exchange(grant)
            finally:
                self._places.release()
            if isinstance(outcome, GitFleetError):
                await self._recover(outcome)
            elif outcome.status in _REDIRECTS:
                self._redirect(outcome)
            else:
                return outcome

    # -- before sending

    async def _admission(self) -> Admitted:
        """A token with calls left, and a place among those under way; waits for both."""
        parts, call, places = self._parts, self._call, self._places
        resource = self._resource or self._resource_of_path()
        points = 1 if call.is_reading else _WRITE_POINTS
        origin = parts.base_url.origin
        wanted = LaneRequest(origin, resource, points, parts.pace, call.free)
        if not parts.tokens_may_go and parts.tokens.usable(parts.profile.type, origin):
            refuse_plain_http(parts.base_url)
        changed: asyncio.Event | None = None
        while True:
            await places.acquire()
            try:
                self._check_open()  # it may have been closed while this call waited
                outcome = parts.tokens.admit(parts.profile.type, wanted, call.token)
                if isinstance(outcome, Grant) and outcome.token is not None and not parts.tokens_may_go:
                    parts.tokens.settle(outcome)
                    refuse_plain_http(parts.base_url)  # it was added while this call waited
            except BaseException:
                places.release()
                raise
            if isinstance(outcome, Grant):
                self._note_token(outcome.token)
                return outcome
            places.release()
            if isinstance(outcome, Refused):
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

    def _resource_of_path(self) -> str:
        parts = self._parts
        return self._call.resource or parts.profile.resource_of(self._url.removeprefix(parts.base_url.text))

    def _note_token(self, token: TokenInfo | None) -> None:
        if self._last_error is not None and token is not self._last_token:
            labels = [None if item is None else item.label for item in (self._last_token, token)]
            tell(self._parts.on_event, TokenSwitched(self._shown, labels[0], labels[1], self._last_error.code))
        self._last_token = token

    def _change(self) -> asyncio.Event:
        """An event that is set when a call ends or a token changes, in whatever thread."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        self._parts.tokens.call_when_changed(wake)
        return changed

    async def _wait_for_change(self, changed: asyncio.Event, hold: Hold, resource: str) -> None:
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

    async def _wait(self, hold: Hold, resource: str) -> None:
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

    def _limit_error(self, hold: Hold, until: datetime, seconds: float, resource: str) -> RateLimitError:
        name, kind = self._parts.profile.name, self._parts.profile.type
        error = SecondaryRateLimitError if hold.reason == "secondary_rate_limit" else RateLimitError
        message = f"no calls of {resource!r} left on {name} with any token until {until.isoformat()}"
        return error(message, kind, url=self._shown, reset_time=until, retry_after=seconds, resource=resource)

    def _refused(self) -> AuthError:
        profile = self._parts.profile
        message = f"{profile.name} has refused every token (401); give one that works"
        return AuthError(message, profile.type, url=self._shown)

    # -- sending

    async def _exchange(self, grant: Admitted) -> Response | GitFleetError:
        """Send the request once."""
        parts, refused = self._parts, False
        try:
            request = self._request(grant.token)
            key, entry = None, None
            if parts.cache is not None and request.method == "GET":
                key = key_of(request)
                entry = await parts.cache.get(key)
                if entry is not None:
                    request = self._request(grant.token, conditional_headers(entry))
            start = parts.clock.time()
            try:
                response = await parts.backend.send(request)
            except NetworkError as error:
                hide_in_error(error, secrets_of(parts))
                self._tell_done(grant, start, None, None, error.code)
                return error
            refused = response.status == 401
            outcome = self._judged(grant, response, start, entry)
            if parts.cache is not None and key is not None and outcome is response:
                kept = entry_of(request, response)
                if kept is not None:
                    await parts.cache.put(key, kept)
            return outcome
        finally:
            parts.tokens.settle(grant, refused=refused)

    def _request(self, token: TokenInfo | None, extra: tuple[tuple[str, str], ...] = ()) -> Request:
        parts, call = self._parts, self._call
        headers = (*_without(parts.headers, call.headers), *call.headers) if call.headers else parts.headers
        secret = () if token is None else (parts.profile.token_header(token.token),)
        return Request(
            call.method,
            self._url,
            (*headers, *secret, *extra),
            call.body,
            parts.timeout,
            call.projection,
            parts.proxy,
            parts.max_body,
        )

    def _judged(
        self, grant: Admitted, response: Response, start: float, entry: CacheEntry | None
    ) -> Response | GitFleetError:
        """What an answer means, after learning from its headers."""
        parts = self._parts
        if grant.token is not None and (response.status >= 300 or response.failure is not None):
            response = without_secret(response, grant.token.token)
        state = read_limits(response.headers, parts.profile)
        if state.remaining is not None and state.reset is not None:
            place = (parts.base_url.origin, state.resource or self._resource_of_path())
            parts.tokens.learn(parts.profile.type, grant.token, *place, state.remaining, state.reset)
        outcome: Response | GitFleetError = response
        if response.status == 304 and entry is not None:
            tell(parts.on_event, CacheHit(self._call.method, self._shown))
            outcome = entry.answer(response.headers)
        elif (error := self._error_in(response, grant)) is not None:
            outcome = error
            if isinstance(error, RateLimitError):
                self._rest(grant, error, state)
        code = outcome.code if isinstance(outcome, GitFleetError) else None
        self._tell_done(grant, start, response, state.remaining, code)
        return outcome

    def _error_in(self, response: Response, grant: Admitted) -> GitFleetError | None:
        """The error that an answer is, or None for one that is as it should be."""
        profile, judge = self._parts.profile, self._call.judge
        method, url = self._call.method, self._shown
        if method == "GET" and is_not_ready(response):
            return self._not_ready(response)
        if response.failure is not None:
            return decode_error(response.failure, response, profile, method=method, url=url)
        if not (200 <= response.status < 300 or self._leads_on(response)):
            return error_of(response, profile, method=method, url=url, now=self._now())
        if judge is None:
            return None
        now = self._now()
        error = judge(response, now)
        if error is None or grant.token is None:
            return error
        # Only now, as it copies the body: an error is shown, and must not show a token that the server sent back.
        return judge(without_secret(response, grant.token.token), now) or error

    def _not_ready(self, response: Response) -> ProviderError:
        parts = self._parts
        asked = retry_after(response.headers, self._now())
        self._ready_in = 2.0 ** min(self._attempts, _LONGEST_DOUBLING) if asked is None else asked
        message = f"GET {self._shown}: {parts.profile.name} is still making this (202); ask again later"
        return provider_error(NOT_READY, message, parts.profile, status=response.status, url=self._shown)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._parts.clock.time(), UTC)

    def _leads_on(self, response: Response) -> bool:
        safe = self._call.method in _SAFE_METHODS
        return safe and response.status in _REDIRECTS and response.headers.get("location") is not None

    def _rest(self, grant: Admitted, error: RateLimitError, state: LimitState) -> None:
        """Let the lane rest: for everybody on it, not just for this call."""
        now = self._parts.clock.time()
        if error.retry_after is not None and isinstance(error, SecondaryRateLimitError):
            self._parts.tokens.pause(grant, now + max(error.retry_after, _SHORTEST_REST))
        elif error.reset_time is None or isinstance(error, SecondaryRateLimitError):
            self._parts.tokens.pause(grant, now + _UNNAMED_WAIT)
        elif error.reset_time.timestamp() <= now:  # the server's clock is behind, or it rounds
            self._parts.tokens.pause(grant, now + _SHORTEST_REST)
        elif state.remaining != 0:  # nothing was counted that could hold the next call back
            self._parts.tokens.pause(grant, error.reset_time.timestamp())
        else:
            self._resource = state.resource  # it may count against another one than the path tells

    def _tell_done(
        self, grant: Admitted, start: float, response: Response | None, remaining: int | None, code: str | None
    ) -> None:
        parts = self._parts
        if not is_heard(parts.on_event, RequestDone):
            return
        status = None if response is None else response.status
        label = None if grant.token is None else grant.token.label
        seconds = parts.clock.time() - start
        tell(parts.on_event, RequestDone(self._call.method, self._shown, status, seconds, label, remaining, code))

    # -- after a failure

    async def _recover(self, error: GitFleetError) -> None:
        """Make another attempt possible, or raise ``error``."""
        self._last_error = error
        if isinstance(error, AuthError):
            # The token is marked; another one may do. A pinned one has no substitute.
            if self._call.token is not None or self._last_token is None:
                raise error
            return
        if isinstance(error, RateLimitError):
            self._limited += 1
            known = self._parts.tokens.usable(self._parts.profile.type, self._parts.base_url.origin)
            if self._limited > _MAX_LIMITED + len(known):
                raise error
            return
        self._attempts += 1
        asked = self._ready_in if error.code == NOT_READY else getattr(error, "retry_after", None)
        failure = Failure(self._call.method, self._shown, self._attempts, error, asked, self._call.is_reading)
        final = self._call.gives_up is not None and self._call.gives_up(error)
        seconds = None if final else self._parts.retry(failure)
        if seconds is None or asyncio.get_running_loop().time() + seconds >= self._deadline.when:
            raise error
        tell(self._parts.on_event, Retrying(self._call.method, self._shown, self._attempts + 1, seconds, error.code))
        await self._parts.clock.sleep(seconds)

    def _redirect(self, response: Response) -> None:
        """Go on at the place that a redirect names."""
        self._redirects += 1
        if self._redirects > _MAX_REDIRECTS:
            message = f"{self._call.method} {self._shown}: more than {_MAX_REDIRECTS} redirects"
            raise provider_error(
                "too_many_redirects", message, self._parts.profile, status=response.status, url=self._shown
            )
        location = response.headers.get("location") or ""
        self._url = inside(self._parts, location, seen_at=self._url, status=response.status)
        self._shown = shown(self._parts, self._url)


def _without(headers: tuple[tuple[str, str], ...], replaced: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """``headers`` but for those that ``replaced`` has, too."""
    names = {name for name, _ in replaced}
    return [(name, value) for name, value in headers if name not in names]


def secrets_of(parts: SessionParts) -> list[str]:
    """The tokens that a server may have seen."""
    return [item.token for item in parts.tokens.usable(parts.profile.type, parts.base_url.origin)]


def shown(parts: SessionParts, url: str) -> str:
    """A URL as it may be printed: a server may have put a token into it."""
    return hidden(url, secrets_of(parts))


def inside(parts: SessionParts, link: str, *, seen_at: str, status: int) -> str:
    """A link as an absolute URL.

    Raises:
        ProviderError: it leads out of the API (``foreign_link``); a token must not go there.
    """
    absolute = parts.base_url.resolve(link, seen_at=seen_at)
    if absolute is None:
        link, place = shown(parts, link), shown(parts, seen_at)
        message = f"GET {place}: it points to {link[:200]!r}, which is not under {parts.base_url}; not followed"
        raise provider_error("foreign_link", message, parts.profile, status=status, url=place)
    return absolute
