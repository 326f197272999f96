"""Names that Git and the providers allow: the server receives what the user gave."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitfleet_api import ConfigurationError
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/")


def _has_dots(name: str) -> bool:
    return any(part in (".", "..") for part in name.split("\\"))


NAMES = st.text(_CHARACTERS | st.sampled_from(" #?%&+;=.\\:@[]|\"'<>^`{}~"), min_size=1, max_size=12).filter(
    lambda name: not _has_dots(name)
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _sent(client: Any, calls: list[tuple[str, dict[str, str]]], seen: list[str]) -> list[str]:
    async def main() -> None:
        async with client:
            for path, given_names in calls:
                await client.request("GET", path, **given_names)

    run(main())
    return seen


def _recording(seen: list[str]) -> Any:
    def choose(request: RawRequest) -> bytes:
        seen.append(request.target)
        return http_response({})

    return route(choose)


@pytest.mark.parametrize(
    ("path", "names", "target"),
    [
        ("/labels/{name}", {"name": "good first issue"}, "/labels/good%20first%20issue"),
        ("/labels/{name}", {"name": "backport?"}, "/labels/backport%3F"),
        ("/branches/{name}", {"name": "fix#1"}, "/branches/fix%231"),
        ("/contents/{+path}", {"path": "docs/my file.md"}, "/contents/docs/my%20file.md"),
        ("/contents/{+path}", {"path": "C#/Program.cs"}, "/contents/C%23/Program.cs"),
        ("/contents/{+path}", {"path": "a\\b/..c/d..e"}, "/contents/a%5Cb/..c/d..e"),
        ("/contents/{+path}", {"path": "%2e%2e/%2F"}, "/contents/%252e%252e/%252F"),
        ("/commits/{+ref}/check-runs", {"ref": "fix/#123"}, "/commits/fix/%23123/check-runs"),
    ],
)
def test_a_name_is_encoded(make_client: MakeClient, path: str, names: dict[str, str], target: str) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server:
        assert _sent(make_client(server.url), [(path, names)], seen) == [target]


@SETTINGS
@given(names=st.lists(st.tuples(NAMES, PATHS), min_size=5, max_size=5))
def test_the_server_of_github_receives_the_names_that_were_given(
    make_client: MakeClient, names: list[tuple[str, str]]
) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server:
        calls = [("/labels/{name}/x/{+path}", {"name": name, "path": path}) for name, path in names]
        _sent(make_client(server.url), calls, seen)
    for (name, path), target in zip(names, seen, strict=True):
        parts = urlsplit(target)
        assert (parts.query, parts.fragment) == ("", "")
        received = [unquote(part) for part in parts.path.split("/")]
        assert received == ["", "labels", name, "x", *path.split("/")]


@SETTINGS
@given(paths=st.lists(PATHS, min_size=5, max_size=5))
def test_the_server_of_gitlab_receives_a_path_as_one_segment(engine: str, paths: list[str]) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server:
        calls = [("/projects/{id}/repository/files/{path}", {"id": "g/p.x", "path": path}) for path in paths]
        _sent(gitlab(engine, server.url), calls, seen)
    for path, target in zip(paths, seen, strict=True):
        assert target.startswith("/projects/g%2Fp%2Ex/repository/files/")
        assert unquote(target.rpartition("/")[2]) == path


def test_the_dots_of_a_single_name_are_sent_unchanged(engine: str) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server:
        path = "/projects/{id}/repository/branches/{branch}"
        _sent(gitlab(engine, server.url), [(path, {"id": "g/p.x", "branch": "2024.0"})], seen)
    assert seen == ["/projects/g%2Fp%2Ex/repository/branches/2024.0"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "..\\b", "a\\.", "a\nb", "\x00", "a\x7f", "\ud800"])
def test_a_name_that_would_change_the_path_is_refused_before_anything_is_sent(
    make_client: MakeClient, name: str
) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server, pytest.raises(ConfigurationError, match="name"):
        _sent(make_client(server.url), [("/labels/{name}", {"name": name})], seen)
    assert seen == []


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "a/../b", "./a", "..", "a/..\\c"])
def test_a_path_with_dot_segments_or_empty_ones_is_refused(engine: str, make_client: MakeClient, path: str) -> None:
    seen: list[str] = []
    with RawServer(_recording(seen)) as server:
        with pytest.raises(ConfigurationError, match="path"):
            _sent(make_client(server.url), [("/contents/{+path}", {"path": path})], seen)
        with pytest.raises(ConfigurationError, match="path"):
            _sent(gitlab(engine, server.url), [("/files/{path}", {"path": path})], seen)
    assert seen == []


def test_a_renamed_project_with_a_dot_in_its_old_name_is_found(engine: str) -> None:
    """GitLab redirects to ``42.name`` for ``old.name``, and to ``42`` for ``old%2Ename``."""

    def choose(request: RawRequest) -> bytes:
        asked = request.target.partition("?")[0].rpartition("/projects/")[2]
        if asked == "42":
            return http_response({"id": 42, "path": "new", "path_with_namespace": "team/new"})
        if asked.lower() in ("team%2fold.name", "team%2fold%2ename"):
            place = f"{server.url}/projects/{'42' if '%2E' in asked else '42.name'}"
            return http_response({"message": "moved"}, status=301, headers={"Location": place})
        return http_response({"message": "404 Project Not Found"}, status=404)

    async def main() -> Any:
        async with gitlab(engine, server.url) as client:
            return await client.fetch_repository_details("team", "old.name")

    with RawServer(route(choose)) as server:
        assert run(main()).full_name == "team/new"
