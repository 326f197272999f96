"""Checks of what users give to a client: one clear error each, before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from ._internal.text import shorten_repr
from .errors import ConfigurationError
from .provider_type import ProviderType

__all__ = [
    "callable_or_none",
    "header_text",
    "one_of",
    "parse_provider",
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
        raise ConfigurationError(f"{name} must be an integer of at least 1, not {shorten_repr(value)}")
    return value


def seconds(name: str, value: float) -> float:
    """A number of seconds from 0 on; infinity is one.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigurationError(f"{name} must be a number of seconds, not {shorten_repr(value)}")
    return float(value)


def header_text(name: str, value: str) -> str:
    """Text that can stand in a header.

    Raises:
        ConfigurationError: it can't.
    """
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{name} must be printable ASCII, not {shorten_repr(value)}")
    return value


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """One of the names that there are.

    Raises:
        ConfigurationError: another one; the message lists those there are.
    """
    if not isinstance(value, str) or value not in known:
        raise ConfigurationError(f"{name} must be {' or '.join(map(repr, known))}, not {shorten_repr(value)}")
    return value


def text_or_none(name: str, value: str | None) -> str | None:
    """Text that can stand in a query, or None.

    Raises:
        ConfigurationError: something else, or nothing at all.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigurationError(f"{name} must be text that is not empty, or None, not {shorten_repr(value)}")
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
            f"{name} must be a datetime with a zone, as datetime.now(timezone.utc), or None, not {shorten_repr(value)}"
        )
    try:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError:
        raise ConfigurationError(f"{name} is out of range in UTC: {shorten_repr(value)}") from None


def callable_or_none(name: str, value: T | None) -> T | None:
    """A function, or None.

    Raises:
        ConfigurationError: something else.
    """
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a function or None, not {shorten_repr(value)}")
    return value


def parse_provider(value: ProviderType | str) -> ProviderType:
    """Return ``value`` as a :class:`ProviderType`.

    Raises:
        ConfigurationError: It is no provider. The message lists the known ones.
    """
    try:
        return ProviderType(value)
    except ValueError:
        known = ", ".join(repr(str(member)) for member in ProviderType)
        raise ConfigurationError(f"unknown provider {shorten_repr(value)}; known are {known}") from None
