"""A server may send a token back: it is taken out of what becomes an error."""

from __future__ import annotations

import re
from dataclasses import replace

from ..backend.messages import Headers, Response
from ..errors import DecodeFailure, NetworkError

__all__ = ["redact", "redact_error", "redact_failure", "redact_response"]

_INSTEAD = "***"
_ESCAPED = rb"\\u00(2[1d-f]|3[0-9]|[46][0-9a-fA-F]|5[0-9a-bd-fA-BD-F]|7[0-9a-eA-E])"
"""Printable ASCII but for what means something in JSON itself."""


def redact_response(response: Response, secret: str) -> Response:
    """The answer without ``secret`` in its body and headers; before these are cut, as a cut may leave a part of it."""
    if response.failure is not None:
        redact_failure(response.failure, [secret])
    headers = Headers((name, value.replace(secret, _INSTEAD)) for name, value in response.headers.items)
    return replace(response, headers=headers, body=_body_without(response.body, secret.encode()))


def _body_without(body: bytes, secret: bytes) -> bytes:
    if b"\\u00" in body:
        # JSON may write any letter as an escape, and what reads the body will see the letter.
        plain = re.sub(_ESCAPED, lambda found: bytes([int(found[1], 16)]), body)
        body = plain if secret in plain else body
    return body.replace(secret, _INSTEAD.encode())


def redact_failure(failure: DecodeFailure, secrets: list[str]) -> None:
    """Take secrets out of what a failure to decode says."""
    failure.message = redact(failure.message, secrets)
    failure.args = (failure.message,)


def redact_error(error: NetworkError, secrets: list[str]) -> None:
    """Take secrets out of an error's message and URL; a cause that shows one is forgotten."""
    error.message = redact(error.message, secrets)
    error.args = (error.message,)
    error.url = None if error.url is None else redact(error.url, secrets)
    cause = error.__cause__
    while cause is not None:
        shown = f"{cause} {cause!r} {vars(cause)!r}"
        if redact(shown, secrets) != shown:
            error.__cause__ = error.__context__ = None
            return
        cause = cause.__cause__ or cause.__context__


def redact(text: str, secrets: list[str]) -> str:
    """``text`` without any of ``secrets``."""
    for secret in secrets:
        text = text.replace(secret, _INSTEAD)
    return text
