"""JSON web tokens of GitHub Apps: how the service checks them, and how a test can write one."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .rsa import PrivateKey, PublicKey

__all__ = ["UNKNOWN_ISSUER", "JWTRefusal", "check_jwt", "issuer_of", "write_jwt"]

_UNDECODABLE = "A JSON web token could not be decoded"
_NO_ISSUER = "Missing 'issuer' claim ('iss') in assertion"
_EXPIRES = (
    "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion "
    "expires"
)
_TOO_FAR = "'Expiration time' claim ('exp') is too far in the future"
_ISSUED = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
#: The longest time until the end of a token, in seconds.
_LONGEST = 600


class JWTRefusal(NamedTuple):
    """Why a token is refused.

    Attributes:
        message: GitHub's message.
        status: the HTTP status.
    """

    message: str
    status: int = 401


#: The app does not exist.
UNKNOWN_ISSUER = JWTRefusal("Integration not found", 404)


def check_jwt(token: str | None, key_of: Callable[[str], PublicKey | None], now: float) -> str | JWTRefusal:
    """Return the issuer of a token, or why it is refused.

    Args:
        token: the token of the request.
        key_of: returns the public key of an issuer (an app's id or client id), or None if it does not exist.
        now: the server's time, in seconds since 1970.
    """
    parts = (token or "").split(".")
    header, claims = (_decoded(part) for part in parts[:2]) if len(parts) == 3 else (None, None)
    if header is None or claims is None or header.get("alg") != "RS256":
        return JWTRefusal(_UNDECODABLE)
    issuer = claims.get("iss")
    if not isinstance(issuer, str | int) or isinstance(issuer, bool):
        return JWTRefusal(_NO_ISSUER)
    key = key_of(str(issuer))
    if key is None:
        return UNKNOWN_ISSUER
    signature = _bytes(parts[2])
    if signature is None or not key.verifies(signature, f"{parts[0]}.{parts[1]}".encode("ascii", "replace")):
        return JWTRefusal(_UNDECODABLE)
    problem = _problem_of_times(claims, now)
    return str(issuer) if problem is None else JWTRefusal(problem)


def issuer_of(token: str) -> str | None:
    """Return the issuer that a token states, without a check, or None if this is no JSON web token."""
    parts = token.split(".")
    claims = _decoded(parts[1]) if len(parts) == 3 else None
    issuer = None if claims is None else claims.get("iss")
    return str(issuer) if isinstance(issuer, str | int) and not isinstance(issuer, bool) else None


def write_jwt(key: PrivateKey, claims: Mapping[str, object]) -> str:
    """Return a token with these claims, signed with RS256."""
    signed = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    return f"{signed}.{_text(key.sign(signed.encode()))}"


def _problem_of_times(claims: Mapping[str, Any], now: float) -> str | None:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int | float) or isinstance(expires, bool) or not expires > now:
        return _EXPIRES
    if not expires <= now + _LONGEST:
        return _TOO_FAR
    if not isinstance(issued, int) or isinstance(issued, bool) or issued > math.floor(now):
        return _ISSUED
    return None


def _decoded(part: str) -> dict[str, Any] | None:
    content = _bytes(part)
    try:
        value = None if content is None else json.loads(content)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _bytes(part: str) -> bytes | None:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _encoded(value: Mapping[str, object]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
