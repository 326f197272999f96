"""Other programs list repositories through the proxy while a fleet of GitFleet uses the same tokens.

GITFLEET_PROXY_REPOSITORIES=3000 is the long form: `nox -s proxy_stream` runs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import github
import pytest

from gitfleet_api import GitHubClient, TokenManager
from gitfleet_api.budgets import SQLiteBudgets
from gitfleet_testing import Fleet, Forge
from support.proxying import SECRET, ProxyProcess, run_curl

REPOSITORIES = int(os.environ.get("GITFLEET_PROXY_REPOSITORIES", "100"))
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_PLAIN: Any = {"retry": None, "seconds_between_requests": None}
_TOKENS = ("pool-token-one-1111111111", "pool-token-two-2222222222", "pool-token-three-33333333")
_LIMIT = REPOSITORIES * 9 // 20 if REPOSITORIES < 1000 else REPOSITORIES * 3 // 10
_WINDOW = 3.0 if REPOSITORIES < 1000 else 10.0
_PER_PAGE = 5 if REPOSITORIES < 1000 else 50


@pytest.fixture(scope="module")
def limited() -> Iterator[Forge]:
    """A forge whose tokens have fewer calls per window of some seconds than the programs need together."""
    fleet = Fleet()
    fleet.add_organization("acme")
    for number in range(REPOSITORIES):
        fleet.add_repository("acme", f"tool-{number:04}")
    with Forge(fleet, prefix="/api/v3") as running:
        for number, token in enumerate(_TOKENS):
            running.add_token(token, login=f"user-{number}", limit=_LIMIT, window=_WINDOW)
        yield running


def _curl_names(proxy: ProxyProcess, seen: list[bytes]) -> set[str]:
    """List with curl, by the links to the next page."""
    names: set[str] = set()
    url: str | None = f"{proxy.url}/github/orgs/acme/repos?per_page={_PER_PAGE}"
    while url is not None:
        page = run_curl(url, secret=SECRET)
        assert page.status == 200, page.out
        seen.append(page.raw + page.body)
        names |= {row["name"] for row in json.loads(page.out)}
        following = re.search(r'<([^>]+)>; rel="next"', page.headers.get("link", ""))
        url = None if following is None else following[1]
    return names


def _pygithub_names(proxy: ProxyProcess) -> set[str]:
    hub = github.Github(auth=github.Auth.Token(SECRET), base_url=f"{proxy.url}/github", per_page=_PER_PAGE, **_PLAIN)
    with hub:
        return {item.name for item in hub.get_organization("acme").get_repos()}


def _gh_names(proxy: ProxyProcess, seen: list[bytes]) -> set[str]:
    """List as gh does for an Enterprise Server: ``/api/v3`` below the host, ``token`` as scheme, links followed."""
    names: set[str] = set()
    url: str | None = f"{proxy.url}/api/v3/orgs/acme/repos?per_page={_PER_PAGE}"
    while url is not None:
        headers = {"Authorization": f"token {SECRET}", "Accept": "application/vnd.github+json"}
        with _OPENER.open(urllib.request.Request(url, headers=headers), timeout=60) as response:  # noqa: S310  loopback
            body = response.read()
            seen.append(str(response.headers).encode() + body)
            following = re.search(r'<([^>]+)>; rel="next"', response.headers["Link"] or "")
        names |= {row["name"] for row in json.loads(body)}
        url = None if following is None else following[1]
    return names


async def _fleet_rows(forge: Forge, engine: str, budgets: Path) -> int:
    from gitfleet_fleet import Fleet as Repositories

    manager = TokenManager(budgets=SQLiteBudgets(budgets))
    for token in _TOKENS:
        manager.add_token(token, "github")
    client = GitHubClient(base_url=forge.url, token_manager=manager, backend=engine, max_rate_limit_wait=300)
    async with client:
        outcomes = [item async for item in Repositories("github:acme", clients=client).each("languages")]
    assert [item.error for item in outcomes if item.is_missing] == []
    return len(outcomes)


def test_programs_and_a_fleet_share_one_budget_without_a_refused_call(
    limited: Forge, engine: str, tmp_path: Path
) -> None:
    limited.clear_log()
    budgets, seen = tmp_path / "budgets.sqlite", list[bytes]()
    options = ("-v", "--budgets", str(budgets), "--max-wait", "300")
    with ProxyProcess(limited.url, _TOKENS, *options) as proxy, ThreadPoolExecutor(4) as threads:
        started = [
            threads.submit(_curl_names, proxy, seen),
            threads.submit(_pygithub_names, proxy),
            threads.submit(_gh_names, proxy, seen),
        ]
        fleet = threads.submit(lambda: asyncio.run(_fleet_rows(limited, engine, budgets)))
        found = [item.result(600) for item in started]
        assert fleet.result(600) == REPOSITORIES
        metrics = run_curl(f"{proxy.url}/metrics").out
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        printed = "\n".join(proxy.printed)
    names = {f"tool-{number:04}" for number in range(REPOSITORIES)}
    assert found == [names] * 3
    assert [item.status for item in limited.requests if item.status in (401, 403, 429)] == []
    assert len({item.token for item in limited.requests}) == len(_TOKENS)
    assert len(limited.requests) > _LIMIT * len(_TOKENS)  # they needed more than one window has
    for token in _TOKENS:
        assert token not in printed + metrics + listed
        assert not any(token.encode() in part for part in seen)


@pytest.mark.skipif(shutil.which("gh") is None, reason="gh is not installed")
def test_gh_itself_lists_all_pages_through_a_unix_socket(limited: Forge, tmp_path: Path) -> None:
    with ProxyProcess(limited.url, _TOKENS, "--max-wait", "300", "--listen", f"unix:{tmp_path}/gh.sock") as proxy:
        (tmp_path / "config.yml").write_text(f"http_unix_socket: {proxy.unix}\n")
        own = {"GH_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        own |= {"GH_HOST": limited.url.split("/")[2], "GH_ENTERPRISE_TOKEN": SECRET}
        command = ["gh", "api", "--paginate", "/orgs/acme/repos?per_page=100", "--jq", ".[].name"]
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(set(done.stdout.split())) == REPOSITORIES


def test_python_gitlab_lists_all_pages(proxy: ProxyProcess) -> None:
    gitlab = pytest.importorskip("gitlab")
    with gitlab.Gitlab(f"{proxy.url}/gitlab", private_token=SECRET, per_page=100) as lab:
        assert len(lab.groups.get("acme").projects.list(iterator=True)) == 250
        assert len(list(lab.groups.get("acme").projects.list(iterator=True))) == 250


def test_pygithub_completes_objects_and_follows_links_of_bodies(proxy: ProxyProcess) -> None:
    hub = github.Github(auth=github.Auth.Token(SECRET), base_url=f"{proxy.url}/github/api/v3", **_PLAIN)
    with hub:
        (first, *_) = hub.get_organization("acme").get_repos(sort="full_name")
        assert first.url.startswith(f"{proxy.url}/github/api/v3/repos/acme/")
        assert {item.name for item in first.get_branches()} == {"main", "dev"}
        assert first.network_count == 0  # only the object itself has it: PyGithub requests its URL
        assert first.html_url.startswith("https://")
        with pytest.raises(github.UnknownObjectException):
            hub.get_repo("acme/none")


def test_graphql_is_forwarded_and_its_errors_too(proxy: ProxyProcess) -> None:
    for path in ("/github/graphql", "/api/graphql", "/github/api/graphql"):
        query = json.dumps({"query": "{ viewer { login } }"})
        found = run_curl(proxy.url + path, "-d", query, secret=SECRET)
        assert json.loads(found.out)["data"]["viewer"]["login"]
    found = run_curl(f"{proxy.url}/github/graphql", "-d", '{"query": "{ nothing }"}', secret=SECRET)
    assert (found.status, json.loads(found.out)["errors"] != []) == (200, True)


def test_a_plain_http_client_uses_it_as_its_proxy(proxied: Forge, proxy: ProxyProcess) -> None:
    url = f"{proxied.url}/orgs/acme/repos?per_page=100"
    found = run_curl(url, "-x", proxy.url, "-U", f"x:{SECRET}")
    assert len(json.loads(found.out)) == 100
    assert proxied.url in found.headers["link"]  # the client sends it to the proxy again
    assert run_curl(url, "-x", proxy.url).status == 407
