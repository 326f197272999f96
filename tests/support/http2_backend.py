"""Engines that use HTTP/2."""

from __future__ import annotations

from gitfleet_api.backend import Backend
from gitfleet_api.backend.discovery import find_backend
from support.certificates import Authority


def http2_backend(engine: str, authority: Authority) -> Backend:
    """Return an engine that trusts an authority and offers HTTP/2."""
    if engine == "native":
        return find_backend(engine).create(verify=str(authority.file))
    from gitfleet_py import PythonBackend

    return PythonBackend(verify=str(authority.file), http2=True)
