"""The choice of an engine and a cache for a client."""

from __future__ import annotations

import os
from typing import Any

from .._internal.text import shorten_repr
from ..backend.base import Backend
from ..backend.discovery import find_backend
from ..cache import Cache
from ..errors import ConfigurationError

__all__ = ["cache_or_none", "choose_engine"]


def cache_or_none(value: Cache | None) -> Cache | None:
    """Return ``value`` if it is a cache or None.

    Raises:
        ConfigurationError: It is neither.
    """
    if value is not None and not isinstance(value, Cache):
        raise ConfigurationError(f"cache must be a Cache, as MemoryCache(), or None, not {shorten_repr(value)}")
    return value


def choose_engine(
    backend: str | Backend | None, verify: bool | str | os.PathLike[str], *, use_python_impl: bool
) -> tuple[Backend, bool]:
    """Return the engine, and whether the client must close it.

    Raises:
        ConfigurationError: ``backend`` is no engine, or arguments contradict each other.
        BackendUnavailableError: The engine cannot be loaded.
    """
    if isinstance(backend, Backend):
        if use_python_impl:
            raise ConfigurationError("use_python_impl=True contradicts a backend object; give one of them")
        if verify is not True:
            raise ConfigurationError("verify belongs to the backend object: give it there")
        return backend, False
    if backend is not None and not isinstance(backend, str):
        raise ConfigurationError(f"backend must be 'native', 'python' or a Backend object, not {shorten_repr(backend)}")
    found: type[Backend] = find_backend(backend, use_python_impl=use_python_impl)
    return found.create(verify=_verify(verify)), True


def _verify(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    try:
        path = os.fsdecode(value)
        found = os.path.isfile(path)  # noqa: PTH113  pathlib takes 1.3 ms to import
    except (TypeError, OSError, ValueError):
        path, found = repr(value), False
    if not found:
        raise ConfigurationError(
            f"verify must be True, False or the path of a PEM file; there is no file {shorten_repr(path)}"
        )
    return path
