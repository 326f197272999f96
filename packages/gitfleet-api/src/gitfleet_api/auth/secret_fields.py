"""Names of fields in requests and responses of OAuth whose values are never shown."""

from __future__ import annotations

__all__ = ["SECRET_FIELDS"]

SECRET_FIELDS = frozenset(
    (
        "access_token",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "id_token",
        "password",
        "refresh_token",
        "token",
    )
)
