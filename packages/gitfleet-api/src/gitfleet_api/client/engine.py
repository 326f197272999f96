"""The choice of an engine and a cache for a client."""

from __future__ import annotations

import os

from .._internal.text import shorten_repr
from ..backend.base import Backend
from ..backend.discovery import backends, find_backend
from ..backend.trust.authorities import read_authorities
from ..cache import Cache
from ..errors import ConfigurationError

__all__ = ["cache_or_none", "choose_engine", "is_default_engine"]


def cache_or_none(value: Cache | None) -> Cache | None:
    """Return ``value`` if it is a cache or None.

    Raises:
        ConfigurationError: It is neither.
    """
    if value is not None and not isinstance(value, Cache):
        raise ConfigurationError(f"cache must be a Cache, as MemoryCache(), or None, not {shorten_repr(value)}")
    return value


def choose_engine(
    backend: str | Backend | None,
    verify: bool | str | os.PathLike[str],
    *,
    use_python_impl: bool,
    uses_tls: bool = True,
) -> tuple[Backend, bool]:
    """Return the engine, and whether the client must close it.

    Args:
        backend: name of an engine, an engine, or None for the best one.
        verify: the certificates to trust, see :func:`read_authorities`.
        use_python_impl: whether to use the pure Python engine.
        uses_tls: whether the server or the proxy is reached by https.

    Raises:
        ConfigurationError: ``backend`` is no engine, arguments contradict each other, or no certificate can be used.
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
    return found.create(verify=read_authorities(verify, is_needed=uses_tls)), True


def is_default_engine(backend: Backend) -> bool:
    """Return whether another process gets an equal engine by its name."""
    return any(info.name == backend.name for info in backends()) and type(backend) is find_backend(backend.name)
