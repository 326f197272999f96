"""A hash of what a fleet contains: runs with equal ones can share the listing of a ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from gitfleet_api import GitProviderClient

from .filters import Filters
from .targets import Target

__all__ = ["fingerprint_of", "is_fingerprint_exact"]


def fingerprint_of(targets: Sequence[Target], clients: Iterable[GitProviderClient], filters: Filters) -> str:
    """Return a hash of the targets, the servers and the filters of a fleet."""
    values = {item.name: _plain(getattr(filters, item.name)) for item in fields(filters)}
    texts = sorted({target.text for target in targets})
    servers = sorted(client.base_url for client in clients)
    return hashlib.sha256(json.dumps([texts, servers, values]).encode()).hexdigest()


def is_fingerprint_exact(targets: Sequence[Target], filters: Filters) -> bool:
    """Return whether an equal fingerprint means an equal fleet: the rows of a user's listing are not in it."""
    return filters.where is None and all(target.listing is None for target in targets)


def _plain(value: object) -> object:
    """Return the value of a filter as JSON."""
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return getattr(value, "__qualname__", repr(value)) if callable(value) else value
