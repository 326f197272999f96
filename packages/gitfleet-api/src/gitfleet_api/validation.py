"""Validation of arguments: each function returns a valid value or raises one clear error, before any request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar, cast

from ._internal.text import shorten_repr
from .errors import ConfigurationError
from .gaps import ON_INCOMPLETE, OnIncomplete
from .provider_type import ProviderType

__all__ = [
    "callable_or_none",
    "header_text",
    "on_incomplete_or_error",
    "one_of",
    "parse_provider",
    "positive",
    "search_text",
    "seconds",
    "text_or_none",
    "utc_or_none",
]

T = TypeVar("T")


def positive(name: str, value: int) -> int:
    """Return ``value`` if it is an integer of at least 1 and fits into 64 bits, which engines use.

    Args:
        name: Name of the argument, for the message.
        value: The argument.

    Raises:
        ConfigurationError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**62:
        raise ConfigurationError(f"{name} must be an integer of at least 1, not {shorten_repr(value)}")
    return value


def seconds(name: str, value: float) -> float:
    """Return ``value`` as a float if it is a number of at least 0; infinity is allowed.

    Args:
        name: Name of the argument, for the message.
        value: The argument.

    Raises:
        ConfigurationError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigurationError(f"{name} must be a number of seconds, not {shorten_repr(value)}")
    return float(value)


def header_text(name: str, value: str) -> str:
    """Return ``value`` if it is text that a header can contain: printable ASCII, not empty.

    Args:
        name: Name of the argument, for the message.
        value: The argument.

    Raises:
        ConfigurationError: It is not.
    """
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ConfigurationError(f"{name} must be printable ASCII, not {shorten_repr(value)}")
    return value


def on_incomplete_or_error(value: str) -> OnIncomplete:
    """Return the argument ``on_incomplete``.

    Args:
        value: The argument.

    Raises:
        ConfigurationError: It is none of its three values.
    """
    return cast("OnIncomplete", one_of("on_incomplete", value, ON_INCOMPLETE))


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """Return ``value`` if it is one of ``known``.

    Args:
        name: Name of the argument, for the message.
        value: The argument.
        known: The allowed values.

    Raises:
        ConfigurationError: It is not. The message lists the allowed values.
    """
    if not isinstance(value, str) or value not in known:
        raise ConfigurationError(f"{name} must be {' or '.join(map(repr, known))}, not {shorten_repr(value)}")
    return value


def text_or_none(name: str, value: str | None) -> str | None:
    """Return ``value`` if it is None or text that a query can contain: not empty, without surrogates.

    Args:
        name: Name of the argument, for the message.
        value: The argument.

    Raises:
        ConfigurationError: It is not.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigurationError(f"{name} must be text that is not empty, or None, not {shorten_repr(value)}")
    return value


def search_text(query: str, *, may_be_empty: bool = False) -> str:
    """Return the text of a search without blanks around it.

    Args:
        query: The argument.
        may_be_empty: Whether a search without words is meaningful, because something else limits it.

    Raises:
        ConfigurationError: It is not text that a query can contain, or it is empty.
    """
    text = query.strip() if isinstance(query, str) else query
    if text == "" and may_be_empty:
        return text
    if not text or text_or_none("query", text) is None:
        raise ConfigurationError(f"query must be text to search for, not {shorten_repr(query)}")
    return text


def utc_or_none(name: str, value: datetime | None) -> str | None:
    """Return a time as query text in UTC and whole seconds, as ``2024-05-06T07:08:09Z``; None for None.

    Args:
        name: Name of the argument, for the message.
        value: The argument: an aware datetime or None.

    Raises:
        ConfigurationError: It has no time zone, or is out of range in UTC.
    """
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ConfigurationError(
            f"{name} must be a datetime with a time zone, as datetime.now(timezone.utc), or None, "
            f"not {shorten_repr(value)}"
        )
    try:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError:
        raise ConfigurationError(f"{name} is out of range in UTC: {shorten_repr(value)}") from None


def callable_or_none(name: str, value: T | None) -> T | None:
    """Return ``value`` if it is None or can be called.

    Args:
        name: Name of the argument, for the message.
        value: The argument.

    Raises:
        ConfigurationError: It is neither.
    """
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a function or None, not {shorten_repr(value)}")
    return value


def parse_provider(value: ProviderType | str) -> ProviderType:
    """Return ``value`` as a :class:`ProviderType`.

    Raises:
        ConfigurationError: It is not a provider. The message lists the known ones.
    """
    try:
        return ProviderType(value)
    except ValueError:
        known = ", ".join(repr(str(member)) for member in ProviderType)
        from difflib import get_close_matches  # 5 ms, for this message only

        close = get_close_matches(str(value).lower(), list(ProviderType), n=1)
        hint = f"did you mean '{close[0]}'? known" if close else "known"
        raise ConfigurationError(f"unknown provider {shorten_repr(value)}; {hint} are {known}") from None
