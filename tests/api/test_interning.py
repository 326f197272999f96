# ruff: noqa: D101  the tests explain each class
"""Interning: rows share equal nested objects of library models, which are immutable."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import DecodeFailure, ProviderType, RepoInfo, UserInfo
from gitfleet_api.backend import project
from gitfleet_api.decoding.decoder_cache import decoder_of_shape
from gitfleet_api.decoding.rows import RowDecoder
from gitfleet_api.providers.github import shapes as github_shapes
from gitfleet_api.providers.gitlab import shapes as gitlab_shapes
from support.reading import read_all


def _repo(number: int, owner: object) -> dict[str, object]:
    return {"id": number, "name": "n", "full_name": "o/n", "owner": owner}


def _owner(number: int, login: object = "o") -> dict[str, object]:
    return {"id": number, "login": login}


@pytest.fixture
def repos() -> RowDecoder[RepoInfo]:
    return RowDecoder(RepoInfo, github_shapes.REPO, {"provider_type": ProviderType.GITHUB})


def _columns(decoder: RowDecoder[Any], rows: list[dict[str, object]]) -> list[list[object]]:
    return project(rows, decoder.projection(many=True))


def test_equal_owners_are_one_object_within_a_page_and_across_pages(repos: RowDecoder[RepoInfo]) -> None:
    first, second, other = repos.build(_columns(repos, [_repo(1, _owner(5)), _repo(2, _owner(5)), _repo(3, _owner(6))]))
    assert first.owner == UserInfo(5, "o")
    assert second.owner is first.owner
    assert other.owner == UserInfo(6, "o")
    (later,) = repos.build(_columns(repos, [_repo(4, _owner(5))]))
    assert later.owner is first.owner


def test_owners_of_two_providers_are_two_objects() -> None:
    found = []
    for provider in (ProviderType.GITHUB, ProviderType.GITLAB):
        decoder = decoder_of_shape(RepoInfo, github_shapes.REPO, provider, include_raw=False)
        found += decoder.build(_columns(decoder, [_repo(1, _owner(5))]))
    assert [repo.owner.provider_type for repo in found if repo.owner] == ["github", "gitlab"]


def test_a_missing_owner_is_none_among_shared_owners(repos: RowDecoder[RepoInfo]) -> None:
    rows = [_repo(1, None), _repo(2, _owner(5)), _repo(3, None), _repo(4, _owner(5))]
    found = repos.build(_columns(repos, rows))
    assert [repo.owner and repo.owner.id for repo in found] == [None, 5, None, 5]


def test_an_invalid_owner_is_reported_with_its_row(repos: RowDecoder[RepoInfo]) -> None:
    rows = [_repo(1, _owner(5)), _repo(2, _owner(5)), _repo(3, _owner(5, None))]
    for _ in range(2):
        with pytest.raises(DecodeFailure, match=r'row 2: "owner\.login" is missing') as caught:
            repos.build(_columns(repos, rows))
        assert caught.value.row == 2


def test_at_most_300_objects_are_kept(repos: RowDecoder[RepoInfo]) -> None:
    before = _users_alive()
    for number in range(2000):
        (found,) = repos.build(_columns(repos, [_repo(1, _owner(number))]))
        assert found.owner == UserInfo(number, "o")
    assert _users_alive() - before <= 300


def _users_alive() -> int:
    return sum(type(item) is UserInfo for item in gc.get_objects())


@dataclass
class Owner:
    id: int


@dataclass
class Repo:
    id: int
    owner: Owner | None = None
    user: UserInfo | None = None


def test_objects_of_user_classes_are_never_shared() -> None:
    first, second = read_all(Repo, [{"id": 1, "owner": {"id": 5}}, {"id": 2, "owner": {"id": 5}}])
    assert first.owner == second.owner
    assert first.owner is not second.owner


def test_equal_values_of_different_types_are_not_shared() -> None:
    rows = [{"id": 1, "user": {"id": 1, "login": "a", "created_at": at}} for at in (1, True)]
    with pytest.raises(DecodeFailure, match=r'row 1: "user\.created_at"'):
        read_all(Repo, rows)


def test_gitlab_namespaces_are_shared_although_their_urls_are_computed_from_several_values() -> None:
    decoder = decoder_of_shape(RepoInfo, gitlab_shapes.REPO, ProviderType.GITLAB, include_raw=False)
    names = ("web_url", "avatar_url")
    space = {
        "id": 5,
        "name": "g",
        "path": "g",
        "full_path": "g",
        "kind": "group",
        **dict.fromkeys(names, "https://x/y"),
    }
    rows = [
        {"id": number, "name": "n", "path": "n", "path_with_namespace": "g/n", "namespace": space} for number in (1, 2)
    ]
    first, second = decoder.build(_columns(decoder, rows))
    assert first.owner == second.owner
    assert first.owner is second.owner is not None
