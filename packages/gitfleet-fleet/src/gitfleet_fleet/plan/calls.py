"""The calls of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gitfleet_api import ConfigurationError, GitProviderClient
from gitfleet_api.client import shorten_repr

from ..kinds import Kind, PerRepository, kind_of

__all__ = ["PlanCall", "kinds_of_calls"]

PlanCall = str | PerRepository | tuple[str, Mapping[str, object]]
"""A name, a function, or a pair of a name and its arguments."""


def kinds_of_calls(
    calls: tuple[Any, ...], arguments: Mapping[str, object], clients: Iterable[GitProviderClient]
) -> list[Kind]:
    """Return the kinds of a plan.

    Args:
        calls: The calls.
        arguments: Arguments of the only call.
        clients: The clients, which know whether arguments are valid.

    Raises:
        ConfigurationError: A call or an argument is invalid.
    """
    if not calls:
        raise ConfigurationError("a plan needs a call, as plan('branches')")
    if arguments and len(calls) > 1:
        raise ConfigurationError(
            f"the argument {next(iter(arguments))!r} is of one of several calls; write them as pairs: "
            "plan(('pull_requests', {'state': 'open'}), 'branches')"
        )
    kinds = [_kind_of(call, arguments) for call in calls]
    for kind in kinds:
        for client in clients:
            kind.check(client)
    return kinds


def _kind_of(call: Any, arguments: Mapping[str, object]) -> Kind:
    if isinstance(call, tuple):
        match call:
            case (str(name), Mapping() as own) if not arguments:
                return kind_of(name, own)
        raise ConfigurationError(
            f"a call is a name, a function, or a pair of a name and a dict, not {shorten_repr(call)}"
        )
    return kind_of(call, arguments)
