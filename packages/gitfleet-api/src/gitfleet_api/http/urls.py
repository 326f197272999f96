"""Construction and validation of URLs: base URLs, path templates, queries and links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, quote, urldefrag, urlencode, urljoin, urlsplit

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .hosts import canonical_host

__all__ = [
    "BaseUrl",
    "QueryParams",
    "QueryValue",
    "expand",
    "has_dots",
    "is_loopback",
    "nested_segment",
    "number_text",
    "page_number",
    "placeholders",
    "with_page",
    "with_query",
]

QueryValue = str | int | float | bool | None
QueryParams = Mapping[str, QueryValue | Sequence[QueryValue]]
"""Names and values of a query. A list gives one name several values."""

_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
_LINK_CHARACTERS = f"{_UNRESERVED}/?=&%"
# Patterns that few programs need are compiled on first use.
_FORBIDDEN = {True: r"[\x00-\x1f\x7f/]", False: r"[\x00-\x20\x7f/\\?#]"}
_PARAMETER = re.compile(r"\{(\+?)([^\W\d]\w*)\}")
_PAGE = r"(?<=[?&])page=[^&]*(&|$)"
_BAD_URL = re.compile(r"[\x00-\x20\x7f\\]")


class BaseUrl:
    """The base URL of a provider's API.

    Attributes:
        origin: scheme, host and port.
        path: prefix of all endpoints, without a trailing slash; often empty.
        text: the whole URL.
    """

    __slots__ = ("origin", "path", "text")

    def __init__(self, origin: str, path: str) -> None:
        self.origin: str = origin
        self.path: str = path
        self.text: str = origin + path

    @classmethod
    def parse(cls, text: object) -> BaseUrl:
        """Validate and normalise a URL that the user gave.

        Raises:
            ConfigurationError: It is not an absolute http or https URL, or has a user name, query or fragment.
        """
        if not isinstance(text, str) or not text:
            raise ConfigurationError(f"base_url must be a URL like https://api.github.com, not {shorten_repr(text)}")
        parts = _split(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                f"base_url must start with http:// or https:// and name a host, like https://{text.lstrip('/:')}"
                if "@" not in text
                else "base_url must start with http:// or https:// and name a host"
            )
        if "@" in parts.netloc:
            raise ConfigurationError("base_url must not contain a user name or password; give token= instead")
        if parts.query or parts.fragment:
            raise ConfigurationError("base_url must not have a query or a fragment; give params= to a call instead")
        if not parts.path.isascii() or has_dots(parts.path):
            raise ConfigurationError(
                f"the path of base_url must be ASCII, without '.' and '..', not {shorten_repr(text)}"
            )
        return cls(_origin(text), parts.path.rstrip("/"))

    def __str__(self) -> str:
        return self.text

    @property
    def host(self) -> str:
        """Host name or address, without the port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def is_https(self) -> bool:
        """Whether the scheme is https."""
        return self.origin.startswith("https:")

    def resolve(self, link: str, *, seen_at: str) -> str | None:
        """Return a link of a response as an absolute URL; None if it leads outside this API.

        Args:
            link: an absolute or relative URL.
            seen_at: URL of the response.
        """
        start, rest = link[: len(self.text) + 1], link[len(self.text) + 1 :]
        if start == f"{self.text}/" and not rest.strip(_LINK_CHARACTERS) and not has_dots(rest):
            return link  # fast path for nearly every link: 1.4 µs instead of 18
        try:
            if not link.isascii():  # headers are read as Latin-1, and servers write UTF-8
                with suppress(UnicodeError):
                    link = link.encode("latin-1").decode("utf-8")
            absolute = urldefrag(urljoin(seen_at, link)).url
            parts = urlsplit(absolute)
            inside = _origin(absolute) == self.origin and "@" not in parts.netloc
            path = parts.path
        except (ValueError, ConfigurationError):
            return None
        if not inside or has_dots(path) or _BAD_URL.search(absolute) or not path.startswith(self.path + "/"):
            return None
        # The host may be spelled differently there; the token goes to the host of the base URL, whatever it is.
        return self.origin + absolute[len(parts.scheme) + len("://") + len(parts.netloc) :]


def _split(text: str) -> SplitResult:
    if _BAD_URL.search(text):
        raise ConfigurationError("a URL can't contain blanks, control characters or backslashes; percent-encode them")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(f"not a URL: {error}") from None
    return parts


def has_dots(path: str) -> bool:
    """Return whether a path has dot segments, plain or encoded, also if a server decodes encoded slashes."""
    if "." not in path and "%" not in path:
        return False
    plain = path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/")
    return any(part.partition(";")[0] in (".", "..") for part in plain.split("/"))


