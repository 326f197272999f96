"""The forms in which programs write certificate files, and what the environment names."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="needs cryptography to make certificates")

from gitfleet_api import ConfigurationError, TLSError
from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.issuing import LOCALHOST, Issued
from support.raw_server import RawServer, always, http_response

ROOT, OTHER = Issued.make("root", ca=True), Issued.make("other", ca=True)
PEM, OTHER_PEM = ROOT.pem, OTHER.pem
BAD = b"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
SERVER_AUTH, EMAIL = bytes.fromhex("06082b06010505070301"), bytes.fromhex("06082b06010505070304")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RawServer]:
    own = Issued.make(by=ROOT, names=LOCALHOST)
    context = own.server(tmp_path_factory.mktemp("server"))
    with RawServer(always(http_response(REPO)), tls=context, host="localhost") as running:
        yield running


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def _element(tag: int, *content: bytes) -> bytes:
    whole = b"".join(content)
    return bytes((tag, len(whole))) + whole


def _trusted(*settings: bytes) -> bytes:
    """OpenSSL's own format: the certificate, and for what it is trusted."""
    data = ssl.PEM_cert_to_DER_cert(PEM.decode()) + _element(0x30, *settings)
    text = base64.encodebytes(data)
    return b"-----BEGIN TRUSTED CERTIFICATE-----\n" + text + b"-----END TRUSTED CERTIFICATE-----\n"


GOOD = {
    "as it is": PEM,
    "a byte order mark": b"\xef\xbb\xbf" + PEM,
    "UTF-16": b"\xff\xfe" + PEM.decode().encode("utf-16-le"),
    "line breaks of Windows": PEM.replace(b"\n", b"\r\n"),
    "joined without a line break": OTHER_PEM.strip() + PEM,
    "comments": b"# Example Company\nSubject: CN=root\n" + PEM + b"the end",
    "one line of base64": PEM.replace(b"\n", b"").replace(b"-----M", b"-----\nM").replace(b"-----END", b"\n-----END"),
    "X509 CERTIFICATE": PEM.replace(b" CERTIFICATE", b" X509 CERTIFICATE"),
    "other blocks": b"-----BEGIN X509 CRL-----\n!!\n-----END X509 CRL-----\n" + PEM,
    "twice": PEM + PEM,
    "TRUSTED without settings": _trusted(),
    "TRUSTED for servers": _trusted(_element(0x30, EMAIL, SERVER_AUTH), _element(0x0C, b"alias")),
    "TRUSTED but for e-mail": _trusted(_element(0xA0, EMAIL)),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_each_form_of_a_file_is_read(
    make_client: MakeClient, server: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(content)
    assert result_of(make_client, server.url, verify=file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert result_of(make_client, server.url)


USELESS = {
    "empty": b"",
    "no PEM": b"nothing\n",
    "only a bad certificate": BAD,
    "a bad certificate before a good one": BAD + PEM,
    "a bad certificate after a good one": PEM + BAD,
    "no end": PEM + OTHER_PEM[:-30],
    "no base64": PEM.replace(b"A", b"!"),
    "bytes behind the certificate": PEM.replace(b"TE-----\nM", b"TE-----\nAAAAM"),
    "TRUSTED for e-mail only": _trusted(_element(0x30, EMAIL)),
    "TRUSTED but not for servers": _trusted(_element(0xA0, SERVER_AUTH)),
}


@pytest.mark.parametrize("content", USELESS.values(), ids=USELESS.keys())
def test_a_useless_file_is_an_error_that_names_it_before_anything_is_sent(
    make_client: MakeClient, server: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(content)
    before = server.connections
    with pytest.raises(ConfigurationError, match=r"verify=.*authorities\.pem") as caught:
        make_client(server.url, verify=file)
    assert caught.value.code == "invalid_argument"
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE=.*authorities\.pem"):
        make_client(server.url)
    assert server.connections == before


def test_an_error_gives_the_position_of_the_certificate(make_client: MakeClient, tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(b"# a comment\n" + PEM + BAD)
    line = 2 + PEM.count(b"\n")
    with pytest.raises(ConfigurationError, match=rf"certificate 2 \(line {line}\) can't be read"):
        make_client("https://localhost:1", verify=file)


@pytest.mark.parametrize("path", ["", "/nowhere/at/all.pem", "/dev/null", "/dev/zero"])
def test_a_path_that_is_no_file_is_an_error(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with pytest.raises(ConfigurationError, match="verify="):
        make_client("https://localhost:1", verify=path)
    if path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        with pytest.raises(ConfigurationError, match="SSL_CERT_FILE="):
            make_client("https://localhost:1")


def test_of_a_folder_every_file_with_certificates_counts(
    make_client: MakeClient, server: RawServer, tmp_path: Path
) -> None:
    folder = tmp_path / "authorities"
    (folder / "below").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="authorities"):
        make_client(server.url, verify=folder)
    (folder / "README").write_text("no certificate")
    (folder / "bad.pem").write_bytes(BAD)
    with pytest.raises(ConfigurationError, match=r"bad\.pem"):
        make_client(server.url, verify=folder)
    (folder / "other.pem").write_bytes(OTHER_PEM)
    assert type(error_of(make_client, server.url, verify=folder)) is TLSError
    (folder / "company ca.crt").write_bytes(PEM)
    assert result_of(make_client, server.url, verify=folder)


@pytest.mark.parametrize("order", [1, -1])
def test_every_folder_of_the_variable_counts(
    make_client: MakeClient, server: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    (tmp_path / "root.pem").write_bytes(PEM)
    folders = ["/nowhere/at/all", str(tmp_path), ""][::order]
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(folders))
    assert result_of(make_client, server.url)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
    assert result_of(make_client, server.url)


def test_variables_without_a_certificate_do_not_stop_plain_http(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
    with RawServer(always(http_response(REPO))) as plain:
        assert result_of(make_client, plain.url)


def test_the_files_are_read_when_the_client_is_created(
    make_client: MakeClient, server: RawServer, tmp_path: Path
) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(PEM)
    client = make_client(server.url, verify=file)
    file.unlink()
    assert result_of(lambda *_, **__: client, server.url)
