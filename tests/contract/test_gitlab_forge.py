"""Every method of GitLabClient against the local forge: the objects are those that the forge's own JSON describes."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gitfleet_api import AuthError, GitLabClient, MemoryCache, NotFoundError, PermissionDeniedError, RateLimitError
from gitfleet_testing import Fleet, Forge
from support import gitlab_expected as expected
from support.gitlab_clients import gitlab
from support.running import run

TOKEN, PLAIN = "glpat-ann", "glpat-nobody"
GROUP, SUB, DEEP, USER = "acme", "acme/tools", "acme/tools/inner", "ann"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user(USER, name="Ö. Ann", bio=None, location="Zürich 🏔", email="ann@forge.invalid")
    fleet.add_organization(GROUP, members=[USER])
    fleet.add_group(SUB)
    fleet.add_group(DEEP)
    fleet.add_organization("others")
    for number in range(230):
        over: dict[str, Any] = {"private": number % 5 == 0, "internal": number % 7 == 1 and number % 5 > 0}
        fleet.add_repository((GROUP, SUB, DEEP)[number % 3], f"r{number:03}", topics=("a",) * (number % 2), **over)
    texts: dict[str, Any] = {"description": '"quoted" \\ é 漢 \u2028', "license": "mit", "language": "Rust"}
    amounts = {"branches": 250, "contributors": 120, "commits": 130, "tags": 110, "releases": 9, "issues": 120}
    fleet.add_repository(DEEP, "busy", pulls=110, **amounts, **texts)
    fleet.add_repository(DEEP, "empty", empty=True)
    fleet.add_repository(DEEP, "before")
    fleet.rename(f"{DEEP}/before", f"{DEEP}/after")
    for number in range(120):
        fleet.add_repository(USER, f"own{number:03}", private=number % 2 == 0)
    fleet.add_repository(USER, "forked", fork=True, parent=f"{DEEP}/busy")
    fleet.add_repository("others", "lent")
    fleet.share("others/lent", GROUP)
    with Forge(fleet) as running:
        running.add_token(TOKEN, login=USER)
        running.add_token(PLAIN, login="nobody-special")
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


def _ask(
    engine: str,
    forge: Forge,
    call: Callable[[GitLabClient], Awaitable[Any]],
    token: str | None = TOKEN,
    **settings: Any,
) -> Any:
    async def main() -> Any:
        async with gitlab(engine, forge.gitlab_url, token, **settings) as client:
            return await call(client)

    return run(main())


async def _all(listing: Any) -> Any:
    return await listing


def _plain(forge: Forge, path: str, token: str | None = TOKEN) -> Any:
    """The parsed answer to a GET, by the standard library alone; leaves no trace in the forge's log."""
    request = urllib.request.Request(forge.gitlab_url + path)  # noqa: S310  http to this machine
    if token is not None:
        request.add_header("PRIVATE-TOKEN", token)
    with _DIRECT.open(request, timeout=10) as found:
        body = found.read()
    forge.clear_log()
    return json.loads(body)


def _plain_all(forge: Forge, path: str, token: str | None = TOKEN) -> list[Any]:
    rows: list[Any] = []
    for page in range(1, 100):
        found = _plain(forge, f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}", token)
        if not found:
            return rows
        rows += found
    raise AssertionError("a listing without end")


