"""Certificates for loopback servers, made anew for each run."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("trustme", reason="needs trustme to make certificates")

import trustme


class Authority:
    """A certificate authority with its file of certificates."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._authority = trustme.CA()
        self.file = folder / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def server(
        self,
        name: str = "127.0.0.1",
        *,
        expired: bool = False,
        oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ) -> ssl.SSLContext:
        """The TLS settings of a server that has a certificate for ``name``."""
        now = datetime.now(UTC)
        end = now - timedelta(days=1) if expired else now + timedelta(days=1)
        issued = self._authority.issue_cert(name, not_before=now - timedelta(days=9), not_after=end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(context)
        context.minimum_version, context.maximum_version = oldest, newest
        return context

    def files(self, folder: Path) -> tuple[Path, Path]:
        """A certificate for 127.0.0.1 and its key, as servers that read files want them."""
        issued = self._authority.issue_cert("127.0.0.1")
        certificate, key = folder / "server.pem", folder / "server.key"
        for index, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(certificate, append=index > 0)
        issued.private_key_pem.write_to_path(key)
        return certificate, key
