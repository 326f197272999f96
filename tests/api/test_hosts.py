"""Hosts are equal if, and only if, every library sends a request for them to the same server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GitFleet import ConfigurationError, TokenManager
from gitfleet_api.http.credentials import is_safe_for_tokens
from gitfleet_api.http.hosts import canonical_host
from gitfleet_api.http.urls import BaseUrl


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("API.GitHub.com", "api.github.com"),
        ("api.github.com.", "api.github.com"),
        ("localhost.", "localhost."),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("ΣΑΣ.gr", "xn--mxa9ab.gr"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("FE80::1%25eth0", "fe80::1%25eth0"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_host_has_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_host(text) == canonical
    assert canonical_host(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *(
            "\uff47ithub.com",
            "github。com",
            "\u212aub.com",
            "\u017f.example",
            "a\u200db.example",
            "a\u00adb.example",
            "ẞ.example",
        ),
        *("-bücher.example", "xn--bücher.example", "bücher-.example", "☃.example", "\u0301a.example", "ﬁ.example"),
        *(
            "ü" * 60 + ".example",
            "a\u2044b.example",
            "½.example",
            "a\ufe0f.example",
            "\u3164.example",
            "bücher..\u2025",
        ),
    ],
)
def test_a_name_that_libraries_convert_differently_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="xn--"):
        canonical_host(text)


@given(st.text(st.characters(min_codepoint=45, max_codepoint=0x2FFF), min_size=1, max_size=12))
def test_names_are_converted_as_idna_2008_does(text: str) -> None:
    idna = pytest.importorskip("idna", reason="needs idna, which httpx brings along")
    if text.isascii() or ":" in text:
        return
    try:
        found = canonical_host(text)
    except ConfigurationError:
        return
    try:
        expected = idna.encode(text, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return  # refused there: no server has this name
    assert found == expected


BASE = BaseUrl.parse("https://gitlab.bücher.example/api/v4")


@pytest.mark.parametrize(
    "host",
    ["gitlab.bücher.example", "gitlab.xn--bcher-kva.example", "GITLAB.BÜCHER.EXAMPLE:443", "gitlab.bücher.example."],
)
def test_a_link_is_followed_at_the_base_url_however_it_is_spelled(host: str) -> None:
    found = BASE.resolve(f"https://{host}/api/v4/projects?page=2", seen_at="https://elsewhere.example/")
    assert found == "https://gitlab.xn--bcher-kva.example/api/v4/projects?page=2"


@pytest.mark.parametrize("host", ["[::1]:8080", "[0:0:0:0:0:0:0:1]:8080", "[0::0001]:8080"])
def test_addresses_are_compared_by_value(host: str) -> None:
    base = BaseUrl.parse("http://[0:0::1]:8080/api/v4")
    assert base.text == "http://[::1]:8080/api/v4"
    assert is_safe_for_tokens(base, None)
    assert base.resolve(f"http://{host}/api/v4/x", seen_at="http://h/") == "http://[::1]:8080/api/v4/x"


@pytest.mark.parametrize(
    "host",
    [
        *(
            "gitlab.bucher.example",
            "gitlab.buecher.example",
            "gitlab.bücher.example:8443",
            "gitlab.xn--bcher-kvb.example",
        ),
        *("gitlab。bücher.example", "user@gitlab.bücher.example", "bücher.example", "gitlab.bücher.example.evil"),
        *("gitlab.bücher.example@evil", "gitlab.bücher.example%2eevil", "[::1]", "gitlab.bücher.example:443:1"),
    ],
)
def test_another_host_is_no_part_of_the_api(host: str) -> None:
    assert BASE.resolve(f"https://{host}/api/v4/projects", seen_at=f"{BASE.text}/x") is None


@given(st.text(st.sampled_from("bücherBÜCHER.example:@/\\[]%xn--kva0123456789\t\u0308。/?#"), max_size=60))
def test_no_link_leads_to_another_origin(text: str) -> None:
    for link in (text, f"https://{text}", f"https://{text}/api/v4/x", f"//{text}/api/v4/x"):
        found = BASE.resolve(link, seen_at=f"{BASE.text}/projects")
        assert found is None or found.startswith(f"{BASE.text}/")


def test_the_server_of_a_token_is_compared_in_the_same_form() -> None:
    manager = TokenManager()
    manager.add_token("one", "gitlab", origin="https://GitLab.bücher.example:443/api/v4")
    (info,) = manager.get_all_tokens("gitlab")
    assert info.origin == BASE.origin
    with pytest.raises(ConfigurationError, match="origin must"):
        manager.add_token("two", "gitlab", origin="gitlab.example")
