"""RSA signatures of JSON web tokens (RS256) with integers: the forge needs no package for cryptography.

It protects generated data only. It is not constant in time and not for other purposes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["PrivateKey", "PublicKey", "example_key", "public_key_of"]

_PEM = re.compile(r"-----BEGIN ([A-Z ]*KEY)-----(.+?)-----END \1-----", re.DOTALL)
#: DER of the algorithm SHA-256 in front of the digest (RFC 8017, 9.2).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_INTEGER, _BIT_STRING, _OCTET_STRING, _SEQUENCE = 0x02, 0x03, 0x04, 0x30
_EXPONENT = 65537
#: The hashes of these texts with the numbers begin two primes; see ``example_key``.
_SEEDS = (("first", 154), ("second", 485))


class PublicKey(NamedTuple):
    """A public key.

    Attributes:
        modulus: the product of the primes.
        exponent: the public exponent.
    """

    modulus: int
    exponent: int

    def verifies(self, signature: bytes, signed: bytes) -> bool:
        """Return whether the signature (PKCS #1 v1.5 with SHA-256) is the one of these bytes."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        return pow(number, self.exponent, self.modulus).to_bytes(size) == _encoded(signed, size)


class PrivateKey(NamedTuple):
    """A private key.

    Attributes:
        first: the first prime.
        second: the second prime.
    """

    first: int
    second: int

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return PublicKey(self.first * self.second, _EXPONENT)

    @property
    def exponent(self) -> int:
        """The private exponent."""
        return pow(_EXPONENT, -1, (self.first - 1) * (self.second - 1))

    def sign(self, signed: bytes) -> bytes:
        """Return the signature (PKCS #1 v1.5 with SHA-256) of these bytes."""
        modulus = self.public.modulus
        size = (modulus.bit_length() + 7) // 8
        number, (p, q), exponent = int.from_bytes(_encoded(signed, size)), self, self.exponent
        # By the remainders for both primes, which takes a quarter of the time.
        below = pow(number, exponent % (q - 1), q)
        part = (pow(number, exponent % (p - 1), p) - below) * pow(q, -1, p) % p
        return (below + part * q).to_bytes(size)

    def pem(self) -> str:
        """Return the key as PEM, in the form that GitHub generates (PKCS #1)."""
        p, q, d = self.first, self.second, self.exponent
        numbers = (0, p * q, _EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        text = base64.b64encode(_der(_SEQUENCE, b"".join(map(_der_integer, numbers)))).decode()
        lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
        kind = "RSA PRIVATE KEY"
        return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def public_key_of(pem: str | bytes) -> PublicKey:
    """Return the public key in a PEM text: SPKI, PKCS #1 or PKCS #8, public or private.

    Raises:
        ValueError: the text contains no RSA key.
    """
    text = pem.decode("ascii", "replace") if isinstance(pem, bytes) else pem
    found = _PEM.search(text)
    try:
        content = base64.b64decode("".join(found[2].split()), validate=True) if found else b""
        numbers = list(_integers(content))
    except (binascii.Error, IndexError):
        numbers = []
    # A private key begins with its version, 0. That of PKCS #8 has one in front of the algorithm, too.
    while numbers and numbers[0] == 0:
        del numbers[0]
    if len(numbers) < 2 or numbers[0].bit_length() < 512:
        raise ValueError("public_key must be an RSA key as PEM text")
    return PublicKey(numbers[0], numbers[1])


def example_key() -> PrivateKey:
    """Return the key of apps without one. It has 2048 bits, is always the same and is not secret."""
    return PrivateKey(*(_candidate(*seed) for seed in _SEEDS))


def _candidate(text: str, number: int) -> int:
    """Return an odd number of 1024 bits whose two highest bits are set."""
    stream = hashlib.shake_256(f"gitfleet-testing {text} {number}".encode()).digest(128)
    return int.from_bytes(stream) | (3 << 1022) | 1


def _encoded(signed: bytes, size: int) -> bytes:
    digest = _SHA256 + hashlib.sha256(signed).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _integers(data: bytes) -> Iterator[int]:
    """Yield the integers of a DER structure in their order."""
    at = 0
    while at < len(data):
        kind, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size]), at + size
        content, at = data[at : at + length], at + length
        if kind == _INTEGER:
            yield int.from_bytes(content)
        elif kind in (_SEQUENCE, _OCTET_STRING):
            yield from _integers(content)
        elif kind == _BIT_STRING:
            yield from _integers(content[1:])


def _der(kind: int, content: bytes) -> bytes:
    length = len(content)
    size = (length.bit_length() + 7) // 8
    head = bytes([length]) if length < 0x80 else bytes([0x80 | size]) + length.to_bytes(size)
    return bytes([kind]) + head + content


def _der_integer(number: int) -> bytes:
    return _der(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))
