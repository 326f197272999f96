"""Addresses of Redis servers, with their passwords apart."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from .._internal.lazy_dataclass import dataclass, field
from .._internal.redacted import RedactedStr
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["PASSWORD_VARIABLE", "SCHEMES", "RedisAddress", "parse_prefix", "parse_redis_url"]

PASSWORD_VARIABLE = "GITFLEET_REDIS_PASSWORD"  # noqa: S105  the name of a variable
SCHEMES = ("redis", "rediss", "unix")
_EXAMPLE = "redis://HOST:6379/0, or rediss:// for TLS, or unix:///path/to/socket"
_LONGEST_PREFIX = 64
_OWN_OPTIONS: tuple[str, ...] = (
    "socket_timeout",
    "socket_connect_timeout",
    "retry_on_timeout",
    "retry_on_error",
    "protocol",
)
_OWN_OPTIONS += ("decode_responses", "encoding", "encoding_errors", "single_connection_client", "max_connections")
"""Options of Redis's client that the library sets itself: it relies on them."""
_PLACED_OPTIONS = ("username", "password")


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis server is. ``repr`` and :attr:`shown` have no password."""

    url: str = field(repr=False)
    """The URL without name and password."""
    shown: str
    """The URL for messages: without name, password and query."""
    username: str | None = field(repr=False)
    """The name to sign in with. None for that of Redis."""
    password: str | None = field(repr=False)
    """The password. None for none."""
    has_own_password: bool = False
    """Whether the password was given as text, rather than found in the environment."""

    @property
    def url_with_name(self) -> str:
        """The URL with the name and without the password."""
        if self.username is None:
            return self.url
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{quote(self.username, safe='')}@{rest}"


def parse_redis_url(url: object, password: object = None) -> RedisAddress:
    """Return the address that a URL names.

    Args:
        url: ``redis://``, ``rediss://`` (with TLS) or ``unix://``.
        password: The password if it is not in the URL. Without one there, that of the variable
            ``GITFLEET_REDIS_PASSWORD`` is used.

    Raises:
        ConfigurationError: It is no such URL, or the password is no text, or there are two.
    """
    # The text itself is not shown: a password may be anywhere in it.
    problem = ConfigurationError(f"url must be an address of Redis, like {_EXAMPLE}")
    if not isinstance(url, str) or any(character <= " " for character in url):
        raise problem
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise problem from None
    is_socket = parts.scheme == "unix"
    if parts.scheme not in SCHEMES or parts.fragment or not (parts.path.strip("/") if is_socket else host):
        raise problem
    if not is_socket and parts.path.strip("/") and not parts.path[1:].isdecimal():
        raise ConfigurationError("the path of a Redis URL is the number of a database, as in redis://HOST/0")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name in _OWN_OPTIONS:
            raise ConfigurationError(f"the URL of Redis has the option {name}, which GitFleet sets itself")
        if name in _PLACED_OPTIONS:
            raise ConfigurationError("name and password of Redis belong before the host: redis://NAME:PASSWORD@HOST")
    if password is not None and (not isinstance(password, str) or not password):
        raise ConfigurationError(f"password must be a text or None, not {type(password).__name__}")
    if password is not None and parts.password is not None:
        raise ConfigurationError("the password of Redis is in the URL and in password=; give one of them")
    secret = unquote(parts.password) if parts.password else password or os.environ.get(PASSWORD_VARIABLE)
    place = "" if host is None else f"[{host}]" if ":" in host else host
    place += "" if port is None else f":{port}"
    return RedisAddress(
        urlunsplit((parts.scheme, place, parts.path, parts.query, "")),
        urlunsplit((parts.scheme, place, parts.path, "", "")),
        unquote(parts.username) if parts.username else None,
        RedactedStr(secret) if secret else None,
        bool(parts.password or password),
    )


def parse_prefix(prefix: object) -> str:
    """Return the beginning of all keys, checked.

    Raises:
        ConfigurationError: It is no short text of printable ASCII without braces.
    """
    if (
        not isinstance(prefix, str)
        or not 0 < len(prefix) <= _LONGEST_PREFIX
        or not (prefix.isascii() and prefix.isprintable())
        or set(prefix) & set("{} ")
    ):
        raise ConfigurationError(
            f"prefix must be 1 to {_LONGEST_PREFIX} characters of ASCII without spaces and braces, "
            f"not {shorten_repr(prefix)}"
        )
    return prefix
