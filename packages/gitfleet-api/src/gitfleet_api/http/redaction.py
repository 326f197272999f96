"""Redaction of tokens that a server echoes, in responses and errors."""

from __future__ import annotations

import re
from dataclasses import replace

from ..backend.messages import Headers, Response
from ..errors import DecodeFailure, NetworkError

__all__ = ["redact", "redact_error", "redact_failure", "redact_response", "redact_target"]

_REPLACEMENT = "***"
_ESCAPED = rb"\\u00(2[1d-f]|3[0-9]|[46][0-9a-fA-F]|5[0-9a-bd-fA-BD-F]|7[0-9a-eA-E])"
"""JSON escapes of printable ASCII characters, except those that JSON itself must escape."""


def redact_response(response: Response, secret: str) -> Response:
    """Return a response without a secret in its headers, body and failure.

    Must run before the body is shortened, because a shortened body may end within the secret.

    Args:
        response: the response.
        secret: the token to redact.
    """
    if response.failure is not None:
        redact_failure(response.failure, [secret])
    headers = Headers((name, value.replace(secret, _REPLACEMENT)) for name, value in response.headers.items)
    headers.clock_offset = response.headers.clock_offset
    return replace(response, headers=headers, body=_redact_body(response.body, secret.encode()))


def _redact_body(body: bytes, secret: bytes) -> bytes:
    if b"\\u00" in body:
        # JSON may escape any letter, and a parser would restore the secret.
        plain = unescape_json(body)
        body = plain if secret in plain else body
    return body.replace(secret, _REPLACEMENT.encode())


def unescape_json(body: bytes) -> bytes:
    """Return JSON in which printable ASCII characters are not escaped, so that a search for a token finds it."""
    return re.sub(_ESCAPED, lambda found: bytes([int(found[1], 16)]), body)


def redact_failure(failure: DecodeFailure, secrets: list[str]) -> None:
    """Redact secrets in the message of a decode failure, in place."""
    failure.message = redact(failure.message, secrets)
    failure.args = (failure.message,)


def redact_error(error: NetworkError, secrets: list[str]) -> None:
    """Redact secrets in an error's message and URL, in place. A cause that shows a secret is removed."""
    error.message = redact(error.message, secrets)
    error.args = (error.message,)
    error.url = None if error.url is None else redact(error.url, secrets)
    cause = error.__cause__ or error.__context__
    while cause is not None:
        shown = f"{cause} {cause!r} {vars(cause)!r}"
        if redact(shown, secrets) != shown:
            error.__cause__ = error.__context__ = None
            return
        cause = cause.__cause__ or cause.__context__


def redact(text: str, secrets: list[str]) -> str:
    """Return a text in which every secret is replaced by ``***``."""
    for secret in secrets:
        text = text.replace(secret, _REPLACEMENT)
    return text


def redact_target(link: str) -> str:
    """Return the target of a link for a message: without user name, password and query, which may be credentials."""
    place, mark, _ = link.partition("?")
    place = re.sub(r"^([^/@]*//)[^/@]*@", rf"\1{_REPLACEMENT}@", place)
    return f"{place[:200]}{mark and '?...'}"
