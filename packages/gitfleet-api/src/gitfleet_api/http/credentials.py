"""Validation of tokens, and the check that they are sent over a safe connection."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

from .._internal.redacted import RedactedStr
from ..errors import ConfigurationError
from .urls import BaseUrl, is_loopback

__all__ = ["check_token", "is_safe_for_tokens", "reject_plain_http"]


def check_token(token: object) -> RedactedStr:
    """Return ``token`` with a redacted ``repr`` if it can be sent in a header.

    Raises:
        ConfigurationError: The token is empty, not a string, or has invalid characters. The message does not show it.
    """
    if not isinstance(token, str):
        raise ConfigurationError(f"token must be a string, not {type(token).__name__}")
    if not token:
        raise ConfigurationError("token is empty; omit it (or give None) for requests without a token")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ConfigurationError(
            "token contains whitespace or non-ASCII characters; was it copied with surrounding text?"
        )
    return RedactedStr(token)


def is_safe_for_tokens(base_url: BaseUrl, proxy: str | None) -> bool:
    """Return whether others can't read a token that is sent to a server.

    Args:
        base_url: the server: with https, or on this machine.
        proxy: URL of the proxy; for http it must be on this machine too.
    """
    if base_url.is_https:
        return True
    is_local = proxy is None or is_loopback(urlsplit(proxy).hostname or "")
    return is_local and is_loopback(base_url.host)


def reject_plain_http(base_url: BaseUrl) -> NoReturn:
    """Raise the error for a token that would be sent unencrypted.

    Raises:
        ConfigurationError: Always.
    """
    raise ConfigurationError(
        f"{base_url.origin} is plain http: others could read the token on the network. "
        "Use https, or allow_http=True (--allow-http) if you trust the network"
    )
