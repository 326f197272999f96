"""Checks of refused tokens: a 401 may pass, so a token counts as invalid only when the provider confirms it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from .._internal.redacted import RedactedStr
from ..backend.messages import Request
from ..errors import AuthError, GitFleetError
from ..events import RequestDone, emit
from ..http.credentials import reject_plain_http
from ..ratelimit.token_info import TokenInfo
from .call import LoopState, SessionConfig
from .minting import renew

__all__ = ["check_token"]

_PATIENCE = 5.0
"""Seconds for one check: a call waits for it."""
_ATTEMPTS = 2
"""An idle connection may be closed at the moment at which the check is sent."""


async def check_token(config: SessionConfig, loop_state: LoopState, token: TokenInfo) -> None:
    """Ask the provider whether it accepts a token that it had refused, and note the result in the pool.

    The request costs no call on GitHub. If it fails for another reason than the token, the token is tried again.

    Args:
        config: The session's settings.
        loop_state: The slots that requests of this event loop share.
        token: The token.
    """
    accepted: bool | None = None
    try:
        if not config.tokens_allowed:  # it was added, and refused elsewhere, while this call waited
            reject_plain_http(config.base_url)
        if token.renewal is not None:
            accepted = await _is_renewable(config, token)
            return
        if config.profile.check_path is None:
            accepted = True
            return
        url = config.base_url.text + config.profile.check_path(token.token)
        async with loop_state.slots:
            accepted = await _is_accepted(config, token, url)
    finally:
        config.tokens.end_check(token, accepted=accepted)


async def _is_renewable(config: SessionConfig, token: TokenInfo) -> bool:
    """Return whether the source of a token has a new one. A failure of the network says nothing about that."""
    if token.renewal is not None:
        token.renewal.refuse(token.token)
    try:
        await renew(config, token)
    except AuthError:
        return False
    except GitFleetError:
        pass
    return True


async def _is_accepted(config: SessionConfig, token: TokenInfo, url: str) -> bool:
    request = _request(config, token, url)
    start = config.tokens.clock()
    status: int | None = None
    code: str | None = None
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            for _ in range(_ATTEMPTS):
                try:
                    status = (await config.backend.send(request)).status
                    break
                except GitFleetError as error:
                    code = error.code
    code = "unauthorized" if status == 401 else code
    seconds = config.tokens.clock() - start
    emit(config.on_event, RequestDone("GET", url, status, seconds, token.label, None, code))
    return status != 401


def _request(config: SessionConfig, token: TokenInfo, url: str) -> Request:
    name, value = token.header(config.profile)
    headers = (*config.headers, (name, RedactedStr(value)))
    return Request("GET", url, headers, None, config.timeout, None, config.proxy, config.max_body)
