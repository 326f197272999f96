"""Which URL a request is sent to, and where the links of its response lead."""

from __future__ import annotations

import pytest

from GitFleet.proxy.routes import Refused, Routes, Upstream
from gitfleet_api import GitHubClient, GitLabClient, ProviderType

_OWN = "127.0.0.1:8890"


def _routes(github: str | None = None, gitlab: str | None = None) -> Routes:
    clients = (
        (ProviderType.GITHUB, GitHubClient(base_url=github)),
        (ProviderType.GITLAB, GitLabClient(base_url=gitlab)),
    )
    return Routes([Upstream(*pair) for pair in clients])


_PUBLIC = _routes()
_OWN_SERVERS = _routes("https://ghe.example.com/api/v3", "https://git.example.com/sub/api/v4")


@pytest.mark.parametrize(
    ("target", "host", "url"),
    [
        ("/github/repos/a/b?x=1", _OWN, "https://api.github.com/repos/a/b?x=1"),
        ("/github/api/v3/user", _OWN, "https://api.github.com/user"),
        ("/api/v3/user", _OWN, "https://api.github.com/user"),
        ("/api/graphql", _OWN, "https://api.github.com/graphql"),
        ("/github/graphql", _OWN, "https://api.github.com/graphql"),
        (
            "/github/uploads/repos/a/b/releases/1/assets?name=x",
            _OWN,
            "https://uploads.github.com/repos/a/b/releases/1/assets?name=x",
        ),
        ("/gitlab/api/v4/projects/a%2Fb", _OWN, "https://gitlab.com/api/v4/projects/a%2Fb"),
        ("/api/v4/projects", _OWN, "https://gitlab.com/api/v4/projects"),
        ("/gitlab/api/graphql", _OWN, "https://gitlab.com/api/graphql"),
        ("/user", "api.github.com", "https://api.github.com/user"),
        ("/user", "API.GitHub.com:443", "https://api.github.com/user"),
        ("http://api.github.com/user", _OWN, "https://api.github.com/user"),
        ("https://gitlab.com/api/v4/user", _OWN, "https://gitlab.com/api/v4/user"),
        ("http://uploads.github.com/repos/a", _OWN, "https://uploads.github.com/repos/a"),
    ],
)
def test_each_form_of_a_target_leads_to_the_public_servers(target: str, host: str, url: str) -> None:
    assert _PUBLIC.find(target, host, "http").url == url


@pytest.mark.parametrize(
    ("target", "host", "url"),
    [
        ("/github/user", _OWN, "https://ghe.example.com/api/v3/user"),
        ("/github/graphql", _OWN, "https://ghe.example.com/api/graphql"),
        ("/github/uploads/x", _OWN, "https://ghe.example.com/api/uploads/x"),
        ("/api/v3/user", "ghe.example.com", "https://ghe.example.com/api/v3/user"),
        ("/api/graphql", "ghe.example.com", "https://ghe.example.com/api/graphql"),
        ("/api/uploads/x", "ghe.example.com", "https://ghe.example.com/api/uploads/x"),
        ("/gitlab/api/v4/user", _OWN, "https://git.example.com/sub/api/v4/user"),
        ("/sub/api/v4/user", "git.example.com", "https://git.example.com/sub/api/v4/user"),
    ],
)
def test_each_form_of_a_target_leads_to_own_servers(target: str, host: str, url: str) -> None:
    assert _OWN_SERVERS.find(target, host, "http").url == url


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://api.github.com.example.org/user", _OWN, 403),
        ("http://api.github.com:8080/user", _OWN, 403),
        ("http://github.com/python", _OWN, 403),
        ("http://api.github.com@example.org/user", _OWN, 400),
        ("http://x:y@api.github.com/user", _OWN, 400),
        ("http:///user", _OWN, 403),
        ("ftp://api.github.com/user", _OWN, 400),
        ("*", _OWN, 400),
        ("user", _OWN, 400),
        ("/python/cpython", "gitlab.com", 404),
        ("/githubx/user", _OWN, 404),
        ("/github/a/./b", _OWN, 400),
        ("/github/a/%2E%2E/b", _OWN, 400),
        ("/github/a;/..;x/b", _OWN, 400),
        ("/github/a b", _OWN, 400),
        ("/github/a#b", _OWN, 400),
        ("/github/a?b=\x00", _OWN, 400),
        ("/github/é", _OWN, 400),
        ("/github/a?x=1&PRIVATE_TOKEN=y", _OWN, 400),
    ],
)
def test_everything_else_is_refused(target: str, host: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        _PUBLIC.find(target, host, "http")
    assert caught.value.status == status


def test_links_lead_to_what_the_client_uses_as_its_base_url() -> None:
    def links(target: str, host: str | None, scheme: str | None = "http") -> dict[str, str]:
        return dict(_PUBLIC.find(target, host, scheme).links)

    own = {
        "https://api.github.com": f"http://{_OWN}/github",
        "https://uploads.github.com": f"http://{_OWN}/github/uploads",
    }
    assert links("/github/user", _OWN) == own
    assert links("/api/v3/user", "[::1]:1", "https")["https://api.github.com"] == "https://[::1]:1/api/v3"
    assert links("/gitlab/api/v4/user", _OWN) == {"https://gitlab.com/api/v4": f"http://{_OWN}/gitlab/api/v4"}
    forwarded = {
        "https://api.github.com": "http://api.github.com",
        "https://uploads.github.com": "http://uploads.github.com",
    }
    assert links("http://api.github.com/user", _OWN) == forwarded
    assert links("/user", "api.github.com", None) == {}  # gh on a socket: it sends every URL there
    assert links("/github/user", 'evil"><x', "http") == {}
