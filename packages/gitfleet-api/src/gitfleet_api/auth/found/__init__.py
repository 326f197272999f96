"""Credentials that the user already has: in the environment, of other programs, in files."""

from __future__ import annotations

from .credentials import CredentialKind, CredentialSource, CredentialWarning, FoundCredentials
from .order import CREDENTIAL_SOURCES, find_credentials, search_credentials
from .place import credentials_at

__all__ = [
    "CREDENTIAL_SOURCES",
    "CredentialKind",
    "CredentialSource",
    "CredentialWarning",
    "FoundCredentials",
    "credentials_at",
    "find_credentials",
    "search_credentials",
]
