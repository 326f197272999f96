"""The calls of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from gitfleet_api import ConfigurationError, GitProviderClient

from ..calls import Call, kinds_of_calls
from ..files.cells import utc_text
from ..kinds import Kind
from .schema import OWN_NAMES

__all__ = ["Calls", "arguments_text", "kinds_of_run"]

Calls = Call | Sequence[Call]
"""One call or several."""


def kinds_of_run(calls: Calls, arguments: Mapping[str, object], clients: Iterable[GitProviderClient]) -> list[Kind]:
    """Return the kinds of a run.

    Args:
        calls: The calls.
        arguments: Arguments of the only call.
        clients: The clients, which know whether arguments are valid.

    Raises:
        ConfigurationError: A call or an argument is invalid, or a call is named twice.
    """
    several = list(calls) if isinstance(calls, list | tuple) else [calls]
    usage = "run([{}], ledger=...)"
    kinds = kinds_of_calls(cast("list[Call]", several), arguments, clients, "a run", usage)
    seen: set[tuple[str, str]] = set()
    for kind in kinds:
        key = kind.name, arguments_text(kind)
        if key in seen:
            raise ConfigurationError(f"the call {kind.name!r} is named twice")
        if kind.name.lower() in OWN_NAMES or kind.name.lower().startswith("sqlite_"):
            raise ConfigurationError(f"a ledger itself has a table {kind.name!r}; rename the function")
        seen.add(key)
    return kinds


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
