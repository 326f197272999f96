"""Signing in: sources of tokens. Everything that takes ``token=`` takes a :class:`TokenSource`."""

from __future__ import annotations

from .account import AccessToken, Account
from .source import Exchange, TokenSource

__all__ = ["AccessToken", "Account", "Exchange", "TokenSource"]
