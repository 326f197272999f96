"""Texts and objects that name the repositories of a fleet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, ProviderType, RepoInfo
from gitfleet_fleet import Fleet
from gitfleet_fleet.clients import Clients
from gitfleet_fleet.targets import parse_targets

GITHUB = GitHubClient()
GITLAB = GitLabClient()
ENTERPRISE = GitHubClient(base_url="https://git.example.org/api/v3")
LOCAL = GitLabClient(base_url="http://127.0.0.1:8080/api/v4")
BELOW = GitLabClient(base_url="https://code.example.org/gitlab/api/v4")
ALL = Clients([GITHUB, GITLAB, ENTERPRISE, LOCAL, BELOW])
INFO = RepoInfo(id=5, name="tool", full_name="acme/tool", html_url="https://git.example.org/acme/tool")


def _read(text: str, clients: Clients = ALL) -> tuple[str, str, str]:
    (target,) = parse_targets((text,), clients)
    assert target.client is not None
    return target.form, target.path, target.client.base_url


@contextmanager
def _refused(match: str) -> Iterator[None]:
    with pytest.raises(ConfigurationError, match=match):
        yield


@pytest.mark.parametrize(
    ("text", "form", "path", "client"),
    [
        ("github:python", "owner", "python", GITHUB),
        ("GitHub:python/", "owner", "python", GITHUB),
        ("github:python/cpython", "repository", "python/cpython", GITHUB),
        ("gitlab:gnome", "owner", "gnome", GITLAB),
        ("gitlab:gnome/gtk", "either", "gnome/gtk", GITLAB),
        ("gitlab:gnome/incubator/", "owner", "gnome/incubator", GITLAB),
        ("git.example.org:acme/tool", "repository", "acme/tool", ENTERPRISE),
        ("127.0.0.1:8080:group/sub/", "owner", "group/sub", LOCAL),
        ("https://github.com/python", "owner", "python", GITHUB),
        ("https://www.github.com/python/cpython/", "repository", "python/cpython", GITHUB),
        ("https://github.com/python/cpython/tree/main/Lib", "repository", "python/cpython", GITHUB),
        ("https://github.com/orgs/python/repositories", "owner", "python", GITHUB),
        ("https://github.com/python/cpython.git", "repository", "python/cpython", GITHUB),
        ("git@github.com:python/cpython.git", "repository", "python/cpython", GITHUB),
        ("ssh://git@github.com/python/cpython.git", "repository", "python/cpython", GITHUB),
        ("ssh://git@git.example.org:2222/acme/tool.git", "repository", "acme/tool", ENTERPRISE),
        ("https://git.example.org/acme", "owner", "acme", ENTERPRISE),
        ("https://gitlab.com/gnome/gtk/-/merge_requests/1", "either", "gnome/gtk", GITLAB),
        ("https://gitlab.com/groups/gnome/incubator", "owner", "gnome/incubator", GITLAB),
        ("git@gitlab.com:gnome/incubator/x.git", "either", "gnome/incubator/x", GITLAB),
        ("http://127.0.0.1:8080/group/sub/project", "either", "group/sub/project", LOCAL),
        ("https://api.github.com/repos/python/cpython", "repository", "python/cpython", GITHUB),
        ("https://api.github.com/repos/python/cpython/branches?page=2", "repository", "python/cpython", GITHUB),
        ("https://api.github.com/orgs/python/repos", "owner", "python", GITHUB),
        ("https://api.github.com/users/octo", "owner", "octo", GITHUB),
        ("https://git.example.org/api/v3/repos/acme/tool", "repository", "acme/tool", ENTERPRISE),
        ("https://gitlab.com/api/v4/projects/gnome%2Fgtk/issues", "either", "gnome/gtk", GITLAB),
        ("https://gitlab.com/api/v4/groups/gnome%2Fincubator/projects", "owner", "gnome/incubator", GITLAB),
        ("https://code.example.org/gitlab/api/v4/projects/a%2Fb", "either", "a/b", BELOW),
        ("https://code.example.org/gitlab/group/sub/project", "either", "group/sub/project", BELOW),
        ("https://github.com/python/cpython/pull/5", "repository", "python/cpython", GITHUB),
        ("https://github.com/users/octo/projects/1", "owner", "octo", GITHUB),
        ("https://github.com/octo?tab=repositories", "owner", "octo", GITHUB),
        ("https://gitlab.com/gnome/gtk/tree/main/docs", "either", "gnome/gtk", GITLAB),
        ("https://gitlab.com/users/octo/projects", "owner", "octo", GITLAB),
    ],
)
def test_a_text_names_an_owner_or_a_repository_of_a_server(text: str, form: str, path: str, client: Any) -> None:
    assert _read(text) == (form, path, client.base_url)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "a target is"),
        ("python", "a target is"),  # four clients: whose?
        ("github:", "a target is"),
        ("github:a/b/c", "a target is"),
        ("github:a b", "a target is"),
        ("github:../x", "a target is"),
        ("gihub:python", "no client for 'gihub'"),
        ("bitbucket.org:a/b", "no client for 'bitbucket.org'"),
        ("https://bitbucket.org/a/b", "no client for 'bitbucket.org'"),
        ("https://github.com/", "a target is"),
        ("ftp://github.com/python", "a target is"),
        ("@no-such-file", "can't read the targets in 'no-such-file'"),
    ],
)
def test_another_text_is_refused_with_the_forms_that_exist(text: str, match: str) -> None:
    with _refused(match):
        parse_targets((text,), ALL)


@pytest.mark.parametrize(
    "text",
    [
        "https://api.github.com",
        "https://api.github.com/",
        "https://api.github.com/graphql",
        "https://api.github.com/repos/python",
        "https://api.github.com/repositories/5",
        "https://api.github.com/search/repositories?q=x",
        "https://git.example.org/api/graphql",
        "https://git.example.org/api/v3",
        "https://git.example.org/api/v3/user/repos",
        "https://gitlab.com/api/v4/projects/278964",
        "https://gitlab.com/api/v4/groups/9970",
        "https://gitlab.com/api/v4/users/5",
        "https://gitlab.com/api/graphql",
        "https://github.com",
        "https://github.com/orgs",
        "https://github.com/settings",
        "https://github.com/settings/tokens",
        "https://github.com/search?q=x",
        "https://github.com/marketplace/actions",
        "https://github.com/Topics/python",
        "https://github.com/repos/python",
        "https://gitlab.com/-/profile",
        "https://gitlab.com/explore/projects",
        "https://gitlab.com/search?search=x",
        "https://gitlab.com/groups",
        "https://code.example.org/gitlab/help",
    ],
)
def test_a_url_of_another_page_or_endpoint_is_refused(text: str) -> None:
    with _refused(r"^'http.* names no owner and no repository"):
        parse_targets((text,), ALL)


@pytest.mark.parametrize(
    "text",
    [
        *("https://github.com/o/.git", "https://github.com/.git", "git@github.com:o/.git", "github:o/.git"),
        *("ssh://git@gitlab.com/o/.git", "gitlab:o/.git", "https://api.github.com/repos/o/.git"),
    ],
)
def test_a_repository_without_a_name_is_refused(text: str) -> None:
    with _refused("a target is"):
        parse_targets((text,), ALL)


@pytest.mark.parametrize(
    "text",
    [
        "https://x-access-token:hidden@unknown.example.org/acme/tool.git",
        "https://hidden@unknown.example.org/acme/tool.git",
        "ftp://x:hidden@git.example.org/acme/tool",
        "https://x:hidden@[/acme/tool",
        "x:hidden@unknown.example.org:acme/tool",
        "https://x:hidden@git.example.org/acme/to ol",
    ],
)
def test_the_error_about_a_url_has_no_token(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_targets((text,), ALL)
    assert "hidden" not in str(caught.value)


def test_a_repository_object_of_an_unknown_server_is_not_looked_up_at_the_public_one() -> None:
    with _refused("no client for 'git.example.org', the server of acme/tool"):
        parse_targets((INFO,), Clients([GITHUB, GITLAB]))


@pytest.mark.parametrize("value", [None, 5, b"github:python", ["github:python"], ()])
def test_another_object_is_refused(value: Any) -> None:
    with _refused("a target is"):
        parse_targets((value,), ALL)


def test_with_one_client_a_target_needs_no_provider() -> None:
    assert _read("python/cpython", Clients(GITHUB)) == ("repository", "python/cpython", GITHUB.base_url)


def test_a_provider_means_its_only_client_or_the_one_of_the_public_server() -> None:
    assert _read("github:acme", Clients([ENTERPRISE, GITLAB]))[2] == ENTERPRISE.base_url
    other = GitHubClient(base_url="https://other.example.org/api/v3")
    with _refused("name one by its host: git.example.org, other.example.org"):
        _read("github:acme", Clients([ENTERPRISE, other]))


def test_a_server_that_the_provider_does_not_mean_is_named_by_its_host() -> None:
    assert [ALL.label(client) for client in (GITHUB, GITLAB, ENTERPRISE, LOCAL)] == [
        *("github", "gitlab", "git.example.org", "127.0.0.1:8080")
    ]


def test_a_repository_object_is_served_by_the_client_of_its_web_page() -> None:
    (target,) = parse_targets((INFO,), ALL)
    assert (target.form, target.client, target.text) == ("info", ENTERPRISE, "git.example.org:acme/tool")


def test_a_repository_object_without_a_known_web_page_is_served_by_its_provider() -> None:
    (target,) = parse_targets((RepoInfo(1, "gtk", "gnome/gtk", provider_type=ProviderType.GITLAB),), ALL)
    assert target.client is GITLAB


def test_a_file_has_one_target_per_line_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "owners.txt"
    file.write_text("\ufeff# ours\ngithub:python  # the language\n\n  gitlab:gnome/gtk\n", encoding="utf-8")
    assert [target.text for target in parse_targets((f"@{file}",), ALL)] == ["github:python", "gitlab:gnome/gtk"]


@pytest.mark.parametrize("content", ["", "\n", "# none\n\n  # at all"])
def test_a_file_without_targets_is_refused_even_beside_other_targets(tmp_path: Path, content: str) -> None:
    file = tmp_path / ("of-all-teams-" * 9 + "owners.txt")
    file.write_text(content)
    with _refused("no targets in .*owners.txt"):
        parse_targets((f"@{file}",), ALL)
    with _refused("no targets in .*owners.txt"):
        Fleet("github:python", f"@{file}", clients=GITHUB)


@pytest.mark.parametrize(("line", "match"), [("gihub:x", "line 2: no client"), ("@other.txt", "line 2: a file")])
def test_the_error_about_a_line_of_a_file_has_its_number(tmp_path: Path, line: str, match: str) -> None:
    file = tmp_path / "owners.txt"
    file.write_text(f"github:python\n{line}\n")
    with _refused(match):
        parse_targets((f"@{file}",), ALL)


def test_a_fleet_needs_targets_and_clients() -> None:
    with _refused("a Fleet needs targets"):
        Fleet(clients=GITHUB)
    with _refused("a Fleet needs a client"):
        Fleet("github:python")
    with _refused("a Fleet needs a client"):
        Fleet("github:python", clients=[])
    with _refused("clients must be asynchronous clients, not str"):
        Fleet("github:python", clients="token")  # type: ignore[arg-type]
    with _refused("two clients are for https://api.github.com"):
        Fleet("github:python", clients=[GITHUB, GitHubClient()])
    with _refused("no client for gitlab"):
        Fleet("gitlab:gnome", clients=GITHUB)
