"""Text and bytes that contain a credential, with a ``repr`` that does not show it."""

from __future__ import annotations

__all__ = ["RedactedBytes", "RedactedStr"]

_SHOWN = "***"


class RedactedStr(str):
    """A string that contains a credential.

    Crash reporters and loggers show local variables by their ``repr``. ``str()``, formatting and ``encode`` use the
    real value.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_SHOWN)

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> RedactedBytes:
        """Return the encoded value, redacted as well."""
        return RedactedBytes(super().encode(encoding, errors))


class RedactedBytes(bytes):
    """Bytes that contain a credential; see :class:`RedactedStr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_SHOWN.encode())

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> RedactedStr:
        """Return the decoded value, redacted as well."""
        return RedactedStr(super().decode(encoding, errors))
