"""Certificates in PEM files, in the forms in which programs write them."""

from __future__ import annotations

import binascii
import codecs
from collections.abc import Iterator
from typing import Final, NamedTuple

from .der import SERVER_AUTH, elements, first_element

__all__ = ["BadCertificate", "Block", "read_certificates"]

_BEGIN, _END, _DASHES = b"-----BEGIN ", b"-----END ", b"-----"
_TRUSTED: Final = b"TRUSTED CERTIFICATE"
_LABELS: Final = frozenset((b"CERTIFICATE", b"X509 CERTIFICATE", _TRUSTED))
_ANY_USAGE: Final = bytes.fromhex("551d2500")
_SEQUENCE, _REJECTED = 0x30, 0xA0
_LONGEST_LABEL = 64


class BadCertificate(ValueError):
    """A certificate in a file can't be read.

    Args:
        block: the place in the file.
        reason: the problem.
    """

    def __init__(self, block: Block, reason: object) -> None:
        super().__init__(f"certificate {block.number} (line {block.line}) can't be read: {reason}")


class Block(NamedTuple):
    """A certificate of a file.

    Attributes:
        number: 1 for the first certificate of the file.
        line: the line on which it begins.
        der: its content.
    """

    number: int
    line: int
    der: bytes


def read_certificates(data: bytes) -> Iterator[Block]:
    """Yield the certificates of a PEM file.

    Text between the blocks, other blocks (keys, revocation lists), a byte order mark, and line breaks of any system are
    allowed; a missing line break between two blocks as well. A certificate that OpenSSL's format "TRUSTED" excludes
    from identifying servers is left out.

    Args:
        data: the content of the file.

    Raises:
        BadCertificate: A certificate can't be read.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as PowerShell writes
        data = data.decode("utf-16", "replace").encode("ascii", "replace")
    number, line, counted, at = 0, 1, 0, 0
    while (at := data.find(_BEGIN, at)) >= 0:
        begin = at
        at += len(_BEGIN)
        label_end = data.find(_DASHES, at, at + _LONGEST_LABEL)
        label = data[at:label_end]
        if label_end < 0 or label not in _LABELS:
            continue
        number, line, counted = number + 1, line + data.count(b"\n", counted, begin), begin
        start, end = label_end + len(_DASHES), data.find(_END + label + _DASHES, label_end)
        if end < 0:
            raise BadCertificate(Block(number, line, b""), "its end is missing")
        at = end + len(_END)
        try:
            der = binascii.a2b_base64(b"".join(data[start:end].split()), strict_mode=True)
            der, wanted = _trusted(der) if label == _TRUSTED else (der, True)
        except ValueError as error:
            raise BadCertificate(Block(number, line, b""), error) from None
        if wanted:
            yield Block(number, line, der)


def _trusted(data: bytes) -> tuple[bytes, bool]:
    """Return a certificate of OpenSSL's own format, and whether it is trusted to identify servers."""
    der = first_element(data)
    allowed: list[bytes] | None = None
    rejected: list[bytes] = []
    for settings in elements(data[len(der) :]):
        for part in elements(_content(settings)):
            if part[0] == _SEQUENCE:
                allowed = [_content(usage) for usage in elements(_content(part))]
            elif part[0] == _REJECTED:
                rejected = [_content(usage) for usage in elements(_content(part))]
    servers = {SERVER_AUTH, _ANY_USAGE}
    return der, servers.isdisjoint(rejected) and (allowed is None or not servers.isdisjoint(allowed))


def _content(element: bytes) -> bytes:
    header = 2 if element[1] < 0x80 else 2 + element[1] - 0x80
    return element[header:]
