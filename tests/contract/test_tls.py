"""Whom the engines trust."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, ProtocolError, TLSError
from gitfleet_testing import Fleet, Forge
from support.certificates import Authority
from support.clients import MakeClient
from support.failing import REPO, branches, error_of, result_of
from support.raw_server import Link, RawServer, always, http_response


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


def _secure(context: ssl.SSLContext, host: str = "127.0.0.1") -> RawServer:
    return RawServer(always(http_response(REPO)), tls=context, host=host)


def _assert_refused(make_client: MakeClient, server: RawServer, **settings: Any) -> None:
    error = error_of(make_client, server.url, **settings)
    assert type(error) is TLSError
    assert error.code == "tls_failed"
    assert not server.requests, "the token was sent before the certificate was judged"


def test_a_certificate_of_the_given_file_is_trusted(make_client: MakeClient, authority: Authority) -> None:
    with _secure(authority.server()) as server:
        assert result_of(make_client, server.url, verify=str(authority.file))
        assert result_of(make_client, server.url, verify=authority.file)


def test_a_certificate_for_a_name_is_trusted(make_client: MakeClient, authority: Authority) -> None:
    with _secure(authority.server("localhost"), host="localhost") as server:
        assert result_of(make_client, server.url, verify=authority.file)


def test_a_certificate_of_an_unknown_authority_is_refused(make_client: MakeClient, authority: Authority) -> None:
    with _secure(authority.server()) as server:
        _assert_refused(make_client, server)


def test_a_certificate_of_another_authority_is_refused(
    make_client: MakeClient, authority: Authority, stranger: Authority
) -> None:
    with _secure(authority.server()) as server:
        _assert_refused(make_client, server, verify=stranger.file)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.2", "example.org", "*.example.org"])
def test_a_certificate_for_another_name_is_refused(make_client: MakeClient, authority: Authority, name: str) -> None:
    with _secure(authority.server(name)) as server:
        _assert_refused(make_client, server, verify=authority.file)


def test_an_expired_certificate_is_refused(make_client: MakeClient, authority: Authority) -> None:
    with _secure(authority.server(expired=True)) as server:
        _assert_refused(make_client, server, verify=authority.file)


def test_without_verification_anybody_is_trusted(make_client: MakeClient, authority: Authority) -> None:
    for context in (authority.server("example.org"), authority.server(expired=True)):
        with _secure(context) as server:
            assert result_of(make_client, server.url, verify=False)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(make_client: MakeClient, authority: Authority, version: ssl.TLSVersion) -> None:
    with _secure(authority.server(oldest=version, newest=version)) as server:
        assert result_of(make_client, server.url, verify=authority.file)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_1_1_is_refused(make_client: MakeClient, authority: Authority) -> None:
    old = ssl.TLSVersion.TLSv1_1
    with _secure(authority.server(oldest=old, newest=old)) as server:
        _assert_refused(make_client, server, verify=authority.file)


def test_a_server_without_tls_is_a_tls_error(make_client: MakeClient, authority: Authority) -> None:
    def plain_http(link: Link) -> None:
        link.socket.recv(1000)
        link.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")

    with RawServer(plain_http) as server:
        error = error_of(make_client, f"https://{server.authority}", verify=authority.file)
    assert type(error) is TLSError
    assert error.code == "tls_failed"


def test_a_handshake_that_is_broken_off_is_a_tls_error(make_client: MakeClient, authority: Authority) -> None:
    def hang_up(link: Link) -> None:
        link.socket.recv(1000)

    with RawServer(hang_up) as server:
        error = error_of(make_client, f"https://{server.authority}", verify=authority.file)
    assert type(error) is TLSError
    assert error.code == "tls_failed"


def test_plain_http_to_a_tls_port_is_no_http_response(make_client: MakeClient, authority: Authority) -> None:
    # Whether the alert or the end of the connection is seen first is a matter of time.
    with _secure(authority.server()) as server:
        error = error_of(make_client, f"http://{server.authority}")
    assert type(error) is ProtocolError
    assert error.code in ("connection_lost", "protocol_error")


def test_pages_come_over_tls_too(make_client: MakeClient, authority: Authority, tmp_path: Path) -> None:
    fleet = Fleet()
    fleet.add_repository("fleet-admin", "r", branches=250)
    certificate, key = authority.files(tmp_path)
    with Forge(fleet, ssl_certfile=certificate, ssl_keyfile=key) as forge:

        async def all_branches(client: GitHubClient) -> object:
            return await client.fetch_branches("fleet-admin", "r")

        found = result_of(make_client, forge.url, all_branches, token=forge.token, verify=authority.file)
    assert isinstance(found, list)
    assert len(found) == 250


FETCH = """
    import asyncio, sys
    from gitfleet_api import GitHubClient, GitFleetError

    async def main(url, engine, verify=True):
        try:
            async with GitHubClient(base_url=url, backend=engine, verify=verify) as client:
                await client.fetch_repository_details("o", "r")
        except GitFleetError as error:
            return error.code
        return "fine"

    print(asyncio.run(main(*sys.argv[1:])))
"""


def _fetch_in_child(url: str, engine: str, *more: str, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SSL_CERT_")}
    command = [sys.executable, "-c", textwrap.dedent(FETCH), url, engine, *more]
    done = subprocess.run(
        command, env={**clean, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_ssl_cert_file_names_whom_to_trust(engine: str, authority: Authority, stranger: Authority) -> None:
    with _secure(authority.server()) as server:
        assert _fetch_in_child(server.url, engine) == "tls_failed"
        assert _fetch_in_child(server.url, engine, SSL_CERT_FILE=str(authority.file)) == "fine"
        assert _fetch_in_child(server.url, engine, SSL_CERT_FILE=str(stranger.file)) == "tls_failed"


def test_the_given_file_counts_alone_even_with_ssl_cert_file(
    engine: str, authority: Authority, stranger: Authority
) -> None:
    with _secure(authority.server()) as server:
        given = str(stranger.file)
        assert _fetch_in_child(server.url, engine, given, SSL_CERT_FILE=str(authority.file)) == "tls_failed"


@pytest.mark.parametrize(
    "content",
    [b"", b"no PEM at all\n", b"\xff\x00", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_a_file_without_certificates_is_refused_at_once(
    make_client: MakeClient, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "no.pem"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        make_client("https://127.0.0.1:1", verify=path)
    assert type(caught.value) is ConfigurationError
    assert caught.value.code == "invalid_argument"
    assert str(path) in str(caught.value)


def test_a_private_key_is_no_certificate(make_client: MakeClient, authority: Authority, tmp_path: Path) -> None:
    _, key = authority.files(tmp_path)
    with pytest.raises(ConfigurationError, match=r"server\.key"):
        make_client("https://127.0.0.1:1", verify=key)


def test_a_file_of_several_certificates_trusts_each(
    make_client: MakeClient, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# ours\n{stranger.file.read_text()}\n# theirs\n{authority.file.read_text()}")
    with _secure(authority.server()) as server:
        assert result_of(make_client, server.url, verify=bundle)


def test_the_list_of_branches_fails_as_the_object_does(make_client: MakeClient, authority: Authority) -> None:
    with _secure(authority.server()) as server:
        assert error_of(make_client, server.url, branches).code == "tls_failed"
