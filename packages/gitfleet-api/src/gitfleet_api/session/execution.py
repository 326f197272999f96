"""A call under way: every attempt at it, and what is learnt on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from .._internal.deadlines import Deadline
from .._internal.redacted import RedactedStr
from ..backend.messages import Request, Response
from ..cache import CacheEntry
from ..cache.entry import conditional_headers, entry_of, key_of
from ..errors import AuthError, GitFleetError, NetworkError, ProviderError, RateLimitError, SecondaryRateLimitError
from ..events import CacheHit, RequestDone, Retrying, is_heard, tell
from ..http.redaction import redact_error, redact_response
from ..ratelimit.headers import LimitState, read_limits, retry_after
from ..ratelimit.tokens import Admitted, TokenInfo
from ..retry import NOT_READY, Failure
from .admission import Admission
from .call import Call, SessionConfig
from .security import known_secrets, redact_url, resolve_link
from .status import decode_error, error_from_response, is_not_ready, provider_error

__all__ = ["CallExecution"]

_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 307, 308)
_UNNAMED_WAIT = 60.0
"""Seconds to rest when a limit names no time: what GitHub's documentation asks for."""
_SHORTEST_REST = 1.0
"""Seconds to rest when a limit names a time that is over."""
_LONGEST_DOUBLING = 3
"""How often the wait for an answer that is not ready, and names no time, is doubled: from 1 to 8 seconds."""
_MAX_LIMITED = 20
"""Times one call may meet a limit on top of one a token: against servers whose reset times make no sense."""


class CallExecution:
    """The state of one call while it is under way."""

    def __init__(
        self,
        parts: SessionConfig,
        call: Call,
        places: asyncio.Semaphore,
        deadline: Deadline,
        check_open: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._admission = Admission(parts, call, places, deadline, check_open)
        self._places = places
        self._call = call
        self._deadline = deadline
        self._url = call.url
        self._shown = redact_url(parts, call.url) if call.linked else call.url
        self._attempts = 0
        self._redirects = 0
        self._limited = 0
        self._ready_in: float | None = None
        self._resource: str | None = None
        self._last_error: GitFleetError | None = None

    async def response(self) -> Response:
        """The answer that counts: a success that could be decoded.

        Raises:
            GitFleetError: there is none to be had.
        """
        while True:
            grant = await self._admission.take(
                self._resource or self._resource_of_path(), self._shown, self._last_error
            )
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
                redact_error(error, known_secrets(parts))
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
        secret: tuple[tuple[str, str], ...] = ()
        if token is not None:
            name, value = parts.profile.token_header(token.token)
            secret = ((name, RedactedStr(value)),)
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
            response = redact_response(response, grant.token.token)
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
            return error_from_response(response, profile, method=method, url=url, now=self._now())
        if judge is None:
            return None
        now = self._now()
        error = judge(response, now)
        if error is None or grant.token is None:
            return error
        # Only now, as it copies the body: an error is shown, and must not show a token that the server sent back.
        return judge(redact_response(response, grant.token.token), now) or error

    def _not_ready(self, response: Response) -> ProviderError:
        parts = self._parts
        asked = retry_after(response.headers, self._now())
        self._ready_in = 2.0 ** min(self._attempts, _LONGEST_DOUBLING) if asked is None else asked
        message = f"GET {self._shown}: {parts.profile.name} is still making this (202); ask again later"
        return provider_error(NOT_READY, message, parts.profile, status=response.status, url=self._shown)

    def _resource_of_path(self) -> str:
        parts = self._parts
        return self._call.resource or parts.profile.resource_of(self._url.removeprefix(parts.base_url.text))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._parts.clock.time(), UTC)

    def _leads_on(self, response: Response) -> bool:
        return self._call.is_safe and response.status in _REDIRECTS and response.headers.get("location") is not None

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
            if self._call.token is not None or self._admission.token is None:
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
        self._url = resolve_link(self._parts, location, seen_at=self._url, status=response.status)
        self._shown = redact_url(self._parts, self._url)


def _without(headers: tuple[tuple[str, str], ...], replaced: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """``headers`` but for those that ``replaced`` has, too."""
    names = {name for name, _ in replaced}
    return [(name, value) for name, value in headers if name not in names]
