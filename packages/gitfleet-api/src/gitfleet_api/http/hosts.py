"""One canonical form of host names and addresses, in which they are compared and sent."""

from __future__ import annotations

import re
from functools import lru_cache

from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["canonical_host"]

_KEPT = frozenset("ßς")
"""Letters that IDNA 2003 replaced: faß.de and fass.de are different servers today (IDNA 2008)."""
_AMBIGUOUS = frozenset("ẞ")  # versions of the standard differ about its lower case
_INVISIBLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
"""Letters and marks that some libraries drop."""
_WORDS = ("L", "M", "Nd")
_LONGEST = 63


@lru_cache(maxsize=64)
def canonical_host(host: str) -> str:
    """Return a host in lower case, with names in ASCII (``xn--``) and IPv6 addresses in their shortest form.

    A dot at the end of a name with several parts is dropped.

    Args:
        host: a name or an address, without brackets and port.

    Raises:
        ConfigurationError: A name has characters that standards or libraries convert differently. So two names are
            equal only if every library sends them to the same server.
    """
    if ":" in host:
        return _address(host)
    if host.endswith(".") and "." in host[:-1]:
        host = host[:-1]
    if host.isascii():
        return host.lower()
    return ".".join(_label(label, host) for label in host.split("."))


def _address(host: str) -> str:
    from ipaddress import IPv6Address  # takes 3 ms, which few programs need

    try:
        return host.lower() if "%" in host else str(IPv6Address(host))
    except ValueError:
        return host.lower()


def _label(label: str, host: str) -> str:
    if label.isascii():
        return label.lower()
    from unicodedata import normalize

    # Not str.lower() of the whole: it makes a final sigma of the last letter.
    text = normalize("NFC", "".join(character.lower() for character in label))
    encoded = f"xn--{text.encode('punycode').decode('ascii')}"
    # Some signs become ASCII, as the Kelvin sign "k".
    is_valid = not text.isascii() and _is_stable(text) and _AMBIGUOUS.isdisjoint(label)
    if not is_valid or text.startswith(("-", "xn--")) or text.endswith("-") or len(encoded) > _LONGEST:
        raise ConfigurationError(
            f"the host {shorten_repr(host)} has characters that libraries convert differently; "
            "give the name in ASCII, as xn--..."
        )
    return encoded


def _is_stable(text: str) -> bool:
    """Whether every character is a letter, mark or digit that no normalization of names changes."""
    from unicodedata import category, normalize

    if re.search(_INVISIBLE, text) or category(text[0]).startswith("M"):
        return False
    for character in text:
        if character in _KEPT or character == "-":
            continue
        if not category(character).startswith(_WORDS):
            return False
        if normalize("NFKC", character.casefold()) != character:
            return False
    return True
