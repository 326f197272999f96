"""The calls of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from gitfleet_api import ConfigurationError, GitProviderClient
from gitfleet_api.client import shorten_repr

from ..kinds import Kind, PerRepository, kind_of
from .cells import utc_text
from .schema import OWN_NAMES

__all__ = ["Calls", "arguments_text", "kinds_of_calls"]

OneCall = str | PerRepository | tuple[str, Mapping[str, object]]
Calls = OneCall | Sequence[OneCall]
"""What is done for each repository: names, functions, or pairs of a name and its arguments."""


def kinds_of_calls(calls: Calls, arguments: Mapping[str, object], clients: Iterable[GitProviderClient]) -> list[Kind]:
    """Return the kinds of a run.

    Args:
        calls: The calls.
        arguments: Arguments of the only call.
        clients: The clients, which know whether arguments are valid.

    Raises:
        ConfigurationError: A call or an argument is invalid, or a call is named twice.
    """
    several = list(calls) if isinstance(calls, list | tuple) else [calls]
    if not several:
        raise ConfigurationError("a run needs a call, as run('branches', ledger=...)")
    if arguments and len(several) > 1:
        raise ConfigurationError(
            f"the argument {next(iter(arguments))!r} is of one of several calls; write them as pairs: "
            "run((('pull_requests', {'state': 'open'}), 'branches'), ledger=...)"
        )
    kinds: list[Kind] = []
    for call in several:
        kind = _kind_of(call, arguments)
        for client in clients:
            kind.check(client)
        if any(other.name == kind.name and arguments_text(other) == arguments_text(kind) for other in kinds):
            raise ConfigurationError(f"the call {kind.name!r} is named twice")
        if kind.name.lower() in OWN_NAMES or kind.name.lower().startswith("sqlite_"):
            raise ConfigurationError(f"a ledger has a table {kind.name!r} of its own; rename the function")
        arguments_text(kind)
        kinds.append(kind)
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
        raise ConfigurationError("write a call with its arguments as a pair inside a list: [('pull_requests', {...})]")
    return kind_of(cast("str", call), arguments)  # it checks the type


def arguments_text(kind: Kind) -> str:
    """Return the arguments of a kind as canonical JSON.

    Raises:
        ConfigurationError: One has a type that JSON lacks.
    """
    try:
        return json.dumps(kind.arguments, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_json_value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{kind.name}: an argument cannot be stored in a ledger: {error}") from None


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"JSON has no {type(value).__name__}")
