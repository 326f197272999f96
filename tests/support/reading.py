"""Reading JSON values into dataclasses without an engine."""

from __future__ import annotations

from typing import Any

from gitfleet_api import ProviderType
from gitfleet_api.backend import project
from gitfleet_api.decoding.decoder_cache import decoder_for


def read_all(model: Any, rows: object, *, include_raw: bool = False) -> list[Any]:
    """An object of ``model`` for each of ``rows``, which is what ``json.loads`` gives."""
    decoder = decoder_for(model, ProviderType.GITHUB, include_raw=include_raw)
    return decoder.build(project(rows, decoder.projection(many=True)))


def read(model: Any, row: object, *, include_raw: bool = False) -> Any:
    """The object of ``model`` that ``row`` gives."""
    (found,) = read_all(model, [row], include_raw=include_raw)
    return found
