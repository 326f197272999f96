"""The request of one attempt of a call."""

from __future__ import annotations

from .._internal.redacted import RedactedStr
from ..backend.messages import Request
from ..ratelimit.token_info import TokenInfo
from .call import Call, SessionConfig

__all__ = ["request_of"]


def request_of(
    config: SessionConfig, call: Call, url: str, token: TokenInfo | None, extra: tuple[tuple[str, str], ...] = ()
) -> Request:
    """Return the request that an attempt sends.

    Args:
        config: The session's settings.
        call: The call.
        url: Its URL, after redirects.
        token: The token of the attempt, or None.
        extra: Headers to add.
    """
    headers = (*_without(config.headers, call.headers), *call.headers) if call.headers else config.headers
    credentials: tuple[tuple[str, str], ...] = ()
    if token is not None:
        name, value = token.header(config.profile)
        credentials = ((name, RedactedStr(value)),)
    return Request(
        call.method,
        url,
        (*headers, *credentials, *extra),
        call.body,
        config.timeout,
        call.projection,
        config.proxy,
        config.max_body,
    )


def _without(headers: tuple[tuple[str, str], ...], replaced: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return ``headers`` except for the names that ``replaced`` has too."""
    names = {name for name, _ in replaced}
    return [(name, value) for name, value in headers if name not in names]
