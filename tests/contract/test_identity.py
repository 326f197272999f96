"""Rows that moved to another page are given once; rows of one page are all given: identity by kind and provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitProviderClient, IssueInfo, ProviderError
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

CALLS: dict[str, Callable[[Any], Any]] = {
    "branches": lambda client: client.fetch_branches("o", "r"),
    "tags": lambda client: client.fetch_tags("o", "r"),
    "commits": lambda client: client.fetch_commits("o", "r"),
    "contributors": lambda client: client.fetch_contributors("o", "r", anonymous=True),
    "releases": lambda client: client.fetch_releases("o", "r"),
    "issues": lambda client: client.fetch_issues("o", "r"),
    "pull requests": lambda client: client.fetch_pull_requests("o", "r"),
    "members": lambda client: client.fetch_members("o"),
    "repositories": lambda client: client.fetch_repositories("o", kind="organization"),
}
# The key that says rows apart, two of its values, and what else a row must have.
GITHUB: dict[str, tuple[str, tuple[Any, Any], dict[str, Any]]] = {
    "branches": ("name", ("a", "b"), {"commit": {"sha": "c"}}),
    "tags": ("name", ("a", "b"), {}),
    "commits": ("sha", ("a", "b"), {"commit": {"message": "m"}}),
    "contributors": ("id", (1, 2), {"contributions": 1}),
    "releases": ("id", (1, 2), {"tag_name": "v"}),
    "issues": ("id", (1, 2), {"number": 1, "title": "t", "state": "open"}),
    "pull requests": ("id", (1, 2), {"number": 1, "title": "t", "state": "open"}),
    "members": ("id", (1, 2), {"login": "l"}),
    "repositories": ("id", (1, 2), {"name": "n", "full_name": "o/n"}),
}
GITLAB: dict[str, tuple[str, tuple[Any, Any], dict[str, Any]]] = {
    "branches": ("name", ("a", "b"), {"commit": {"id": "c"}}),
    "tags": ("name", ("a", "b"), {}),
    "commits": ("id", ("a", "b"), {"message": "m"}),
    "contributors": ("email", ("a@x.invalid", "b@x.invalid"), {"commits": 1, "name": "Ann"}),
    "releases": ("tag_name", ("a", "b"), {}),
    "issues": ("id", (1, 2), {"iid": 1, "title": "t", "state": "opened"}),
    "pull requests": ("id", (1, 2), {"iid": 1, "title": "t", "state": "opened"}),
    "members": ("id", (1, 2), {"username": "l"}),
    "repositories": ("id", (1, 2), {"path": "n", "path_with_namespace": "o/n"}),
}


def _given(make: Callable[[str], GitProviderClient], call: Callable[[Any], Any], *pages: list[dict[str, Any]]) -> Any:
    """What a listing gives whose pages are these."""

    def choose(request: RawRequest) -> bytes:
        number = int(request.target.rpartition("page=")[2]) if "&page=" in request.target else 1
        following = {"Link": f'<{request.target.partition("&page=")[0]}&page={number + 1}>; rel="next"'}
        return http_response(pages[number - 1], headers=following if number < len(pages) else {})

    async def main(url: str) -> Any:
        async with make(url) as client:
            return await call(client)

    with RawServer(route(choose)) as server:
        return run(main(server.url))


def _each_provider(
    engine: str, make_client: MakeClient, what: str
) -> Iterator[tuple[Callable[..., Any], tuple[str, tuple[Any, Any], dict[str, Any]]]]:
    yield partial(_given, make_client, CALLS[what]), GITHUB[what]
    yield partial(_given, lambda url: gitlab(engine, url), CALLS[what]), GITLAB[what]


@pytest.mark.parametrize("what", CALLS)
def test_a_row_that_moves_to_the_next_page_is_given_once(engine: str, make_client: MakeClient, what: str) -> None:
    for given, (key, (first, second), more) in _each_provider(engine, make_client, what):
        assert len(given([{**more, key: first}], [{**more, key: first}, {**more, key: second}])) == 2


@pytest.mark.parametrize("what", CALLS)
def test_rows_are_never_dropped_within_a_page(engine: str, make_client: MakeClient, what: str) -> None:
    for given, (key, (first, second), more) in _each_provider(engine, make_client, what):
        rows = [{**more, key: value} for value in (first, second, first)]
        assert len(given(rows)) == 3
        assert len(given(rows, rows[:1])) == 4, "an id that repeats within a page identifies nothing"


ALSO = {"issues": ("number", "iid"), "pull requests": ("number", "iid"), "repositories": ("name", "path")}


@pytest.mark.parametrize("what", ALSO)
def test_rows_with_equal_ids_on_two_pages_are_two_rows_if_number_or_name_differ(
    engine: str, make_client: MakeClient, what: str
) -> None:
    for (given, (key, (first, _), more)), other in zip(
        _each_provider(engine, make_client, what), ALSO[what], strict=True
    ):
        changed = {"x" if isinstance(more[other], str) else 99: other}
        rows = [{**more, key: first}, {**more, key: first, **{name: value for value, name in changed.items()}}]
        assert len(given(rows[:1], rows[1:])) == 2


def test_a_server_with_the_id_0_for_every_issue_gives_every_issue(make_client: MakeClient) -> None:
    """GitBucket is such a server."""
    issue = {"id": 0, "title": "t", "state": "open"}
    pages = [[{**issue, "number": number} for number in numbers] for numbers in (range(1, 26), range(26, 51), [51])]
    found = _given(make_client, CALLS["issues"], *pages)
    assert [item.number for item in found] == list(range(1, 52))


def test_people_without_an_account_are_not_taken_for_one_and_the_same(make_client: MakeClient) -> None:
    person = {"contributions": 1, "name": "Ann", "email": "a@x.invalid", "type": "Anonymous"}
    assert len(_given(make_client, CALLS["contributors"], [person, person], [person])) == 3


# -- classes of users

Fetch = Callable[[Any], Any]


@dataclass
class Titled:
    """A row with an id."""

    id: int
    title: str


@dataclass
class Named:
    """A row without an id."""

    name: str
    size: int


def _fetch(model: type, **more: Any) -> Fetch:
    return lambda client: client.fetch_all("/x", model, **more)


def _row(number: int, title: str = "t") -> dict[str, Any]:
    return {"id": number, "title": title}


def test_a_row_of_a_users_class_that_moved_is_given_once_only_if_all_of_it_is_equal(make_client: MakeClient) -> None:
    found = _given(make_client, _fetch(Titled), [_row(1), _row(2)], [_row(2), _row(3), _row(1, "changed")])
    assert [(row.id, row.title) for row in found] == [(1, "t"), (2, "t"), (3, "t"), (1, "changed")]


def test_rows_of_a_users_class_without_an_id_are_all_given(make_client: MakeClient) -> None:
    row = {"name": "n", "size": 1, "id": 7}
    assert len(_given(make_client, _fetch(Named), [row], [row])) == 2


def test_files_with_equal_content_are_two_rows(make_client: MakeClient) -> None:
    @dataclass
    class Blob:
        id: str

    pages = [[{"id": "b10b", "path": path, "name": "LICENSE"}] for path in ("LICENSE", "src/LICENSE", "src/LICENSE")]
    assert len(_given(make_client, _fetch(Blob), *pages)) == 2


def test_identity_names_the_field_that_recognizes_rows(make_client: MakeClient) -> None:
    rows = [{"name": name, "size": size} for name, size in (("a", 1), ("b", 1), ("b", 2), ("c", 2))]
    assert len(_given(make_client, _fetch(Named, identity="name"), rows[:2], rows[2:])) == 3
    assert len(_given(make_client, _fetch(Named, identity=("name", "size")), rows[:2], rows[1:])) == 4
    assert len(_given(make_client, _fetch(Named, identity="size"), rows[:2], rows[2:])) == 4, "1 repeats within a page"


def test_identity_none_gives_every_row_that_was_sent(make_client: MakeClient) -> None:
    assert len(_given(make_client, _fetch(Titled, identity=None), [_row(1), _row(2)], [_row(2), _row(3)])) == 4
    moved = [{"id": 5, "number": 1, "title": "t", "state": "open"}]
    assert len(_given(make_client, _fetch(IssueInfo, identity=None), moved, moved)) == 2
    assert len(_given(make_client, _fetch(IssueInfo), moved, moved)) == 1


@pytest.mark.parametrize("identity", ["sha", "", ("id", "nothing")])
def test_identity_must_name_a_field_of_the_rows(make_client: MakeClient, identity: Any) -> None:
    with pytest.raises(ConfigurationError, match="there are id, title"):
        make_client("http://127.0.0.1:9").fetch_all("/x", Titled, identity=identity)


@pytest.mark.parametrize("identity", [(), [], 5, True, {"id"}])
def test_identity_must_be_a_field_or_a_tuple_of_fields(make_client: MakeClient, identity: Any) -> None:
    with pytest.raises(ConfigurationError, match="identity= must be a field, a tuple of fields or None"):
        make_client("http://127.0.0.1:9").fetch_all("/x", Titled, identity=identity)


# -- feeds


def _feed(newest: int) -> list[dict[str, Any]]:
    return [_row(number) for number in range(newest, newest - 30, -1)]


def test_an_events_feed_that_grows_by_a_page_while_it_is_read_is_no_error(make_client: MakeClient) -> None:
    """30 new events push the rows of page 2 to page 3."""
    found = _given(make_client, _fetch(Titled), _feed(300), _feed(270), _feed(270), _feed(240))
    assert [row.id for row in found] == list(range(300, 210, -1))


def test_a_feed_whose_pages_repeat_again_and_again_is_an_error(make_client: MakeClient) -> None:
    with pytest.raises(ProviderError, match="repeats itself") as caught:
        _given(make_client, _fetch(Titled), _feed(300), *[_feed(270)] * 50)
    assert caught.value.code == "repeated_page"
