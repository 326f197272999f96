"""What is listed is trusted, whatever it is: an authority, one below it, or a server's own certificate."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

pytest.importorskip("trustme", reason="needs trustme to make certificates")

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.raw_server import RawServer, always, http_response


def _server(context: ssl.SSLContext) -> RawServer:
    return RawServer(always(http_response(REPO)), tls=context)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _self_signed(folder: Path, *, ca: bool) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody else has signed, and a server's settings with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "forge")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    listed, both = folder / "listed.pem", folder / "server.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    listed.write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(pem + secret)
    return listed, _context(both)


@pytest.mark.parametrize("ca", [True, False])
def test_a_self_signed_certificate(make_client: MakeClient, tmp_path: Path, ca: bool) -> None:
    listed, context = _self_signed(tmp_path, ca=ca)
    with _server(context) as server:
        assert result_of(make_client, server.url, verify=listed)
        assert error_of(make_client, server.url).code == "tls_failed"


def test_a_server_whose_issuer_is_not_listed(make_client: MakeClient, tmp_path: Path) -> None:
    authority = trustme.CA()
    own, twin = (authority.issue_cert("127.0.0.1") for _ in range(2))
    both, listed = tmp_path / "server.pem", tmp_path / "listed.pem"
    own.private_key_and_cert_chain_pem.write_to_path(both)
    own.cert_chain_pems[0].write_to_path(listed)
    with _server(_context(both)) as server:
        assert result_of(make_client, server.url, verify=listed)
        twin.cert_chain_pems[0].write_to_path(listed)
        assert error_of(make_client, server.url, verify=listed).code == "tls_failed"


def test_an_authority_below_another_that_is_not_listed(make_client: MakeClient, tmp_path: Path) -> None:
    below = trustme.CA().create_child_ca()
    issued = below.issue_cert("127.0.0.1")
    both, listed = tmp_path / "server.pem", tmp_path / "listed.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(both)
    below.cert_pem.write_to_path(listed)
    with _server(_context(both)) as server:
        assert result_of(make_client, server.url, verify=listed)


FETCH = """
    import asyncio, sys
    from gitfleet_api import GitFleetError, GitHubClient

    async def main(url, engine):
        try:
            async with GitHubClient("t", url, backend=engine, retry=None) as client:
                await client.fetch_repository_details("o", "r")
        except GitFleetError as error:
            return error.code
        return "fine"

    print(asyncio.run(main(*sys.argv[1:])))
"""


def _fetch_in_child(url: str, engine: str, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SSL_CERT_")}
    command = [sys.executable, "-c", textwrap.dedent(FETCH), url, engine]
    done = subprocess.run(
        command, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, to name files as it finds them")
def test_the_variables_list_too(engine: str, tmp_path: Path) -> None:
    listed, context = _self_signed(tmp_path, ca=True)
    found = subprocess.run(
        ["openssl", "x509", "-noout", "-hash", "-in", str(listed)], capture_output=True, text=True, check=True
    )
    folder, empty = tmp_path / "folder", tmp_path / "empty"
    folder.mkdir()
    empty.mkdir()
    shutil.copy(listed, folder / f"{found.stdout.strip()}.0")
    with _server(context) as server:
        assert _fetch_in_child(server.url, engine, SSL_CERT_FILE=str(listed)) == "fine"
        assert _fetch_in_child(server.url, engine, SSL_CERT_DIR=str(folder)) == "fine"
        assert _fetch_in_child(server.url, engine, SSL_CERT_DIR=os.pathsep.join((str(empty), str(folder)))) == "fine"
        both = _fetch_in_child(server.url, engine, SSL_CERT_DIR=str(folder), SSL_CERT_FILE="/nowhere/at/all")
        assert both == "fine"
        for nothing in ({"SSL_CERT_FILE": "/nowhere/at/all"}, {"SSL_CERT_DIR": str(empty)}):
            assert _fetch_in_child(server.url, engine, **nothing) == "invalid_argument"
