"""AppKey: the private key of a GitHub App, which signs JSON web tokens. Needs the extra ``app``."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .._internal.redacted import RedactedBytes, RedactedStr
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["AppKey", "hidden_key"]

_LONGEST = 64 * 1024
"""Bytes of a key file that are read at most."""
_DOWNLOAD = "download a private key from the settings of the app"


class AppKey:
    """A private RSA key.

    Args:
        text: The key in PEM format, from :func:`hidden_key`.
        path: Path of a file with the key. Give one of the two.

    Raises:
        ConfigurationError: It is no private RSA key (``app_key_invalid``), or PyJWT or cryptography is not installed
            (``app_missing``). No message shows the key.
    """

    __slots__ = ("_jwt", "_key")

    def __init__(self, text: RedactedBytes | None, path: str | os.PathLike[str] | None) -> None:
        if (text is None) == (path is None):
            raise ConfigurationError("give the key of the app as private_key or as private_key_path")
        content = _read(path) if text is None else text
        self._jwt: Any = _jwt()
        self._key: RSAPrivateKey = _load(content, "private_key" if path is None else f"the file '{os.fspath(path)}'")

    def sign(self, claims: dict[str, Any]) -> RedactedStr:
        """Return a JSON web token with these claims, signed with RS256."""
        return RedactedStr(self._jwt.encode(claims, self._key, algorithm="RS256"))

    def __repr__(self) -> str:
        return "<AppKey>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AppKey is a secret and can't be pickled")


def hidden_key(text: object) -> RedactedBytes | None:
    r"""Return a key with a redacted ``repr``, for the local variables of callers.

    A ``\n`` of two characters counts as the end of a line: environment variables often have it.

    Raises:
        ConfigurationError: It is neither text nor bytes.
    """
    if isinstance(text, str):
        return RedactedBytes(text.replace("\\n", "\n").encode(errors="replace"))
    if isinstance(text, bytes):
        return RedactedBytes(text.replace(b"\\n", b"\n"))
    if text is None:
        return None
    raise ConfigurationError(f"private_key must be text or bytes, not {type(text).__name__}")


def _read(path: object) -> RedactedBytes:
    if not isinstance(path, str | os.PathLike):
        raise ConfigurationError(f"private_key_path must be a path, not {type(path).__name__}")
    if "-----BEGIN" in str(path):
        raise ConfigurationError(
            "private_key_path is a key, not a path; give it as private_key", code="app_key_invalid"
        )
    try:
        with Path(path).open("rb") as file:
            return RedactedBytes(file.read(_LONGEST))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
    raise ConfigurationError(
        f"the file '{os.fspath(path)}' with the key of the app cannot be read: {reason}", code="app_key_unreadable"
    )


def _jwt() -> Any:
    try:
        import_module("cryptography.hazmat.primitives.serialization")
        return import_module("jwt")
    except ImportError:
        raise ConfigurationError("GitHub Apps need an extra: pip install 'gitfleet[app]'", code="app_missing") from None


def _load(content: RedactedBytes, where: str) -> RSAPrivateKey:
    """Return the key of a PEM text. Errors of the library are dropped: they may repeat a part of it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key: object = None
    reason = "is no private key in PEM format"
    if content.find(b"PUBLIC KEY-----") >= 0:
        reason = "is a public key"
    elif content.find(b"-----BEGIN CERTIFICATE") >= 0:
        reason = "is a certificate"
    else:
        try:
            key = load_pem_private_key(content, None)
        except TypeError:
            reason = "is encrypted; decrypt it first (openssl rsa -in key.pem -out plain.pem)"
        except (ValueError, UnsupportedAlgorithm):
            pass
    if isinstance(key, RSAPrivateKey):
        return key
    if key is not None:
        reason = "is no RSA key"
    raise ConfigurationError(f"{where} {reason}; {_DOWNLOAD}", code="app_key_invalid")
