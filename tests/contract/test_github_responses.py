"""What GitHub answers in rare cases, and arguments that can't work."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from gitfleet_api import (
    ConfigurationError,
    ConflictError,
    DecodeError,
    GitHubClient,
    NotFoundError,
    PermissionDeniedError,
    RepoReference,
    UnavailableForLegalReasonsError,
)
from support.clients import MakeClient
from support.failing import error_of, result_of
from support.raw_server import RawRequest, RawServer, always, http_response, route

COMMIT: dict[str, Any] = {"sha": "a1", "commit": {"author": None, "committer": None, "message": "m"}, "parents": []}
ISSUE: dict[str, Any] = {"id": 1, "number": 7, "title": "t", "state": "open"}
PULL: dict[str, Any] = {"id": 1, "number": 7, "title": "t", "state": "open"}


def _one(make_client: MakeClient, row: dict[str, Any], call: Callable[[GitHubClient], Any]) -> Any:
    """What a listing of nothing but ``row`` gives."""
    with RawServer(always(http_response([row]))) as server:
        (found,) = result_of(make_client, server.url, call)  # type: ignore[misc]
    return found


def _commits(client: GitHubClient) -> Any:
    return client.fetch_commits("o", "r")


def _issues(client: GitHubClient) -> Any:
    return client.fetch_issues("o", "r", pull_requests=True)


def _pulls(client: GitHubClient) -> Any:
    return client.fetch_pull_requests("o", "r")


# -- values that are not there


@pytest.mark.parametrize("nobody", [None, {}])
def test_a_commit_of_an_unknown_author_has_no_account(make_client: MakeClient, nobody: Any) -> None:
    found = _one(make_client, {**COMMIT, "author": nobody, "committer": nobody}, _commits)
    assert (found.sha, found.author, found.committer, found.parents) == ("a1", None, None, ())
    assert (found.author_name, found.authored_at, found.message) == (None, None, "m")


@pytest.mark.parametrize("nobody", [None, {}])
def test_an_issue_of_a_deleted_account_has_no_author(make_client: MakeClient, nobody: Any) -> None:
    found = _one(make_client, {**ISSUE, "user": nobody, "assignees": [], "milestone": nobody}, _issues)
    assert (found.author, found.assignees, found.milestone) == (None, (), None)


@pytest.mark.parametrize("gone", [None, {}])
def test_a_pull_request_outlives_the_repository_it_came_from(make_client: MakeClient, gone: Any) -> None:
    head = {"ref": "topic", "sha": "b2", "repo": gone, "user": None}
    found = _one(
        make_client, {**PULL, "head": head, "base": {"ref": "main", "repo": {"id": 3, "full_name": "o/r"}}}, _pulls
    )
    assert (found.head_ref, found.head_sha, found.head_repo) == ("topic", "b2", None)
    assert (found.base_ref, found.base_sha, found.base_repo) == ("main", None, RepoReference(3, "o/r"))


def test_what_is_left_out_is_none(make_client: MakeClient) -> None:
    issue, pull = _one(make_client, ISSUE, _issues), _one(make_client, PULL, _pulls)
    assert (issue.labels, issue.assignees, issue.body, issue.is_pull_request) == (None, None, None, False)
    assert (pull.labels, pull.reviewers, pull.draft, pull.head_sha) == (None, None, None, None)


# -- forms that vary


def test_labels_are_objects_or_strings(make_client: MakeClient) -> None:
    labels = [{"name": "bug", "color": None}, "help wanted", {"name": None}, {"id": 3}]
    assert _one(make_client, {**ISSUE, "labels": labels}, _issues).labels == ("bug", "help wanted")
    assert _one(make_client, {**PULL, "labels": labels}, _pulls).labels == ("bug", "help wanted")


@pytest.mark.parametrize("labels", [{"name": "bug"}, [7], [{"name": 7}], "bug"])
def test_labels_without_sense_are_an_error_that_says_where(make_client: MakeClient, labels: Any) -> None:
    with RawServer(always(http_response([ISSUE, {**ISSUE, "id": 2, "labels": labels}]))) as server:
        error = error_of(make_client, server.url, _issues)
    assert isinstance(error, DecodeError)
    assert (error.code, error.row, error.field) == ("decode_shape", 1, "labels")


@pytest.mark.parametrize("parents", [[{}], [None], {}, [{"sha": 1}]])
def test_parents_without_a_hash_are_an_error_that_says_where(make_client: MakeClient, parents: Any) -> None:
    with RawServer(always(http_response([{**COMMIT, "parents": parents}]))) as server:
        error = error_of(make_client, server.url, _commits)
    assert isinstance(error, DecodeError)
    assert (error.code, error.row, error.field) == ("decode_shape", 0, "parents")


@pytest.mark.parametrize("languages", [{}, {"C": 12, "Rust": 1, "Ünïcode": 2**53}])
def test_languages_come_as_they_are(make_client: MakeClient, languages: Any) -> None:
    with RawServer(always(http_response(languages))) as server:
        found: Any = result_of(make_client, server.url, lambda client: client.fetch_languages("o", "r"))
    assert list(found.items()) == list(languages.items())
    assert all(type(count) is int for count in found.values())


@pytest.mark.parametrize("body", [[], None, "C", {"C": "12"}, {"C": None}, {"C": True}])
def test_languages_that_are_no_counts_are_an_error(make_client: MakeClient, body: Any) -> None:
    with RawServer(always(http_response(json.dumps(body)))) as server:
        error = error_of(make_client, server.url, lambda client: client.fetch_languages("o", "r"))
    assert isinstance(error, DecodeError)
    assert error.code == "decode_shape"


def test_pull_requests_among_issues_are_recognised_by_their_key(make_client: MakeClient) -> None:
    rows = [
        ISSUE,
        {**ISSUE, "id": 2, "number": 8, "pull_request": {}},
        {**ISSUE, "id": 3, "number": 9, "pull_request": {"url": "u"}},
    ]
    with RawServer(always(http_response(rows))) as server:
        alone: Any = result_of(make_client, server.url, lambda client: client.fetch_issues("o", "r"))
        every: Any = result_of(make_client, server.url, _issues)
    assert [issue.number for issue in alone] == [7]
    assert [(issue.number, issue.is_pull_request) for issue in every] == [(7, False), (8, True), (9, True)]


def test_anonymous_contributors_are_all_kept(make_client: MakeClient) -> None:
    """They have no identity by which rows that moved could be told from others."""
    anonymous = {"type": "Anonymous", "name": "x", "email": "x@y.invalid", "contributions": 1}
    rows = [{"login": "a", "id": 1, "type": "User", "contributions": 3}, anonymous, anonymous]
    with RawServer(always(http_response(rows))) as server:
        found: Any = result_of(
            make_client, server.url, lambda client: client.fetch_contributors("o", "r", anonymous=True)
        )
    assert [(item.login, item.id, item.name, item.email, item.type) for item in found] == [
        ("a", 1, None, None, "User"),
        (None, None, "x", "x@y.invalid", "Anonymous"),
        (None, None, "x", "x@y.invalid", "Anonymous"),
    ]


# -- empty, blocked, renamed, Enterprise

EMPTY = http_response({"message": "Git Repository is empty.", "status": "409"}, status=409)


def test_an_empty_repository_has_no_commits(make_client: MakeClient) -> None:
    with RawServer(always(EMPTY)) as server:
        assert result_of(make_client, server.url, _commits) == []
        assert len(server.requests) == 1


def test_an_empty_repository_streams_no_commits(make_client: MakeClient) -> None:
    async def stream(client: GitHubClient) -> list[Any]:
        listing = client.fetch_commits("o", "r")
        return [[item async for item in listing], [page async for page in listing.pages()]]

    with RawServer(always(EMPTY)) as server:
        assert result_of(make_client, server.url, stream) == [[], [[]]]


def test_another_conflict_is_an_error(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"message": "Merge conflict"}, status=409))) as server:
        assert type(error_of(make_client, server.url, _commits)) is ConflictError


def test_an_empty_repository_has_no_contributors(make_client: MakeClient) -> None:
    with RawServer(always(http_response(status=204))) as server:
        for anonymous in (False, True):
            found = result_of(
                make_client, server.url, lambda client, a=anonymous: client.fetch_contributors("o", "r", anonymous=a)
            )
            assert found == []


def test_too_many_contributors_are_an_error_that_says_so(make_client: MakeClient) -> None:
    said = "The history or contributor list is too large to list contributors for this repository via the API."
    with RawServer(always(http_response({"message": said}, status=403))) as server:
        error = error_of(make_client, server.url, lambda client: client.fetch_contributors("o", "r"))
    assert type(error) is PermissionDeniedError
    assert "too large to list contributors" in error.message


def _blocked(block: object) -> bytes:
    return http_response({"message": "Repository access blocked", "block": block}, status=451)


def test_a_takedown_has_its_reason(make_client: MakeClient) -> None:
    place = "https://github.com/github/dmca/blob/master/2019/05/notice.md"
    block = {"reason": "dmca", "created_at": "2019-05-17T21:32:24Z", "html_url": place}
    with RawServer(always(_blocked(block))) as server:
        error = error_of(make_client, server.url, _commits)
    assert isinstance(error, UnavailableForLegalReasonsError)
    for same in (error, copy.copy(error)):  # copies are made as pickles are
        assert (same.reason, same.status, same.code) == ("dmca", 451, "unavailable_for_legal_reasons")
    assert error.message.endswith(f"GitHub responded with 451: Repository access blocked: dmca: {place}")


@pytest.mark.parametrize("block", [None, "dmca", [], {}, {"reason": None}, {"reason": 7}])
def test_what_is_taken_down_without_a_reason_has_none(make_client: MakeClient, block: Any) -> None:
    with RawServer(always(_blocked(block))) as server:
        error = error_of(make_client, server.url, _issues)
    assert isinstance(error, UnavailableForLegalReasonsError)
    assert error.reason is None
    assert "Repository access blocked" in error.message


LISTINGS: dict[str, tuple[Callable[[GitHubClient], Any], dict[str, Any]]] = {
    "branches": (lambda client: client.fetch_branches("o", "r"), {"name": "a", "commit": {"sha": "c"}}),
    "tags": (lambda client: client.fetch_tags("o", "r"), {"name": "a"}),
    "commits": (_commits, COMMIT),
    "contributors": (lambda client: client.fetch_contributors("o", "r"), {"id": 1, "contributions": 2}),
    "releases": (lambda client: client.fetch_releases("o", "r"), {"id": 1, "tag_name": "v1"}),
    "issues": (_issues, ISSUE),
    "pulls": (_pulls, PULL),
}
SECOND = {"name": "b", "id": 2, "sha": "b2"}


@pytest.mark.parametrize("prefix", ["", "/api/v3"], ids=["github.com", "enterprise"])
@pytest.mark.parametrize("what", LISTINGS)
def test_the_listings_of_a_renamed_repository_are_found(make_client: MakeClient, what: str, prefix: str) -> None:
    """The old address leads to one by number, and so do the links of the pages."""
    call, row = LISTINGS[what]

    def choose(request: RawRequest) -> bytes:
        path, _, query = request.target.partition("?")
        by_number = f"{server.url}{prefix}/repositories/9/{what}?{query}"
        if path == f"{prefix}/repos/o/r/{what}":
            return http_response({"message": "Moved Permanently"}, status=301, headers={"Location": by_number})
        if path != f"{prefix}/repositories/9/{what}":
            return http_response({"message": "Not Found"}, status=404)
        if query.endswith("&page=2"):
            return http_response([{**row, **{key: value for key, value in SECOND.items() if key in row}}])
        return http_response(
            [row], headers={"Link": f'<{by_number}&page=2>; rel="next", <{by_number}&page=2>; rel="last"'}
        )

    with RawServer(route(choose)) as server:
        found: Any = result_of(make_client, server.url + prefix, call)
        targets = [request.target for request in server.requests]
    assert len(found) == 2
    assert len(targets) == 3
    assert all("per_page=100" in target for target in targets)
    assert len({target.partition("?")[2].removesuffix("&page=2") for target in targets}) == 1


def test_issues_that_are_turned_off_are_gone(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"message": "Issues are disabled for this repo"}, status=410))) as server:
        error = error_of(make_client, server.url, _issues)
    assert isinstance(error, NotFoundError)
    assert (error.code, error.status) == ("gone", 410)


def test_a_ref_that_there_is_not_is_not_found(make_client: MakeClient) -> None:
    with RawServer(always(http_response({"message": "Not Found"}, status=404))) as server:
        error = error_of(make_client, server.url, lambda client: client.fetch_commits("o", "r", ref="no-such"))
    assert isinstance(error, NotFoundError)


# -- arguments

NAIVE = datetime(2024, 1, 1)  # noqa: DTZ001  that is the point
LATE = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
BAD: dict[str, tuple[Callable[[GitHubClient], Any], str]] = {
    "state of issues": (lambda client: client.fetch_issues("o", "r", state="opened"), "'open' or 'closed' or 'all'"),
    "no state": (lambda client: client.fetch_issues("o", "r", state=None), "state must be"),
    "state of pulls": (lambda client: client.fetch_pull_requests("o", "r", state="merged"), "state must be"),
    "since of issues": (lambda client: client.fetch_issues("o", "r", since=NAIVE), "since must be a datetime with a"),
    "since": (lambda client: client.fetch_commits("o", "r", since=NAIVE), "since must be a datetime with a time zone"),
    "until": (lambda client: client.fetch_commits("o", "r", until=NAIVE), "until must be a datetime with a time zone"),
    "text": (lambda client: client.fetch_commits("o", "r", since="2024-01-01T00:00:00Z"), "since must be a datetime"),
    "no ref": (lambda client: client.fetch_commits("o", "r", ref=""), "ref must be text"),
    "ref": (lambda client: client.fetch_commits("o", "r", ref=7), "ref must be text"),
    "path": (lambda client: client.fetch_commits("o", "r", path=b"a"), "path must be text"),
    "surrogate": (lambda client: client.fetch_commits("o", "r", path="\ud800"), "path must be text"),
    "owner": (lambda client: client.fetch_tags("o/p", "r"), "owner must be a single name"),
    "repo": (lambda client: client.fetch_releases("o", ".."), "repo must be a single name"),
    "empty repo": (lambda client: client.fetch_languages("o", ""), "repo must not be empty"),
    "login": (lambda client: client.fetch_user("a/b"), "login must be a single name"),
    "name": (lambda client: client.fetch_organization("a?b"), "name must be a single name"),
    "out of range": (lambda client: client.fetch_issues("o", "r", since=LATE), "since is out of range in UTC"),
    "organization": (lambda client: client.fetch_members("a#b"), "organization must be a single name"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused_before_anything_is_sent(make_client: MakeClient, name: str) -> None:
    call, message = BAD[name]

    async def awaited(client: GitHubClient) -> object:
        return await call(client)

    with RawServer(always(http_response([]))) as server:
        error = error_of(make_client, server.url, awaited)
        assert server.connections == 0
    assert isinstance(error, ConfigurationError)
    assert message in error.message


# -- a server without rate limits


def test_a_token_is_good_on_a_server_that_has_no_rate_limits(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        good = request.headers["authorization"] == "Bearer good"
        return (
            http_response({"message": "Rate limiting is not enabled."}, status=404)
            if good
            else http_response({}, status=401)
        )

    with RawServer(route(choose)) as server:
        for token in ("good", "bad"):
            found = result_of(make_client, server.url, lambda client: client.validate_credentials(), token=token)
            assert found is (token == "good")
    assert {request.target for request in server.requests} == {"/rate_limit"}
