"""Validation of the arguments of ``client.request``, ``fetch`` and ``fetch_all`` before a request is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..profile import ProviderProfile
from .urls import expand, has_dots, number_text, placeholders

__all__ = ["JSON_CONTENT", "endpoint_path", "json_body", "validate_headers", "validate_method"]

JSON_CONTENT: Final = ("content-type", "application/json")
# Compiled on first use, because most processes use no custom endpoint.
_METHOD: Final = r"[A-Za-z][A-Za-z-]{0,29}"
_HEADER: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}"
_LITERAL: Final = r"(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*"
_RESERVED: Final = frozenset(
    (
        *("authorization", "private-token", "job-token", "proxy-authorization", "cookie", "cookie2"),
        *("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect"),
        *("keep-alive", "proxy-connection", "accept-encoding", "user-agent"),
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"),
        *("x-http-method-override", "x-http-method", "x-method-override"),
    )
)
"""Headers that the client sets, or that change the meaning of the method."""


def validate_method(method: str) -> str:
    """Return an HTTP method in upper case.

    Raises:
        ConfigurationError: It is not a method, or is CONNECT or TRACE.
    """
    if not isinstance(method, str) or not re.fullmatch(_METHOD, method) or method.upper() in ("CONNECT", "TRACE"):
        raise ConfigurationError(f"method must be an HTTP method like 'GET' or 'POST', not {shorten_repr(method)}")
    return method.upper()


def json_body(name: str, value: object) -> bytes:
    """Return a value as JSON.

    Args:
        name: name of the argument, for messages.
        value: a JSON-serialisable value.

    Raises:
        ConfigurationError: The value can't be serialised.
    """
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{name} can't be serialised as JSON: {error}") from None


def validate_headers(headers: Mapping[str, str] | None, profile: ProviderProfile) -> tuple[tuple[str, str], ...]:
    """Return the headers of a request as pairs with lower-case names.

    Args:
        headers: names and values.
        profile: the provider, whose token header is reserved.

    Raises:
        ConfigurationError: A name or value is invalid, a name is reserved, or occurs twice.
    """
    if headers is None:
        return ()
    if not isinstance(headers, Mapping):
        raise ConfigurationError(f"headers must be a dict of names and values, not {type(headers).__name__}")
    validated: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not re.fullmatch(_HEADER, name):
            raise ConfigurationError(
                f"headers: {shorten_repr(name)} is not a valid name: use letters, digits and hyphens"
            )
        lower = name.lower()
        if lower in _RESERVED or lower == profile.token_header("-")[0]:
            raise ConfigurationError(f"headers: {name} is set by the client itself; omit it")
        if lower in validated:
            raise ConfigurationError(f"headers: {name} occurs twice; give it once")
        # The message does not show the value, which may be a secret.
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or value != value.strip():
            raise ConfigurationError(f"headers: the value of {name} must be printable ASCII without surrounding blanks")
        validated[lower] = value
    return tuple(validated.items())


def endpoint_path(template: str, segments: Mapping[str, object], keywords: tuple[str, ...], *, nested: bool) -> str:
    """Return the path of an endpoint, with each ``{placeholder}`` replaced by its value.

    Args:
        template: the path as in the provider's documentation.
        segments: the values by name. A placeholder with the name of a keyword has an underscore after its name.
        keywords: names of keyword arguments with another meaning.
        nested: whether slashes in a value are encoded; otherwise they are rejected.

    Raises:
        ConfigurationError: The path is not below the base URL, or values and placeholders do not match.
    """
    names = _names(template)
    given: dict[str, object] = {}
    remaining = dict(segments)
    for name in names:
        keyword = f"{name}_" if name in keywords and name not in remaining else name
        if keyword not in remaining:
            raise ConfigurationError(f"{template}: no value for {{{name}}}; give {keyword}=")
        value = remaining.pop(keyword)
        given[name] = number_text(name, value) if isinstance(value, int) and not isinstance(value, bool) else value
    if remaining:
        unknown = ", ".join(f"{{{name}}}" for name in remaining)
        raise ConfigurationError(f"{template} has no {unknown}; give query parameters in params=")
    return expand(template, given, nested=nested, any_name=True)


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
            "path must consist of names, single slashes and {placeholders} for other characters, "
            f"not {shorten_repr(template)}"
        )
    return names
