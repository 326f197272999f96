"""GraphQL: the same data and the same permissions as with REST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from gitfleet_testing import Fleet, Forge


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_user("stranger")
    fleet.add_organization("tools")
    fleet.add_repository(
        "tools", "saw", stars=7, language="Go", topics=("metal", "wood"), issues=9, pulls=4, open_issues=6
    )
    fleet.add_repository("tools", "hidden", private=True)
    fleet.add_repository("tools", "inside", internal=True, private=True)
    with Forge(fleet) as running:
        running.add_token("stranger-token", login="stranger")
        yield running


def _post(url: str, query: str, headers: dict[str, str], **variables: Any) -> tuple[int, Any, dict[str, str]]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = Request(url, body, {"content-type": "application/json", **headers})  # noqa: S310  # the URL of a forge
    try:
        with urlopen(request) as answer:  # noqa: S310
            return answer.status, json.load(answer), {key.lower(): value for key, value in answer.headers.items()}
    except HTTPError as error:
        with error:
            return error.code, json.load(error), {key.lower(): value for key, value in error.headers.items()}


def _github(forge: Forge, query: str, token: str | None = None, **variables: Any) -> tuple[int, Any, dict[str, str]]:
    return _post(f"{forge.url}/graphql", query, {"authorization": f"bearer {token or forge.token}"}, **variables)


def _gitlab(forge: Forge, query: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    return _post(forge.gitlab_url.replace("/v4", "/graphql"), query, headers)


def test_counts_languages_and_topics_are_those_of_the_fleet(forge: Forge) -> None:
    query = """
    { repository(owner: "TOOLS", name: "Saw") {
        nameWithOwner
        stargazerCount
        issues(states: OPEN) { totalCount }
        pullRequests(states: OPEN) { totalCount }
        all: issues(first: 100) { totalCount nodes { number state title } }
        languages(first: 10) { totalSize edges { size node { name } } }
        repositoryTopics(first: 1) { totalCount nodes { topic { name } } pageInfo { hasNextPage } }
    } }
    """
    _, answer, _ = _github(forge, query)
    found = answer["data"]["repository"]
    history = forge.fleet.history(forge.fleet.repository("tools/saw"))
    assert found["nameWithOwner"] == "tools/saw"
    assert found["stargazerCount"] == 7
    assert found["issues"]["totalCount"] + found["pullRequests"]["totalCount"] == 6
    assert found["all"]["totalCount"] == len(found["all"]["nodes"]) == 9
    assert {edge["node"]["name"]: edge["size"] for edge in found["languages"]["edges"]} == history.languages
    assert found["repositoryTopics"] == {
        "totalCount": 2,
        "nodes": [{"topic": {"name": "metal"}}],
        "pageInfo": {"hasNextPage": True},
    }


def test_a_query_does_not_find_invisible_repositories(forge: Forge) -> None:
    query = """{
      repository(owner: "tools", name: "hidden") { name }
      organization(login: "tools") { repositories { totalCount } }
    }"""
    status, answer, _ = _github(forge, query, "stranger-token")
    assert status == 200
    ((error),) = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["repository"])
    assert answer["data"] == {"repository": None, "organization": {"repositories": {"totalCount": 1}}}
    _, answer, _ = _github(forge, query)
    assert answer["data"]["organization"]["repositories"]["totalCount"] == 3


def test_graphql_has_a_separate_rate_limit(forge: Forge) -> None:
    _, answer, headers = _github(forge, "{ rateLimit { limit remaining } }")
    assert headers["x-ratelimit-resource"] == "graphql"
    assert answer["data"]["rateLimit"] == {"limit": 5000, "remaining": 5000}
    assert headers["x-ratelimit-remaining"] == "4999"
    forge.limit(forge.token, resource="graphql", remaining=0)
    status, answer, _ = _github(forge, "{ viewer { login } }")
    assert (status, answer["errors"][0]["type"]) == (200, "RATE_LIMITED")


def test_github_sends_403_without_a_token_and_401_for_an_unknown_one(forge: Forge) -> None:
    assert _post(f"{forge.url}/graphql", "{ viewer { login } }", {})[0] == 403
    assert _github(forge, "{ viewer { login } }", "nobodys")[0] == 401


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ("", "MISSING_PAGINATION_BOUNDARIES"),
        ("(first: 101)", "EXCESSIVE_PAGINATION"),
        ('(first: 1, after: "x")', "INVALID_CURSOR_ARGUMENTS"),
    ],
)
def test_invalid_page_arguments_are_errors(forge: Forge, arguments: str, kind: str) -> None:
    query = f'{{ organization(login: "tools") {{ repositories{arguments} {{ nodes {{ name }} }} }} }}'
    assert _github(forge, query)[1]["errors"][0]["type"] == kind


def test_pages_run_in_both_directions(forge: Forge) -> None:
    query = """
    query($last: Int, $before: String) {
      organization(login: "tools") {
        repositories(last: $last, before: $before, orderBy: {field: NAME, direction: ASC}) {
          nodes { name } pageInfo { startCursor hasPreviousPage }
        }
      }
    }
    """
    _, answer, _ = _github(forge, query, last=2)
    first = answer["data"]["organization"]["repositories"]
    assert [node["name"] for node in first["nodes"]] == ["inside", "saw"]
    _, answer, _ = _github(forge, query, last=2, before=first["pageInfo"]["startCursor"])
    rest = answer["data"]["organization"]["repositories"]
    assert [node["name"] for node in rest["nodes"]] == ["hidden"]
    assert rest["pageInfo"]["hasPreviousPage"] is False


def test_gitlab_serves_the_same_projects_with_gitlabs_permissions(forge: Forge) -> None:
    query = '{ projects(fullPaths: ["tools/saw", "tools/hidden", "tools/inside", "no/ne"]) { nodes { fullPath } } }'

    def paths(**headers: str) -> set[str]:
        return {node["fullPath"] for node in _gitlab(forge, query, **headers)[1]["data"]["projects"]["nodes"]}

    assert paths() == {"tools/saw"}
    assert paths(**{"private-token": "stranger-token"}) == {"tools/saw", "tools/inside"}
    assert paths(authorization=f"Bearer {forge.token}") == {"tools/saw", "tools/inside", "tools/hidden"}


def test_gitlab_counts_queries_like_other_requests(forge: Forge) -> None:
    _, _, headers = _gitlab(forge, "{ currentUser { username } }", **{"private-token": forge.token})
    assert headers["ratelimit-remaining"] == "4999"
    forge.limit(forge.token, resource="gitlab", remaining=0)
    request = Request(  # noqa: S310
        forge.gitlab_url.replace("/v4", "/graphql"),
        b'{"query": "{ currentUser { username } }"}',
        {"private-token": forge.token},
    )
    with pytest.raises(HTTPError) as caught:
        urlopen(request)  # noqa: S310
    with caught.value:
        assert caught.value.code == 429


def test_a_forge_with_the_enterprise_prefix_serves_both_at_one_url() -> None:
    with Forge(prefix="/api/v3") as forge:
        url = forge.gitlab_url.replace("/v4", "/graphql")
        asked = _post(url, "{ viewer { login } }", {"authorization": f"bearer {forge.token}"})
        assert asked[1]["data"] == {"viewer": {"login": "fleet-admin"}}
        asked = _post(url, "{ currentUser { username } }", {"private-token": forge.token})
        assert asked[1]["data"] == {"currentUser": {"username": "fleet-admin"}}


@pytest.mark.parametrize(
    ("way", "status", "words"),
    [(502, 502, "timeout"), (504, 504, "timeout"), ("timedout", 200, "timedout"), ("complexity", 200, "complexity")],
)
def test_queries_above_the_limit_of_repositories_fail(forge: Forge, way: Any, status: int, words: str) -> None:
    forge.graphql.time_out(above=1, failure=way)
    one = 'repository(owner: "tools", name: "saw") { name }'
    assert _github(forge, f"{{ {one} }}")[0] == 200
    got, answer, _ = _github(forge, f"{{ a: {one} b: {one} }}")
    assert got == status
    assert words in answer["errors"][0]["message"]
    forge.graphql.time_out(above=None)
    assert "errors" not in _github(forge, f"{{ a: {one} b: {one} }}")[1]


def test_graphql_settings_reject_invalid_arguments(forge: Forge) -> None:
    with pytest.raises(ValueError, match="negative"):
        forge.graphql.time_out(above=-1)
    with pytest.raises(ValueError, match="failure"):
        forge.graphql.time_out(above=1, failure="never")  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"{}", b'{"query": 5}'])
def test_a_body_without_a_query_is_a_bad_request(forge: Forge, body: bytes) -> None:
    request = Request(f"{forge.url}/graphql", body, {"authorization": f"bearer {forge.token}"})  # noqa: S310
    with pytest.raises(HTTPError) as caught:
        urlopen(request)  # noqa: S310
    with caught.value:
        assert caught.value.code == 400


def test_mutations_are_writes_and_queries_are_not(forge: Forge) -> None:
    _, answer, _ = _github(forge, '{ repository(owner: "tools", name: "saw") { id } }')
    assert not forge.writes
    star = "mutation($id: ID!) { addStar(input: {starrableId: $id}) { starrable { stargazerCount } } }"
    _github(forge, star, id=answer["data"]["repository"]["id"])
    assert [write.path for write in forge.writes] == ["/graphql"]
    assert forge.fleet.repository("tools/saw").stars == 8


# -- faults

NAMED = (
    "query($o: String!, $n: String!) { a: repository(owner: $o, name: $n) { name stargazerCount licenseInfo { key } } }"
)
PROJECTS = '{ projects(fullPaths: ["tools/saw"]) { nodes { fullPath openIssuesCount } } }'


def test_a_repository_can_be_left_out_without_an_error(forge: Forge) -> None:
    forge.graphql.leave_out("Tools/Saw")
    assert _github(forge, NAMED, o="tools", n="saw")[1] == {"data": {"a": None}}
    assert _gitlab(forge, PROJECTS)[1] == {"data": {"projects": {"nodes": []}}}
    forge.graphql.leave_out()
    assert _github(forge, NAMED, o="tools", n="saw")[1]["data"]["a"]["name"] == "saw"


def test_a_field_of_one_repository_can_fail(forge: Forge) -> None:
    forge.graphql.break_field("Repository", "licenseInfo", "tools/saw", "broken")
    _, body, _ = _github(forge, NAMED, o="tools", n="saw")
    assert body["data"]["a"] == {"name": "saw", "stargazerCount": 7, "licenseInfo": None}
    assert [(error["message"], error["path"]) for error in body["errors"]] == [("broken", ["a", "licenseInfo"])]
    forge.graphql.break_field("Project", "openIssuesCount", "tools/saw")
    _, body, _ = _gitlab(forge, PROJECTS)
    assert body["data"]["projects"]["nodes"] == [{"fullPath": "tools/saw", "openIssuesCount": None}]
    assert body["errors"][0]["path"] == ["projects", "nodes", 0, "openIssuesCount"]


def test_a_field_that_can_not_be_null_and_fails_makes_its_repository_null(forge: Forge) -> None:
    forge.graphql.break_field("Repository", "stargazerCount", "tools/saw")
    _, body, _ = _github(forge, NAMED, o="tools", n="saw")
    assert body["data"] == {"a": None}
    assert body["errors"][0]["path"] == ["a", "stargazerCount"]


def test_a_schema_can_lack_fields_as_an_older_one(forge: Forge) -> None:
    forge.graphql.remove_fields("Repository", "licenseInfo")
    status, body, _ = _github(forge, NAMED, o="tools", n="saw")
    (error,) = body["errors"]
    assert (status, "data" in body) == (200, False)
    assert error["message"] == "Field 'licenseInfo' doesn't exist on type 'Repository'"
    assert error["extensions"]["code"] == "undefinedField"
    forge.graphql.remove_fields("Repository")
    assert "errors" not in _github(forge, NAMED, o="tools", n="saw")[1]


def test_queries_can_go_wrong_with_status_200(forge: Forge) -> None:
    forge.graphql.fail_next(2)
    results = [_github(forge, NAMED, o="tools", n="saw") for _ in range(3)]
    assert [status for status, _, _ in results] == [200, 200, 200]
    assert [body["data"] is None for _, body, _ in results] == [True, True, False]
    assert "went wrong" in results[0][1]["errors"][0]["message"]
    with pytest.raises(ValueError, match="negative"):
        forge.graphql.fail_next(-1)


def test_tags_releases_and_commits_are_counted() -> None:
    fleet = Fleet()
    fleet.add_user("stranger")
    fleet.add_organization("tools")
    fleet.add_repository("tools", "saw", branches=7, tags=5, releases=3, commits=112)
    fleet.add_release("tools/saw", "v-next", draft=True)
    fleet.add_repository("tools", "bare", empty=True)
    query = """
    query($name: String!) { repository(owner: "tools", name: $name) {
        heads: refs(refPrefix: "refs/heads/") { totalCount }
        tags: refs(refPrefix: "refs/tags/", first: 1) { totalCount nodes { name prefix target { oid } } }
        all: refs(refPrefix: "refs/") { totalCount }
        releases { totalCount }
        defaultBranchRef { target { ... on Commit { history { totalCount } } } }
    } }
    """
    with Forge(fleet) as forge:
        forge.add_token("stranger-token", login="stranger")
        found = _github(forge, query, name="saw")[1]["data"]["repository"]
        seen_by_others = _github(forge, query, "stranger-token", name="saw")[1]["data"]["repository"]
        empty = _github(forge, query, name="bare")[1]["data"]["repository"]
    tag = fleet.history(fleet.repository("tools/saw")).tags[0]
    assert found["heads"]["totalCount"] == 7
    assert found["tags"] == {
        "totalCount": 5,
        "nodes": [{"name": tag.name, "prefix": "refs/tags/", "target": {"oid": tag.sha}}],
    }
    assert found["all"]["totalCount"] == 12
    published = sum(not item.draft for item in fleet.history(fleet.repository("tools/saw")).releases)
    assert (found["releases"]["totalCount"], seen_by_others["releases"]["totalCount"]) == (4, published)
    assert published < 4
    assert found["defaultBranchRef"]["target"]["history"]["totalCount"] == 112
    assert empty["defaultBranchRef"] is None
    assert empty["tags"]["totalCount"] == 0