BUSY = "acme%2Ftools%2Finner%2Fbusy"
LISTINGS: dict[str, tuple[Callable[[GitLabClient], Any], str, Callable[[Any], object], int]] = {
    "branches": (
        lambda client: client.fetch_branches(DEEP, "busy"),
        f"/projects/{BUSY}/repository/branches",
        expected.branch,
        250,
    ),
    "tags": (
        lambda client: client.fetch_tags(DEEP, "busy"),
        f"/projects/{BUSY}/repository/tags?order_by=name&sort=asc",
        expected.tag,
        110,
    ),
    "commits": (
        lambda client: client.fetch_commits(DEEP, "busy"),
        f"/projects/{BUSY}/repository/commits",
        expected.commit,
        130,
    ),
    "contributors": (
        lambda client: client.fetch_contributors(DEEP, "busy"),
        f"/projects/{BUSY}/repository/contributors?order_by=commits&sort=desc",
        expected.contributor,
        120,
    ),
    "releases": (
        lambda client: client.fetch_releases(DEEP, "busy"),
        f"/projects/{BUSY}/releases",
        expected.release,
        8,
    ),
    "issues": (
        lambda client: client.fetch_issues(DEEP, "busy"),
        f"/projects/{BUSY}/issues?order_by=created_at&sort=asc&scope=all",
        expected.issue,
        120,
    ),
    "open issues": (
        lambda client: client.fetch_issues(DEEP, "busy", state="open"),
        f"/projects/{BUSY}/issues?order_by=created_at&sort=asc&scope=all&state=opened",
        expected.issue,
        1,
    ),
    "merge requests": (
        lambda client: client.fetch_pull_requests(DEEP, "busy"),
        f"/projects/{BUSY}/merge_requests?order_by=created_at&sort=asc&scope=all",
        expected.merge_request,
        110,
    ),
    "members": (
        lambda client: client.fetch_members(DEEP),
        "/groups/acme%2Ftools%2Finner/members/all",
        expected.account,
        1,
    ),
    "projects of a group": (
        lambda client: client.fetch_repositories(GROUP),
        "/groups/acme/projects?include_subgroups=true&with_shared=true&order_by=id&sort=asc",
        expected.repo,
        234,
    ),
    "projects of a group within a group": (
        lambda client: client.fetch_repositories(SUB),
        "/groups/acme%2Ftools/projects?include_subgroups=true&order_by=id&sort=asc",
        expected.repo,
        156,
    ),
}


@pytest.mark.parametrize(("listing", "path", "make", "least"), LISTINGS.values(), ids=LISTINGS)
def test_a_listing_is_all_that_the_forge_has(
    engine: str,
    forge: Forge,
    listing: Callable[[GitLabClient], Any],
    path: str,
    make: Callable[[Any], object],
    least: int,
) -> None:
    raw = _plain_all(forge, path)
    found = _ask(engine, forge, lambda client: _all(listing(client)))
    assert found == [make(row) for row in raw]
    assert len(found) >= least


@pytest.mark.parametrize("token", [TOKEN, PLAIN, None])
def test_the_projects_of_a_user_are_those_that_the_token_may_see(engine: str, forge: Forge, token: str | None) -> None:
    number = next(item.id for item in forge.fleet.users if item.login == USER)
    raw = _plain_all(forge, f"/users/{number}/projects?order_by=id&sort=asc", token)
    found = _ask(engine, forge, lambda client: _all(client.fetch_repositories(USER)), token)
    assert found == [expected.repo(row) for row in raw]
    assert len(found) == (121 if token == TOKEN else 61)
    assert {item.fork for item in found} == ({None} if token is None else {True, False})


def test_a_shared_project_is_among_those_of_the_group_once(engine: str, forge: Forge) -> None:
    found = _ask(engine, forge, lambda client: _all(client.fetch_repositories(GROUP)))
    assert [item.full_name for item in found].count("others/lent") == 1
    assert [item.id for item in found] == sorted(item.id for item in found)


def test_pages_of_a_group_are_fetched_each_once(engine: str, forge: Forge) -> None:
    _ask(engine, forge, lambda client: _all(client.fetch_repositories(GROUP)))
    assert len(forge.requests) == 4  # what it is, and three pages


