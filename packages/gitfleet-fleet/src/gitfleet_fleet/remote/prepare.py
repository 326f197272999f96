"""What a run with an executor needs, checked before anything is sent."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from gitfleet_api import ConfigurationError, GitProviderClient
from gitfleet_api.client import ClientRecipe, recipe_of, shorten_repr

from ..kinds import Kind

__all__ = ["Remote", "prepare"]


@dataclass(frozen=True, slots=True)
class Remote:
    """Where the work of a run is done."""

    executor: Executor
    """The executor."""
    recipes: Mapping[str, ClientRecipe]
    """How workers build the client of a server, by its base URL."""


def prepare(executor: object, clients: Iterable[GitProviderClient], kinds: Sequence[Kind]) -> Remote:
    """Return what a run with an executor needs.

    Raises:
        ConfigurationError: It is no executor, or a client or a function cannot be sent to workers.
    """
    if not isinstance(executor, Executor):
        raise ConfigurationError(
            "executor must be a concurrent.futures.Executor, as ProcessPoolExecutor() or "
            f"client.get_executor() of Dask, not {shorten_repr(executor)}"
        )
    recipes = {client.base_url: recipe_of(client) for client in clients}
    for kind in kinds:
        try:
            pickle.dumps(kind)
        except Exception as error:  # noqa: BLE001  whatever the objects of the user raise
            raise ConfigurationError(
                f"{kind.name} cannot be sent to workers: {error}; use a function at the top of a module"
            ) from None
    return Remote(executor, recipes)
