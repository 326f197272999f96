"""Recorded commits, collaborators and members of the real services in the models of the calls that audits need."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_api import ProviderType
from gitfleet_api.backend import project
from gitfleet_api.client import Shape
from gitfleet_api.decoding.decoder_cache import decoder_of_shape
from gitfleet_api.providers.github import audit_shapes as github
from gitfleet_api.providers.gitlab import audit_shapes as gitlab
from support.recorded import Entry, entries, parameters

_MOST_FILES = 300
"""Number of files of a commit in one response."""


def _recorded(service: str, kind: str) -> list[Any]:
    found = [entry for entry in entries(service, "index") if entry.kind == kind and entry.status == 200]
    return parameters([entry for entry in found if isinstance(_body(entry), list | dict)])


def _body(entry: Entry) -> object:
    body = entry.exchanges[0]["response"]["body"]
    try:
        return entry.body if isinstance(body, str) else body
    except ValueError:  # a difference as text
        return None


def _decoded(shape: Shape, rows: object, provider: ProviderType) -> list[Any]:
    decoder = decoder_of_shape(shape.model, shape, provider, include_raw=False)
    return decoder.build(project(rows, decoder.projection(many=True)))


@pytest.mark.parametrize("entry", _recorded("github", "commit"))
def test_a_recorded_commit_of_github_has_the_lines_of_its_files(entry: Entry) -> None:
    body: Any = _body(entry)
    if "stats" not in body:
        assert "/git/commits/" in entry.url
        return
    [commit] = _decoded(github.COMMIT_DETAILS, [body], ProviderType.GITHUB)
    files = _decoded(github.CHANGED_FILE, body["files"], ProviderType.GITHUB)
    assert (commit.sha, commit.additions, commit.deletions) == (
        body["sha"],
        body["stats"]["additions"],
        body["stats"]["deletions"],
    )
    assert commit.verified is body["commit"].get("verification", {}).get("verified")
    assert [file.path for file in files] == [file["filename"] for file in body["files"]]
    if len(files) < _MOST_FILES:
        assert sum(file.additions for file in files) == commit.additions
        assert sum(file.deletions for file in files) == commit.deletions


@pytest.mark.parametrize("entry", _recorded("gitlab", "commit"))
def test_a_recorded_commit_of_gitlab_has_its_lines(entry: Entry) -> None:
    body: Any = _body(entry)
    [commit] = _decoded(gitlab.COMMIT_DETAILS, [body], ProviderType.GITLAB)
    assert (commit.sha, commit.additions, commit.deletions) == (
        body["id"],
        body["stats"]["additions"],
        body["stats"]["deletions"],
    )


@pytest.mark.parametrize("entry", _recorded("github", "collaborators"))
def test_recorded_collaborators_of_github_have_the_role_of_their_rights(entry: Entry) -> None:
    body: Any = _body(entry)
    found = _decoded(github.COLLABORATOR, body, ProviderType.GITHUB)
    assert [row.login for row in found] == [row["login"] for row in body]
    for row, origin in zip(found, body, strict=True):
        rights = origin.get("permissions")
        assert rights is not None
        assert (row.can_push, row.can_administer) == (rights["push"], rights["admin"])
        assert (row.role == "admin") == rights["admin"]
        assert row.role in ("admin", "maintain", "write", "triage", "read")


@pytest.mark.parametrize("entry", _recorded("gitlab", "members"))
def test_recorded_members_of_gitlab_have_the_role_of_their_level(entry: Entry) -> None:
    body: Any = _body(entry)
    found = _decoded(gitlab.COLLABORATOR, body, ProviderType.GITLAB)
    assert [(row.login, row.access_level) for row in found] == [(row["username"], row["access_level"]) for row in body]
    roles = {10: "guest", 20: "reporter", 30: "developer", 40: "maintainer", 50: "owner"}
    assert [row.role for row in found] == [roles[row["access_level"]] for row in body]
