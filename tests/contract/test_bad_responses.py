"""Successful answers with bodies that are not what was promised."""

from __future__ import annotations

import pytest

from gitfleet_api import BranchInfo, DecodeError, GitHubClient, ProviderType, RepoDetails
from support.clients import MakeClient
from support.failing import REPO, TOKEN, Call, branches, details, error_of, result_of
from support.raw_server import RawServer, always, http_response

JSON = "decode_json"
SHAPE = "decode_shape"

ONE: dict[str, tuple[object, str, int | None, str | None]] = {
    "an empty body": (b"", JSON, None, None),
    "HTML": ("<!DOCTYPE html><p>Oops", JSON, None, None),
    "half an object": ('{"id": 1, "name": "r"', JSON, None, None),
    "two objects": ("{}{}", JSON, None, None),
    "bad UTF-8": (b'{"name": "\xff"}', JSON, None, None),
    "null": (None, SHAPE, 0, None),
    "a list": ([REPO], SHAPE, 0, None),
    "a string": ("moved", JSON, None, None),
    "a JSON string": ('"moved"', SHAPE, 0, None),
    "an empty object": ({}, SHAPE, 0, "id"),
    "a null where a value is required": ({**REPO, "full_name": None}, SHAPE, 0, "full_name"),
    "an id that is text": ({**REPO, "id": "1"}, SHAPE, 0, "id"),
    "an id that is true": ({**REPO, "id": True}, SHAPE, 0, "id"),
    "an id that is a float": ({**REPO, "id": 1.0}, SHAPE, 0, "id"),
    "a name that is a number": ({**REPO, "name": 5}, SHAPE, 0, "name"),
    "a flag that is a number": ({**REPO, "fork": 0}, SHAPE, 0, "fork"),
    "an owner that is a name": ({**REPO, "owner": "o"}, SHAPE, 0, "owner.id"),
    "an owner without an id": ({**REPO, "owner": {"login": "o"}}, SHAPE, 0, "owner.id"),
    "a time that is none": ({**REPO, "created_at": "yesterday"}, SHAPE, 0, "created_at"),
    "topics that are no list": ({**REPO, "topics": "a, b"}, SHAPE, 0, "topics"),
    "topics that are no names": ({**REPO, "topics": ["a", 1]}, SHAPE, 0, "topics"),
}

MANY: dict[str, tuple[object, str, int | None, str | None]] = {
    "an empty body": (b"", JSON, None, None),
    "an object": ({"message": "hello"}, SHAPE, None, None),
    "null": (None, SHAPE, None, None),
    "half a list": ('[{"name": "a"}', JSON, None, None),
    "a row that is null": ([{"name": "a"}, None], SHAPE, 1, None),
    "a row that is text": (["a"], SHAPE, 0, None),
    "a bad value in the third row": ([{"name": "a"}, {"name": "b"}, {"name": []}], SHAPE, 2, "name"),
    "a required value missing in the second row": ([{"name": "a"}, {}], SHAPE, 1, "name"),
    "a bad value below an object": ([{"name": "a", "commit": {"sha": 1}}], SHAPE, 0, "commit.sha"),
    "no object where one should be": ([{"name": "a", "commit": "abc"}], SHAPE, 0, "commit.sha"),
}


def _check(make_client: MakeClient, call: Call, said: tuple[object, str, int | None, str | None]) -> DecodeError:
    body, code, row, field = said
    with RawServer(always(http_response(body, headers={"X-GitHub-Request-Id": "A:B:1"}))) as server:
        error = error_of(make_client, server.url, call)
    assert type(error) is DecodeError
    assert (error.code, error.row, error.field) == (code, row, field)
    assert error.url is not None
    assert error.url.startswith(f"{server.url}/repos/o/r")
    assert error.url in str(error)
    assert (error.status, error.provider_type, error.request_id) == (200, ProviderType.GITHUB, "A:B:1")
    assert field is None or f'"{field.partition(".")[0]}' in str(error)
    assert code != JSON or "the body is not JSON" in str(error) or "the body is not UTF-8" in str(error)
    return error


@pytest.mark.parametrize("said", ONE.values(), ids=ONE.keys())
def test_a_body_that_is_not_the_object_is_an_error_with_its_place(
    make_client: MakeClient, said: tuple[object, str, int | None, str | None]
) -> None:
    _check(make_client, details, said)


@pytest.mark.parametrize("said", MANY.values(), ids=MANY.keys())
def test_a_body_that_is_not_the_list_is_an_error_with_its_place(
    make_client: MakeClient, said: tuple[object, str, int | None, str | None]
) -> None:
    _check(make_client, branches, said)


