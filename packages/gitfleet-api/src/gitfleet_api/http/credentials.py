"""Tokens that can be sent, and where they may go."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

from .._internal.redacted import RedactedStr
from ..errors import ConfigurationError
from .urls import BaseUrl, is_loopback

__all__ = ["check_token", "refuse_plain_http", "token_may_go"]


def check_token(token: object) -> RedactedStr:
    """Return ``token`` with a redacted ``repr`` if it can be sent in a header.

    Raises:
        ConfigurationError: empty, not a string, or with characters no token has. The token is not shown.
    """
    if not isinstance(token, str):
        raise ConfigurationError(f"token must be a string, not {type(token).__name__}")
    if not token:
        raise ConfigurationError("token is empty; leave it out (or give None) for requests without one")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ConfigurationError(
            "token holds blanks, line ends or characters beyond ASCII; was it copied with something around it?"
        )
    return RedactedStr(token)


def token_may_go(base_url: BaseUrl, proxy: str | None) -> bool:
    """Whether a token sent there can't be read on the way: over https, or plainly without leaving this machine."""
    if base_url.is_https:
        return True
    stays = proxy is None or is_loopback(urlsplit(proxy).hostname or "")
    return stays and is_loopback(base_url.host)


def refuse_plain_http(base_url: BaseUrl) -> NoReturn:
    """The error for a token that everybody on the way could read."""
    raise ConfigurationError(
        f"{base_url.origin} is plain http: the token could be read on the way. "
        "Use https, or allow_http=True if that network is trusted"
    )
