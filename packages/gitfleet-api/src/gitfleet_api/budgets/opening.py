"""Budgets by their address, as command lines and recipes give it."""

from __future__ import annotations

import re

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .base import Budgets
from .redis import RedisBudgets
from .sqlite import SQLiteBudgets

__all__ = ["open_budgets"]

_HOST_AND_PORT = re.compile(r"[\w.-]+:\d+")
_REDIS = ("redis://", "rediss://", "unix://")


def open_budgets(address: str, *, reserve: int = 0) -> Budgets:
    """Return the budgets at an address.

    Args:
        address: ``redis://HOST:PORT/DB``, ``rediss://...`` (with TLS) or ``unix://PATH`` for Redis; else the path of an
            SQLite file.
        reserve: Calls of each window of each budget that are left for other programs.

    Raises:
        ConfigurationError: The address is none, or Redis is named and its client is not installed.
    """
    if not isinstance(address, str) or not address:
        raise ConfigurationError(f"budgets must be the path of a file or a URL of Redis, not {shorten_repr(address)}")
    if address.startswith(_REDIS):
        return RedisBudgets(address, reserve=reserve)
    if _HOST_AND_PORT.fullmatch(address) or address.startswith(("redis:", "rediss:")):
        raise ConfigurationError(
            f"budgets at {shorten_repr(address)}: Redis is redis://HOST:PORT; a file needs another name"
        )
    if "://" in address:
        scheme = address.partition("://")[0]
        raise ConfigurationError(f"budgets can't be at {shorten_repr(scheme)}; give a path, or redis:// or rediss://")
    return SQLiteBudgets(address, reserve=reserve)