def _origin(url: str) -> str:
    parts = _split(url)
    # Not `hostname`, which is in lower case by the rules of texts: they depend on the next letter.
    address = parts.netloc.rpartition("@")[2]
    is_ipv6 = address.startswith("[")
    scheme = parts.scheme.lower()
    host = canonical_host(address[1:].partition("]")[0] if is_ipv6 else address.partition(":")[0])
    if is_ipv6:
        host = f"[{host}]"
    default = {"http": 80, "https": 443}.get(scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{scheme}://{host}{port}"


def placeholders(template: str) -> tuple[list[str], str]:
    """Return the names in braces, each once, and the template with a hyphen in place of each."""
    names = [match[2] for match in _PARAMETER.finditer(template)]
    return list(dict.fromkeys(names)), _PARAMETER.sub("-", template)


def expand(template: str, parameters: Mapping[str, object], *, nested: bool = False, any_name: bool = False) -> str:
    """Return a template with each ``{name}`` replaced by its value as one percent-encoded path segment.

    The value of a ``{+name}`` may have several segments, separated by slashes, such as the path of a file.

    Args:
        template: a path with names in braces.
        parameters: a value for each name.
        nested: whether slashes in the value of a ``{name}`` are encoded; otherwise they are rejected.
        any_name: whether blanks, question marks, hashes and backslashes are encoded, as in names of labels, branches
            and files. No owner and no repository has them: they are rejected as mistakes otherwise.

    Raises:
        ConfigurationError: A value is not one segment: it is empty, not a string, ``.`` or ``..``, or contains a slash,
            a control character, or one of the characters above.
    """
    path, parameter_parts = _parts(template)
    for several, name, text in parameter_parts:
        value = parameters[name]
        if type(value) is str and _is_plain(value):
            path += value
        elif several and isinstance(value, str):
            path += "/".join(_segment(f"each part of {name}", part, any_name) for part in value.split("/"))
        elif nested and isinstance(value, str) and "/" in value:
            path += nested_segment(name, value, any_name=any_name)
        else:
            path += _segment(name, value, any_name)
        path += text
    return path


@lru_cache(maxsize=256)
def _parts(template: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """Split a template into the text before the first parameter, and for each one its plus, name and following text."""
    pieces = _PARAMETER.split(template)
    return pieces[0], tuple(zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True))


def _is_plain(value: str) -> bool:
    """Whether a value needs no encoding. True for nearly every name, and 2 µs faster than the full check."""
    return not value.strip(_UNRESERVED) and value not in ("", ".", "..")


def _segment(name: str, value: object, any_name: bool) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be a string, not {shorten_repr(value)}")
    if not value:
        raise ConfigurationError(f"{name} must not be empty")
    # Some servers take backslashes for slashes.
    if re.search(_FORBIDDEN[any_name], value) or any(part in (".", "..") for part in value.split("\\")):
        others = "" if any_name else "question marks, hashes, blanks, backslashes, "
        raise ConfigurationError(
            f"{name} must be a single name, without slashes, {others}control characters and dot segments, "
            f"not {shorten_repr(value)}"
        )
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise ConfigurationError(
            f"{name} contains a lone surrogate: {shorten_repr(value)}; decode it as UTF-8"
        ) from None


def nested_segment(name: str, value: object, *, any_name: bool = False) -> str:
    """Return a path of names, such as that of a nested group, percent-encoded as ONE segment: ``group%2Fsub``.

    The dots of projects and groups are encoded, too. GitLab takes the text after a dot for a format (``.json``) when it
    redirects from an old name, and the redirect then leads nowhere. A single name of any kind is mostly a branch or a
    tag, which has no redirect.

    Args:
        name: name of the argument, for messages.
        value: names separated by slashes.
        any_name: see :func:`expand`.

    Raises:
        ConfigurationError: A part of it is not a valid segment, see :func:`expand`.
    """
    parts = value.split("/") if isinstance(value, str) else [value]
    if len(parts) > 1 and "" in parts:
        raise ConfigurationError(
            f"{name} must not begin or end with a slash or contain two in a row, not {shorten_repr(value)}"
        )
    what = name if len(parts) == 1 else f"each part of {name}"
    path = "%2F".join(_segment(what, part, any_name) for part in parts)
    return path if any_name and len(parts) == 1 else path.replace(".", "%2E")


def page_number(url: str) -> int:
    """Return the page number in the query of a URL; 1 if there is none."""
    found = re.search(r"[?&]page=([0-9]{1,9})(?=&|$)", url)
    return int(found[1]) if found else 1


def with_page(url: str, number: int) -> str:
    """Return a URL with the page number in its query, replacing an existing one."""
    bare = re.sub(_PAGE, "", url).rstrip("?&")
    return with_query(bare, {"page": number})


def with_query(url: str, query: QueryParams) -> str:
    """Return a URL with query parameters. None is left out, booleans become ``true`` and ``false``.

    Args:
        url: a URL, which may have a query.
        query: names and values.

    Raises:
        ConfigurationError: A name or value can't be part of a query.
    """
    if not isinstance(query, Mapping):
        raise ConfigurationError(f"params must be a dict of names and values, not {type(query).__name__}")
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if not isinstance(name, str) or not name:
            raise ConfigurationError(f"the name of a parameter must be text, not {shorten_repr(name)}")
        values = value if isinstance(value, list | tuple) else (value,)
        pairs += [(str.__str__(name), _query_text(name, item)) for item in values if item is not None]
    if not pairs:
        return url
    try:
        return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"
    except UnicodeEncodeError:
        raise ConfigurationError("a query can't contain a lone surrogate; decode the text as UTF-8") from None


def _query_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return str.__str__(value)  # str() of a text Enum member returns its name
    if isinstance(value, int | float):
        return number_text(f"the parameter {shorten_repr(name)}", value)
    raise ConfigurationError(
        f"the parameter {shorten_repr(name)} must be text, a number, a bool, None or a list of these, "
        f"not {type(value).__name__}"
    )


def number_text(name: str, value: float) -> str:
    """Return a number as digits, also for a member of an Enum, whose ``str()`` is its name.

    Args:
        name: name of the argument, for messages.
        value: the number.

    Raises:
        ConfigurationError: It has more digits than Python converts.
    """
    try:
        return int.__repr__(value) if isinstance(value, int) else float.__repr__(value)
    except ValueError:
        raise ConfigurationError(f"{name} has too many digits") from None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine. Only the name is checked; nothing is resolved."""
    return host in ("localhost", "::1") or host.endswith(".localhost") or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))
