"""Checks of what users give for an endpoint of their choice, before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..profile import ProviderProfile
from .urls import expand, has_dots, number_text, placeholders

__all__ = ["JSON_CONTENT", "checked_headers", "checked_method", "endpoint_path", "json_body"]

JSON_CONTENT: Final = ("content-type", "application/json")
# Compiled when they are needed, as most processes call no path of their own.
_METHOD: Final = r"[A-Za-z][A-Za-z-]{0,29}"
_HEADER: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}"
_LITERAL: Final = r"(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*"
_OURS: Final = frozenset(
    (
        *("authorization", "private-token", "job-token", "proxy-authorization", "cookie", "cookie2"),
        *("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect"),
        *("keep-alive", "proxy-connection", "accept-encoding", "user-agent"),
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"),
        *("x-http-method-override", "x-http-method", "x-method-override"),
    )
)
"""Headers that a client sets by itself, or that change what a method means."""


def checked_method(method: str) -> str:
    """An HTTP method in upper case."""
    if not isinstance(method, str) or not re.fullmatch(_METHOD, method) or method.upper() in ("CONNECT", "TRACE"):
        raise ConfigurationError(f"method must be an HTTP method like 'GET' or 'POST', not {shorten_repr(method)}")
    return method.upper()


def json_body(name: str, value: object) -> bytes:
    """``value`` as JSON; ``name`` is the argument that it came from."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name} can't be written as JSON: {error}") from None


def checked_headers(headers: Mapping[str, str] | None, profile: ProviderProfile) -> tuple[tuple[str, str], ...]:
    """Headers of one request, with names in lower case."""
    if headers is None:
        return ()
    if not isinstance(headers, Mapping):
        raise ConfigurationError(f"headers must be a dict of names and values, not {type(headers).__name__}")
    found: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not re.fullmatch(_HEADER, name):
            raise ConfigurationError(
                f"headers: {shorten_repr(name)} is no name of a header: letters, digits and hyphens"
            )
        lower = name.lower()
        if lower in _OURS or lower == profile.token_header("-")[0]:
            raise ConfigurationError(f"headers: {name} is set by the client itself; leave it out")
        if lower in found:
            raise ConfigurationError(f"headers: {name} is there twice; give it once")
        # The value is not shown: people put secrets into headers.
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or value != value.strip():
            raise ConfigurationError(f"headers: the value of {name} must be printable ASCII, without blanks around it")
        found[lower] = value
    return tuple(found.items())


def endpoint_path(template: str, segments: Mapping[str, object], own: tuple[str, ...], *, nested: bool) -> str:
    """The path of an endpoint, each ``{placeholder}`` replaced by its value.

    Args:
        template: as the provider's documentation writes it.
        segments: the values; one of a placeholder called like one of ``own`` has an underscore after its name.
        own: names of keywords that mean something else.
        nested: whether slashes in a value are encoded, not refused.

    Raises:
        ConfigurationError: not a path below the base URL, or values and placeholders do not match.
    """
    names = _names(template)
    given: dict[str, object] = {}
    left = dict(segments)
    for name in names:
        keyword = f"{name}_" if name in own and name not in left else name
        if keyword not in left:
            raise ConfigurationError(f"{template}: there is no value for {{{name}}}; give {keyword}=")
        value = left.pop(keyword)
        given[name] = number_text(name, value) if isinstance(value, int) and not isinstance(value, bool) else value
    if left:
        unknown = ", ".join(f"{{{name}}}" for name in left)
        raise ConfigurationError(f"{template} has no {unknown}; a part of the query belongs into params=")
    return expand(template, given, nested=nested)


def _names(template: str) -> list[str]:
    if not isinstance(template, str):
        raise ConfigurationError(
            f"path must be text like '/repos/{{owner}}/{{repo}}/license', not {shorten_repr(template)}"
        )
    if not template.startswith("/"):
        raise ConfigurationError(
            f"path must start with a slash and is relative to base_url, not {shorten_repr(template)}"
        )
    if "?" in template or "#" in template:
        raise ConfigurationError(f"path must have no query and no fragment: use params=, not {shorten_repr(template)}")
    names, literal = placeholders(template)
    if not re.fullmatch(_LITERAL, literal) or "//" in template or has_dots(literal):
        raise ConfigurationError(
            "path must hold names, single slashes and {placeholders} for everything else, "
            f"not {shorten_repr(template)}"
        )
    return names
