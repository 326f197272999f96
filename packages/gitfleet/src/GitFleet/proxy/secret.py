"""The secret of the proxy: where it comes from, and which headers carry it."""

from __future__ import annotations

import binascii
import hmac
import os
import secrets
from base64 import b64decode
from collections.abc import Iterable

from gitfleet_api import ConfigurationError
from gitfleet_api.auth.private_file import PrivateFile
from gitfleet_api.backend import RedactedBytes

__all__ = ["VARIABLE", "Secret", "find_secret"]

VARIABLE = "GITFLEET_PROXY_SECRET"
_SHORTEST = 16
_AUTHORIZATION = frozenset(("authorization", "proxy-authorization"))
_TOKENS = frozenset(("private-token", "job-token"))


class Secret:
    """The secret that every request must carry.

    Args:
        value: At least 16 printable ASCII characters without blanks.

    Raises:
        ConfigurationError: It is not such a text. The message does not show it.
    """

    def __init__(self, value: str) -> None:
        if len(value) < _SHORTEST or not value.isascii() or not value.isprintable() or " " in value:
            raise ConfigurationError(
                f"the secret of the proxy needs at least {_SHORTEST} printable ASCII characters without blanks"
            )
        self._value = value

    def __repr__(self) -> str:
        return "<Secret>"

    def reveal(self) -> str:
        """Return the text."""
        return self._value

    def is_in(self, headers: Iterable[tuple[str, str]]) -> bool:
        """Return whether one of the headers carries the secret. The time does not depend on how much of it is right.

        Accepted are ``Authorization`` and ``Proxy-Authorization`` with Bearer, token or Basic, where the secret is the
        password, or the user name if there is no password; and ``PRIVATE-TOKEN`` and ``JOB-TOKEN``.
        """
        own, found = self._value.encode(), False
        for name, value in headers:
            for candidate in _candidates(name.lower(), value):
                found |= hmac.compare_digest(candidate, own)
        return found


def _candidates(name: str, value: str) -> list[bytes]:
    if name in _TOKENS:
        return [value.strip().encode("utf-8", "replace")]
    if name not in _AUTHORIZATION:
        return []
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return [rest.strip().encode("utf-8", "replace")]
    if scheme.lower() != "basic":
        return []
    try:
        user, _, password = b64decode(rest.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return []
    return [password or user]


def find_secret(path: str | None) -> tuple[Secret, bool]:
    """Return the secret, and whether it is new and stored nowhere, so that the user must be shown it.

    GITFLEET_PROXY_SECRET is used first, then the file, which is created with mode 0600 if it does not exist.

    Args:
        path: The file, or None.

    Raises:
        ConfigurationError: The secret is too short, or others can read the file.
        StoreError: The file cannot be read or written.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return Secret(given), False
    if path is None:
        return Secret(secrets.token_urlsafe(32)), True
    file = PrivateFile(path)
    content = file.read()
    if content is not None:
        return Secret(content.decode("utf-8", "replace").strip()), False
    secret = Secret(secrets.token_urlsafe(32))
    file.write(RedactedBytes(secret.reveal().encode() + b"\n"))
    return secret, False
