"""Certificates of any kind, also unusual ones, and loopback servers that have them."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple, Self

import pytest

pytest.importorskip("cryptography", reason="needs cryptography to make certificates")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
LOCALHOST: tuple[x509.GeneralName, ...] = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @classmethod
    def make(
        cls,
        name: str = "localhost",
        *,
        by: Issued | None = None,
        names: Sequence[x509.GeneralName] = (),
        ca: bool | None = None,
        usages: Sequence[str] = (),
        purposes: Sequence[x509.ObjectIdentifier] = (),
        start: datetime = NOW - DAY,
        end: datetime = NOW + DAY,
        more: Sequence[x509.ExtensionType] = (),
    ) -> Self:
        """Issue a certificate; without ``by`` it signs itself. The extensions ``more`` are critical."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        issuer = own if by is None else by.certificate.subject
        made = x509.CertificateBuilder(issuer, own, key.public_key(), x509.random_serial_number(), start, end)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if ca is not None:
            made = made.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if usages:
            made = made.add_extension(x509.KeyUsage(**{usage: usage in usages for usage in USAGES}), critical=True)
        if purposes:
            made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        for extension in more:
            made = made.add_extension(extension, critical=True)
        return cls(made.sign(key if by is None else by.key, hashes.SHA256()), key)

    def server(self, folder: Path, *chain: Issued) -> ssl.SSLContext:
        """The TLS settings of a server that sends this certificate and ``chain``."""
        secret = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = folder / "server.pem"
        file.write_bytes(b"".join((self.pem, *(one.pem for one in chain), secret)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
