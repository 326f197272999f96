"""Unusual certificates are accepted or refused alike by both engines, although OpenSSL and webpki differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="needs cryptography to make certificates")

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gitfleet_api import ConfigurationError, TLSError
from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.issuing import DAY, LOCALHOST, NOW, Issued
from support.raw_server import RawServer, always, http_response

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
PAST = {"start": NOW - 9 * DAY, "end": NOW - DAY}
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
ONLY_ELSEWHERE = x509.NameConstraints([x509.DNSName("elsewhere.example")], None)


def _assert_is_accepted(
    accepted: bool, make_client: MakeClient, folder: Path, listed: bytes, server: Issued, *chain: Issued
) -> None:
    file = folder / "listed.pem"
    file.write_bytes(listed)
    with RawServer(always(http_response(REPO)), tls=server.server(folder, *chain), host="localhost") as running:
        if accepted:
            assert result_of(make_client, running.url, verify=file)
            return
        error = error_of(make_client, running.url, verify=file)
        assert type(error) is TLSError
        assert not running.requests


def _words(value: object) -> str:
    """Return the name of a parameter: equal in every process, unlike the time of a certificate."""
    return "-".join(value) if isinstance(value, Mapping) else str(value)


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({"names": LOCALHOST}, True),
        ({}, False),
        ({"names": [x509.DNSName("elsewhere.example")]}, False),
        ({"names": [x509.RFC822Name("localhost@elsewhere.example")]}, False),
        ({"names": [x509.DNSName("LOCALHOST")]}, True),
        ({"names": [x509.DNSName("*")]}, False),
        ({"names": LOCALHOST, "purposes": [CLIENT]}, False),
        ({"names": LOCALHOST, "purposes": [CLIENT, SERVER]}, True),
        ({"names": LOCALHOST, "start": NOW + DAY, "end": NOW + 9 * DAY}, False),
        ({"names": LOCALHOST, "more": [UNKNOWN]}, False),
    ],
    ids=_words,
)
def test_a_certificate_of_a_listed_authority(
    make_client: MakeClient, tmp_path: Path, settings: Mapping[str, Any], accepted: bool
) -> None:
    root = Issued.make("root", ca=True)
    _assert_is_accepted(accepted, make_client, tmp_path, root.pem, Issued.make(by=root, **settings))


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({"ca": True}, True),
        ({"ca": True, "usages": ["key_cert_sign"]}, True),
        ({"usages": ["key_cert_sign"]}, True),
        ({}, False),
        ({"ca": False}, False),
        ({"ca": True, "usages": ["digital_signature"]}, False),
        ({"ca": True, "purposes": [CLIENT]}, False),
        ({"ca": True, "purposes": [SERVER]}, True),
        ({"ca": True, **PAST}, False),
        ({"ca": True, "start": NOW + DAY, "end": NOW + 9 * DAY}, False),
        ({"ca": True, "more": [UNKNOWN]}, False),
        ({"ca": True, "more": [ONLY_ELSEWHERE]}, False),
    ],
    ids=_words,
)
def test_a_listed_certificate_that_signed_the_one_of_the_server(
    make_client: MakeClient, tmp_path: Path, settings: Mapping[str, Any], accepted: bool
) -> None:
    other, root = Issued.make("other", ca=True), Issued.make("root", **settings)
    _assert_is_accepted(
        accepted, make_client, tmp_path, other.pem + root.pem, Issued.make(by=root, names=LOCALHOST), root
    )


@pytest.mark.parametrize(
    ("settings", "accepted"),
    [
        ({}, True),
        ({"ca": True}, True),
        ({"ca": True, "usages": ["key_cert_sign"]}, False),
        ({"ca": True, "usages": ["key_cert_sign", "digital_signature"]}, True),
        ({"ca": True, "purposes": [CLIENT]}, False),
        (PAST, False),
    ],
    ids=_words,
)
def test_the_certificate_of_the_server_itself_is_listed(
    make_client: MakeClient, tmp_path: Path, settings: Mapping[str, Any], accepted: bool
) -> None:
    other, own = Issued.make("other", ca=True), Issued.make(names=LOCALHOST, **settings)
    _assert_is_accepted(accepted, make_client, tmp_path, other.pem + own.pem, own)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"ca": True, **PAST}, "expired at"),
        ({"ca": True, "purposes": [CLIENT]}, "can't be used for TLS servers"),
        ({"ca": True, "start": NOW + DAY, "end": NOW + 9 * DAY}, "not valid before"),
    ],
    ids=_words,
)
def test_a_file_without_a_usable_certificate_is_refused_at_once_with_the_reason(
    make_client: MakeClient, tmp_path: Path, settings: Mapping[str, Any], reason: str
) -> None:
    file = tmp_path / "listed.pem"
    file.write_bytes(Issued.make("root", **settings).pem)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        make_client("https://127.0.0.1:1", verify=file)
    assert str(file) in str(caught.value)
