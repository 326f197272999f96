"""Which calls a provider has, and what is missing in them: for :meth:`GitProviderClient.supports` and the table."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .._internal.text import shorten_repr
from ..decoding.shapes import Shape
from ..errors import ConfigurationError
from .provider import Provider

if TYPE_CHECKING:
    from .base import GitProviderClient

__all__ = ["calls", "has_call", "table"]

_PREFIXES = ("fetch_", "get_")
_BY_GRAPHQL = ("graphql", "fetch_many_repository_details")


def calls() -> tuple[str, ...]:
    """The methods that providers may have or lack, in the order of the interface."""
    return (*(name for name, _ in _declared()), *_BY_GRAPHQL)


def _declared() -> Iterable[tuple[str, object]]:
    return ((name, item) for name, item in vars(Provider).items() if inspect.isfunction(item) and name[0] != "_")


def has_call(client: type[GitProviderClient], what: str) -> bool:
    """Whether a provider has the call that ``what`` names, with its ``fetch_`` or ``get_`` or without.

    Raises:
        ConfigurationError: no provider has such a call; the message lists those there are.
    """
    name = next((name for name in calls() if what in _spellings(name)), None)
    if name is None:
        known = ", ".join(_short(name) for name in calls())
        raise ConfigurationError(f"unknown call {shorten_repr(what)}; known are {known}")
    if name == "graphql":
        return client.profile.graphql_url is not None  # type: ignore[attr-defined]  # a constant of the class
    if name == "fetch_many_repository_details":
        return client._batch_query is not None  # noqa: SLF001  of the same house
    return getattr(client, name) is not getattr(Provider, name)


def _spellings(name: str) -> tuple[str, str]:
    return name, _short(name)


def _short(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def table(clients: Sequence[type[GitProviderClient]]) -> str:
    """The calls by provider, as Markdown: ``no``, or ``yes`` and what is missing or different."""
    heads = ["", *(client.profile.name for client in clients)]  # type: ignore[attr-defined]  # a constant of the class
    rows = [heads, ["---"] * len(heads)]
    rows += [[f"`{name}`", *(_cell(client, name) for client in clients)] for name in calls()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(client: type[GitProviderClient], name: str) -> str:
    if not has_call(client, name):
        return "no"
    shape = client.answers.get(name)
    notes = [] if shape is None else _fields(shape)
    if name in client.limitations:
        notes.append(client.limitations[name])
    return f"yes: {'; '.join(notes)}" if notes else "yes"


def _fields(shape: Shape) -> list[str]:
    """Which fields a provider never fills, or which alone."""
    if shape.only is not None:
        return [f"only {_quoted(shape.only)}"]
    lacks = [
        field.name
        for field in dataclasses.fields(shape.model)
        if shape.paths.get(field.name, field.name) is None and field.default is None
    ]
    return [f"without {_quoted(lacks)}"] if lacks else []


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
