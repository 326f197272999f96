"""NO_PROXY: names, addresses and networks."""

from __future__ import annotations

import pytest

from gitfleet_api.http.proxies import proxy_for
from gitfleet_api.http.urls import BaseUrl

NAME, PORT = "https://api.example.org", "https://api.example.org:8443"
V4, V6, LINK = "https://10.1.2.3", "https://[2001:db8::1]:8443", "https://[fe80::1]"


@pytest.mark.parametrize(
    ("url", "value", "is_direct"),
    [
        (NAME, "api.example.org", True),
        (NAME, "API.Example.ORG.", True),
        (NAME, "example.org", True),
        (NAME, ".example.org", True),
        (NAME, "*.example.org", True),
        (NAME, "*", True),
        (NAME, "other,*", True),
        (NAME, "other.example api.example.org", True),
        (NAME, "pi.example.org", False),
        (NAME, "org.example", False),
        (NAME, ".", False),
        (NAME, ",,", False),
        (NAME, "0.0.0.0/0", False),
        (NAME, "api.example.org:443", True),
        (NAME, "api.example.org:8443", False),
        (PORT, "example.org:8443", True),
        (PORT, "example.org:443", False),
        (PORT, "example.org", True),
        (PORT, "*:8443", True),
        ("https://bücher.example", "xn--bcher-kva.example", True),
        ("https://xn--bcher-kva.example", "BÜCHER.example", True),
        (V4, "10.0.0.0/8", True),
        (V4, "10.1.2.3/32", True),
        (V4, "10.1.2.3", True),
        (V4, "10.1.2.3:443", True),
        (V4, "10.1.2.3:80", False),
        (V4, "10.2.0.0/16", False),
        (V4, "10.0.0.0/8:443", True),
        (V4, "10.0.0.0/33", False),
        (V4, "2.3", True),  # the end of its text, as in Python and requests
        (V4, "1.2", False),
        (V4, "::/0", False),
        (V6, "2001:db8::1", True),
        (V6, "2001:0DB8:0::1", True),
        (V6, "[2001:db8::1]", True),
        (V6, "[2001:db8::1]:8443", True),
        (V6, "[2001:db8::1]:443", False),
        (V6, "2001:db8::/32", True),
        (V6, "[2001:db8::]/32", True),
        (V6, "2001:db9::/32", False),
        (V6, "::1", False),
        (LINK, "localhost,127.0.0.1,fe80::/10", True),
        (LINK, "[fe80::", False),
    ],
)
def test_the_entries_are_those_of_curl_and_requests(
    monkeypatch: pytest.MonkeyPatch, url: str, value: str, is_direct: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", value)
    monkeypatch.delenv("no_proxy", raising=False)
    assert (proxy_for(BaseUrl.parse(url), None) is None) == is_direct
