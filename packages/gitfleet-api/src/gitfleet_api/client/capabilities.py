"""Which calls a provider has, for :meth:`Provider.supports`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .provider import Provider

__all__ = ["calls", "has_call"]

_PREFIXES = ("fetch_", "get_")
_BY_GRAPHQL = ("graphql", "fetch_many_repository_details")


def calls() -> tuple[str, ...]:
    """Return the names of the methods that a provider may have or lack, in the order of the interface."""
    return (*(name for name, _ in _declared()), *_BY_GRAPHQL)


def _declared() -> Iterable[tuple[str, object]]:
    items = (pair for base in Provider.__mro__ for pair in vars(base).items())
    return ((name, item) for name, item in items if inspect.isfunction(item) and name[0] != "_")


def has_call(client: type[Provider], what: str) -> bool:
    """Return whether a provider has a call.

    Args:
        client: Class of the client.
        what: Name of the method, with or without ``fetch_`` or ``get_``.

    Raises:
        ConfigurationError: No provider has such a call. The message lists the known ones.
    """
    name = next((name for name in calls() if what in _spellings(name)), None)
    if name is None:
        known = ", ".join(_short(name) for name in calls())
        raise ConfigurationError(f"unknown call {shorten_repr(what)}; known are {known}")
    if name == "graphql":
        return client.profile.graphql_url is not None
    if name == "fetch_many_repository_details":
        return client.batch_query is not None
    return getattr(client, name) is not getattr(Provider, name)


def _spellings(name: str) -> tuple[str, str]:
    return name, _short(name)


def _short(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
