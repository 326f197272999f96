"""Checks of what users give to a client: one clear error each, before anything is sent."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, TypeVar

from .backend import Backend
from .cache import Cache
from .detection import find_backend
from .errors import ConfigurationError
from .wording import brief

__all__ = [
    "cache_or_none",
    "callable_or_none",
    "choose_engine",
    "header_text",
    "one_of",
    "positive",
    "seconds",
    "text_or_none",
    "utc_or_none",
]

T = TypeVar("T")


def positive(name: str, value: int) -> int:
    """An integer of at least 1; engines count in 64 bits.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**62:
        raise ConfigurationError(f"{name} must be an integer of at least 1, not {brief(value)}")
    return value


def seconds(name: str, value: float) -> float:
    """A number of seconds from 0 on; infinity is one.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigurationError(f"{name} must be a number of seconds, not {brief(value)}")
    return float(value)


def header_text(name: str, value: str) -> str:
    """Text that can stand in a header.

    Raises:
        ConfigurationError: it can't.
    """
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{name} must be printable ASCII, not {brief(value)}")
    return value


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """One of the names that there are.

    Raises:
        ConfigurationError: another one; the message lists those there are.
    """
    if not isinstance(value, str) or value not in known:
        raise ConfigurationError(f"{name} must be {' or '.join(map(repr, known))}, not {brief(value)}")
    return value


def text_or_none(name: str, value: str | None) -> str | None:
    """Text that can stand in a query, or None.

    Raises:
        ConfigurationError: something else, or nothing at all.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigurationError(f"{name} must be text that is not empty, or None, not {brief(value)}")
    return value


def utc_or_none(name: str, value: datetime | None) -> str | None:
    """A time as providers take it in a query, in UTC and whole seconds; or None.

    Raises:
        ConfigurationError: it has no zone, or is out of range.
    """
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ConfigurationError(
            f"{name} must be a datetime with a zone, as datetime.now(timezone.utc), or None, not {brief(value)}"
        )
    try:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError:
        raise ConfigurationError(f"{name} is out of range in UTC: {brief(value)}") from None


def callable_or_none(name: str, value: T | None) -> T | None:
    """A function, or None.

    Raises:
        ConfigurationError: something else.
    """
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a function or None, not {brief(value)}")
    return value


def cache_or_none(value: Cache | None) -> Cache | None:
    """A cache, or None.

    Raises:
        ConfigurationError: something else.
    """
    if value is not None and not isinstance(value, Cache):
        raise ConfigurationError(f"cache must be a Cache, as MemoryCache(), or None, not {brief(value)}")
    return value


def choose_engine(
    backend: str | Backend | None, verify: bool | str | os.PathLike[str], *, use_python_impl: bool
) -> tuple[Backend, bool]:
    """The engine, and whether the client has to close it.

    Raises:
        ConfigurationError: not an engine, or arguments that contradict each other.
        BackendUnavailableError: it can't be had.
    """
    if isinstance(backend, Backend):
        if use_python_impl:
            raise ConfigurationError("use_python_impl=True contradicts a backend object; give one of them")
        if verify is not True:
            raise ConfigurationError("verify belongs to the backend object: give it there")
        return backend, False
    if backend is not None and not isinstance(backend, str):
        raise ConfigurationError(f"backend must be 'native', 'python' or a Backend object, not {brief(backend)}")
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
            f"verify must be True, False or the path of a PEM file; there is no file {brief(path)}"
        )
    return path
