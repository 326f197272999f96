"""The parts of a certificate (X.509, in DER) that decide for what it can be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["SERVER_AUTH", "Certificate", "elements", "first_element", "parse_certificate"]

SERVER_AUTH: Final = bytes.fromhex("2b06010505070301")
"""The usage "TLS server" (1.3.6.1.5.5.7.3.1)."""

_SEQUENCE, _BOOLEAN, _OID, _OCTETS, _UTC_TIME = 0x30, 0x01, 0x06, 0x04, 0x17
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_KEY_USAGE, _BASIC_CONSTRAINTS, _EXTENDED_KEY_USAGE = b"\x55\x1d\x0f", b"\x55\x1d\x13", b"\x55\x1d\x25"
_SIGNS_CERTIFICATES = 0x04
_SERVES = 0x80 | 0x20 | 0x08  # digital signature, key encipherment, key agreement
_TRUE = b"\x01\x01\xff"
_STANDARD = b"\x55\x1d"  # the extensions of X.509 itself (2.5.29)
_TIME = rb"(?:[0-9]{2})?[0-9]{12}Z"


class Certificate(NamedTuple):
    """What OpenSSL and webpki would read differently from a certificate that the user listed.

    Attributes:
        not_before: start of its validity in UTC, as ``YYYYMMDDhhmmss``.
        not_after: end of its validity.
        may_sign: whether it may sign other certificates, by OpenSSL's rules. webpki does not check this.
        may_serve: whether it may identify a TLS server.
    """

    not_before: str
    not_after: str
    may_sign: bool
    may_serve: bool


def parse_certificate(der: bytes) -> Certificate:
    """Return what ``der`` says.

    Raises:
        ValueError: It is not a certificate.
    """
    if first_element(der) != der:
        raise ValueError("it has a wrong length")
    (tbs, *_) = _children(der, _SEQUENCE)
    fields = [*_children(tbs, _SEQUENCE)]
    is_old = not fields or fields[0][0] != _VERSION
    if not is_old:
        del fields[0]
    if len(fields) < 6:
        raise ValueError("it is not a certificate")
    _, _, issuer, validity, subject, _, *more = fields
    not_before, not_after = map(_time, _children(validity, _SEQUENCE))
    found, is_understood = _extensions(next((field for field in more if field[0] == _EXTENSIONS), None))
    usage = _key_usage(found.get(_KEY_USAGE))
    extended = found.get(_EXTENDED_KEY_USAGE)
    for_servers = is_understood and (
        extended is None or any(_content(item) == SERVER_AUTH for item in _children(extended, _SEQUENCE))
    )
    constraints = found.get(_BASIC_CONSTRAINTS)
    if constraints is not None:
        is_authority = _TRUE in [*_children(constraints, _SEQUENCE)][:1]
    else:
        is_authority = usage is not None or (is_old and issuer == subject)
    return Certificate(
        not_before,
        not_after,
        may_sign=for_servers and is_authority and (usage is None or bool(usage & _SIGNS_CERTIFICATES)),
        may_serve=for_servers and (usage is None or bool(usage & _SERVES)),
    )


def first_element(data: bytes) -> bytes:
    """Return the first element of ``data``, without what follows it.

    Raises:
        ValueError: There is no complete element.
    """
    return data[: _bounds(data, 0)[1]]


def elements(data: bytes) -> Iterator[bytes]:
    """Yield the elements that ``data`` consists of.

    Raises:
        ValueError: It does not consist of complete elements.
    """
    at = 0
    while at < len(data):
        end = _bounds(data, at)[1]
        yield data[at:end]
        at = end


def _children(element: bytes, tag: int) -> Iterator[bytes]:
    if not element or element[0] != tag:
        raise ValueError("it is not a certificate")
    return elements(_content(element))


def _content(element: bytes) -> bytes:
    start, end = _bounds(element, 0)
    return element[start:end]


def _bounds(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the element at ``at`` starts and ends."""
    if at + 2 > len(data):
        raise ValueError("it is truncated")
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        count = length - 0x80
        if not 1 <= count <= 4 or start + count > len(data):
            raise ValueError("it has a wrong length")
        length, start = int.from_bytes(data[start : start + count]), start + count
    if start + length > len(data):
        raise ValueError("it is truncated")
    return start, start + length


def _extensions(field: bytes | None) -> tuple[dict[bytes, bytes], bool]:
    """Return the extensions, and whether no unknown one is critical, which would make the certificate unusable."""
    found: dict[bytes, bytes] = {}
    is_understood = True
    for extension in _children(_content(field), _SEQUENCE) if field is not None else ():
        name, *critical, value = _children(extension, _SEQUENCE)
        found[_content(name)] = _content(value)
        is_understood &= _TRUE not in critical or _content(name).startswith(_STANDARD)
    return found, is_understood


def _key_usage(value: bytes | None) -> int | None:
    """Return the first byte of the bits, or None without the extension."""
    if value is None:
        return None
    bits = _content(value)
    return bits[1] if len(bits) > 1 else 0


def _time(element: bytes) -> str:
    text = _content(element)
    if not re.fullmatch(_TIME, text) or (len(text) == 13) != (element[0] == _UTC_TIME):
        raise ValueError("its validity can't be read")
    digits = text[:-1].decode("ascii")
    if len(digits) == 12:
        digits = ("19" if digits >= "50" else "20") + digits
    return digits