WORDS: dict[str, tuple[Call, object, str]] = {
    "a row that is a number": (details, 5, "row 0 should be an object, found an int"),
    "a value of another type": (details, {**REPO, "name": 5}, 'row 0: "name" should be a string, found an int'),
    "a float": (details, {**REPO, "name": 1.5}, 'row 0: "name" should be a string, found a float'),
    "a flag": (details, {**REPO, "fork": 0}, 'row 0: "fork" should be a bool, found an int'),
    "no object on the path": (details, {**REPO, "owner": True}, '"owner" should be an object, found a bool'),
    "no list": (branches, {"message": "hello"}, "the document should be an array of rows, found an object"),
    "deep nesting": (branches, "[" * 600 + "]" * 600, "the body is nested too deeply: more than 512 levels"),
    "no UTF-8": (details, b'{"name": "\xff"}', "the body is not UTF-8"),
    "no JSON": (details, "Oops", "the body is not JSON: "),
}


@pytest.mark.parametrize(("call", "body", "words"), WORDS.values(), ids=WORDS.keys())
def test_both_engines_describe_a_wrong_body_in_the_same_words(
    make_client: MakeClient, call: Call, body: object, words: str
) -> None:
    with RawServer(always(http_response(body))) as server:
        error = error_of(make_client, server.url, call)
    assert isinstance(error, DecodeError)
    assert words in str(error)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "the document should be an object, found an array"),
        ({}, '"items" is missing'),
        ({"items": {}}, '"items" should be an array of rows, found an object'),
    ],
)
def test_both_engines_describe_missing_rows_in_the_same_words(
    make_client: MakeClient, body: object, words: str
) -> None:
    async def search(client: GitHubClient) -> object:
        return await client.fetch_all("/search/things", BranchInfo, at="items")

    with RawServer(always(http_response(body))) as server:
        error = error_of(make_client, server.url, search)
    assert isinstance(error, DecodeError)
    assert f": {words}" in str(error)


def test_bad_json_is_shown_with_its_offset_and_the_start_of_the_body(make_client: MakeClient) -> None:
    error = _check(make_client, details, ('{"id": 1, oops <b>}' + "x" * 1000, JSON, None, None))
    assert error.byte == 10
    assert "oops <b>" in str(error)
    assert len(str(error)) < 500


def test_a_broken_later_page_is_named_by_its_own_url(make_client: MakeClient) -> None:
    first = http_response(
        [{"name": "a", "commit": {"sha": "c"}}], headers={"Link": '</repos/o/r/branches?page=2>; rel="next"'}
    )
    with RawServer(always(first, http_response([{"name": 5}]))) as server:
        error = error_of(make_client, server.url, branches)
    assert isinstance(error, DecodeError)
    assert (error.url, error.row, error.field) == (f"{server.url}/repos/o/r/branches?page=2", 0, "name")


def test_an_object_without_content_is_an_error(make_client: MakeClient) -> None:
    with RawServer(always(http_response(status=204))) as server:
        error = error_of(make_client, server.url)
    assert isinstance(error, DecodeError)
    assert (error.code, error.status) == ("decode_json", 204)


def test_a_list_without_content_is_empty(make_client: MakeClient) -> None:
    with RawServer(always(http_response(status=204))) as server:
        assert result_of(make_client, server.url, branches) == []


def test_unexpected_values_do_no_harm(make_client: MakeClient) -> None:
    body = {
        **REPO,
        "owner": None,
        "topics": None,
        "license": None,
        "parent": {"full_name": None},
        "x": [1, {"y": 2}],
    }
    with RawServer(always(http_response(body))) as server:
        found = result_of(make_client, server.url)
    assert found == RepoDetails(id=1, name="r", full_name="o/r")


def test_a_byte_order_mark_and_a_wrong_content_type_do_no_harm(make_client: MakeClient) -> None:
    body = b'\xef\xbb\xbf[{"name": "main", "commit": {"sha": "c"}}]\n'
    with RawServer(always(http_response(body, headers={"content-type": "text/plain; charset=latin-1"}))) as server:
        found = result_of(make_client, server.url, branches)
    assert found == [BranchInfo(name="main", commit_sha="c")]


def test_an_error_shows_no_token_that_was_sent(make_client: MakeClient) -> None:
    with RawServer(always(http_response("<html>"))) as server:
        error = error_of(make_client, server.url)
    assert TOKEN not in repr(error)
    assert TOKEN in server.requests[0].headers["authorization"]
