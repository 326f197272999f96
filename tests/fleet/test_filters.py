"""Which repositories belong to a fleet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, RepoInfo
from gitfleet_fleet import Fleet
from gitfleet_fleet.filters import FilterOptions, UnknownFieldError, filters_of

DAY = datetime(2026, 5, 4, tzinfo=UTC)
REPO = RepoInfo(
    id=1,
    name="Core-API",
    full_name="Acme/Core-API",
    archived=False,
    fork=False,
    visibility="public",
    language="Python",
    topics=("HTTP", "server"),
    pushed_at=DAY,
)


@pytest.mark.parametrize(
    ("options", "belongs"),
    [
        ({}, True),
        ({"archived": False, "fork": False}, True),
        ({"archived": True}, False),
        ({"fork": True}, False),
        ({"visibility": "PUBLIC"}, True),
        ({"visibility": ["private", "internal"]}, False),
        ({"language": "python"}, True),
        ({"language": ["Rust", "Go"]}, False),
        ({"topic": "http"}, True),
        ({"topic": ["cli", "Server"]}, True),
        ({"topic": "cli"}, False),
        ({"pushed_before": DAY}, False),
        ({"pushed_before": DAY + timedelta(seconds=1)}, True),
        ({"pushed_after": DAY}, True),
        ({"pushed_after": DAY + timedelta(seconds=1)}, False),
        ({"name": "core-*"}, True),
        ({"name": "core"}, False),
        ({"name": "acme/core-*"}, True),
        ({"name": ["*-cli", "*-api"]}, True),
        ({"where": lambda repo: repo.id == 1}, True),
        ({"where": lambda repo: repo.id == 2}, False),
        ({"archived": False, "language": "Rust"}, False),
    ],
)
def test_a_repository_belongs_if_every_filter_accepts_it(options: FilterOptions, belongs: bool) -> None:
    assert filters_of(options).accepts(REPO) is belongs


def test_a_repository_without_pushes_is_older_than_any_time() -> None:
    never = RepoInfo(2, "empty", "acme/empty")
    assert filters_of({"pushed_before": DAY}).accepts(never)
    assert not filters_of({"pushed_after": DAY}).accepts(never)


def test_a_repository_without_a_language_has_none_of_the_wanted_ones() -> None:
    assert not filters_of({"language": "Python"}).accepts(RepoInfo(2, "docs", "acme/docs"))


@pytest.mark.parametrize("options", [{"archived": False}, {"fork": False}, {"visibility": "public"}, {"topic": "x"}])
def test_a_field_that_the_provider_did_not_send_is_no_value(options: FilterOptions) -> None:
    with pytest.raises(UnknownFieldError, match="the provider did not send"):
        filters_of(options).accepts(RepoInfo(2, "odd", "acme/odd"))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"archived": "no"}, "archived must be True, False or None"),
        ({"fork": 1}, "fork must be True, False or None"),
        ({"visibility": "secret"}, "visibility must be one of public, private, internal"),
        ({"language": ["Python", None]}, "language must be text or a list of texts"),
        ({"topic": ""}, "topic must be text"),
        ({"name": []}, "name is an empty list"),
        ({"name": 5}, "name must be text"),
        ({"pushed_before": datetime(2026, 5, 4)}, "pushed_before must be a datetime with a time zone"),  # noqa: DTZ001
        ({"pushed_after": timedelta(days=90)}, "pushed_after must be a datetime with a time zone"),
        ({"where": "x"}, "where must be a function of a RepoInfo, not str"),
    ],
)
def test_an_invalid_value_is_refused(options: Any, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        Fleet("github:python", clients=GitHubClient(), **options)


def test_a_filter_on_what_a_provider_never_lists_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="GitLab's listings have no language"):
        Fleet("gitlab:gnome", clients=GitLabClient(), language="C")


def test_an_unknown_filter_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="stars"):
        Fleet("github:python", clients=GitHubClient(), stars=5)  # type: ignore[call-arg]
