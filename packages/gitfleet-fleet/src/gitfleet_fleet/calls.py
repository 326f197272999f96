"""The calls that a user names: one or several, each with its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from gitfleet_api import ConfigurationError, GitProviderClient
from gitfleet_api.client import shorten_repr

from .kinds import Kind, PerRepository, kind_of

__all__ = ["Call", "kinds_of_calls"]

Call = str | PerRepository | tuple[str, Mapping[str, object]]
"""What is done for each repository: a name, a function, or a pair of a name and its arguments."""


def kinds_of_calls(
    calls: Sequence[Call], arguments: Mapping[str, object], clients: Iterable[GitProviderClient], what: str, usage: str
) -> list[Kind]:
    """Return the kinds that calls mean.

    Args:
        calls: The calls.
        arguments: Arguments of the only call.
        clients: The clients, which know whether arguments are valid.
        what: The subject of messages, as ``a run``.
        usage: The call of the method for messages, with ``{}`` for the calls, as ``run({}, ledger=...)``.

    Raises:
        ConfigurationError: There is no call, or a call or an argument is invalid.
    """
    if not calls:
        example = usage.format("'branches'")
        raise ConfigurationError(f"{what} needs a call, as {example}")
    if arguments and len(calls) > 1:
        example = usage.format("('pull_requests', {'state': 'open'}), 'branches'")
        raise ConfigurationError(
            f"the argument {next(iter(arguments))!r} is of one of several calls; write them as pairs: {example}"
        )
    kinds = [_kind_of(call, arguments) for call in calls]
    for kind in kinds:
        for client in clients:
            kind.check(client)
    return kinds


def _kind_of(call: object, arguments: Mapping[str, object]) -> Kind:
    if isinstance(call, tuple):
        match call:
            case (str(name), Mapping() as own) if not arguments:
                return kind_of(name, own)
        raise ConfigurationError(
            f"a call is a name, a function, or a pair of a name and a dict, not {shorten_repr(call)}"
        )
    if isinstance(call, Mapping):
        raise ConfigurationError("write a call with its arguments as a pair: ('pull_requests', {...})")
    return kind_of(cast("str", call), arguments)  # it checks the type