OBJECTS: dict[str, tuple[Callable[[GitLabClient], Any], str, Callable[[Any], object]]] = {
    "details": (
        lambda client: client.fetch_repository_details(DEEP, "busy"),
        f"/projects/{BUSY}?license=true",
        expected.details,
    ),
    "an empty one": (
        lambda client: client.fetch_repository_details(DEEP, "empty"),
        "/projects/acme%2Ftools%2Finner%2Fempty?license=true",
        expected.details,
    ),
    "a fork": (
        lambda client: client.fetch_repository_details(USER, "forked"),
        "/projects/ann%2Fforked?license=true",
        expected.details,
    ),
    "a moved one": (
        lambda client: client.fetch_repository_details(DEEP, "before"),
        "/projects/acme%2Ftools%2Finner%2Fafter?license=true",
        expected.details,
    ),
    "languages": (lambda client: client.fetch_languages(DEEP, "busy"), f"/projects/{BUSY}/languages", dict),
    "a group": (
        lambda client: client.fetch_organization(SUB),
        "/groups/acme%2Ftools?with_projects=false",
        expected.group,
    ),
    "the user": (lambda client: client.fetch_user_info(), "/user", expected.user),
}


@pytest.mark.parametrize(("call", "path", "make"), OBJECTS.values(), ids=OBJECTS)
def test_an_object_is_what_the_forge_says(
    engine: str, forge: Forge, call: Callable[[GitLabClient], Any], path: str, make: Callable[[Any], object]
) -> None:
    raw = _plain(forge, path)
    assert _ask(engine, forge, call) == make(raw)


def test_a_user_is_what_the_forge_says(engine: str, forge: Forge) -> None:
    (row,) = _plain(forge, "/users?username=ann")
    raw = _plain(forge, f"/users/{row['id']}")
    found = _ask(engine, forge, lambda client: client.fetch_user("Ann"))
    assert found == expected.user(raw)
    assert (found.login, found.location, found.bio) == (USER, "Zürich 🏔", None)


def test_what_is_private_is_not_there_for_others(engine: str, forge: Forge) -> None:
    for token in (PLAIN, None):
        with pytest.raises(NotFoundError):
            _ask(engine, forge, lambda client: client.fetch_repository_details(GROUP, "r000"), token)
    with pytest.raises(AuthError):
        _ask(engine, forge, lambda client: client.fetch_user_info(), None)
    with pytest.raises(PermissionDeniedError):
        _ask(engine, forge, lambda client: client.fetch_user(USER), None)
    with pytest.raises(NotFoundError, match="knows no group or user"):
        _ask(engine, forge, lambda client: _all(client.fetch_repositories("nowhere")))


@pytest.mark.parametrize("kind", ["private", "oauth"])
def test_the_forge_takes_a_token_by_the_header_of_its_type(engine: str, forge: Forge, kind: str) -> None:
    assert _ask(engine, forge, lambda client: client.fetch_user_info(), token_type=kind).login == USER
    assert _ask(engine, forge, lambda client: client.validate_credentials(), token_type=kind) is True


def test_a_job_token_is_good_although_it_may_ask_for_little(engine: str, forge: Forge) -> None:
    assert _ask(engine, forge, lambda client: client.validate_credentials(), token_type="job") is True
    assert _ask(engine, forge, lambda client: client.validate_credentials(), "glcbt-unknown") is False


def test_calls_are_counted_by_the_headers(engine: str, forge: Forge) -> None:
    async def main() -> tuple[int, int]:
        async with gitlab(engine, forge.gitlab_url, TOKEN) as client:
            first = await client.get_rate_limit()
            await client.fetch_user_info()
            return first.remaining, (await client.get_rate_limit()).remaining

    before, after = run(main())
    assert before - after == 2


def test_a_token_without_calls_left_is_a_limit_with_its_time(engine: str, forge: Forge) -> None:
    forge.limit(TOKEN, remaining=0, reset_in=600, resource="gitlab")
    with pytest.raises(RateLimitError) as caught:
        _ask(engine, forge, lambda client: client.fetch_user_info())
    assert type(caught.value) is RateLimitError
    assert caught.value.resource == "core"
    assert caught.value.reset_time is not None


def test_what_has_not_changed_is_not_sent_again(engine: str, forge: Forge) -> None:
    async def main() -> tuple[object, object]:
        async with gitlab(engine, forge.gitlab_url, TOKEN, cache=MemoryCache()) as client:
            return await client.fetch_organization(SUB), await client.fetch_organization(SUB)

    first, second = run(main())
    assert first == second
    assert [item.status for item in forge.requests] == [200, 304]
