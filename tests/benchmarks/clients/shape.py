"""The structs for msgspec: the fields of GitFleet's models, with dates as datetime."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

PAGE = re.compile(r'[?&]page=(\d+)[^>]*>; rel="last"')


class Owner(msgspec.Struct):
    """The owner of a repository."""

    id: int
    login: str
    type: str
    avatar_url: str | None = None
    html_url: str | None = None


class Repo(msgspec.Struct, kw_only=True):
    """A repository in a listing."""

    id: int
    name: str
    full_name: str
    owner: Owner | None = None
    description: str | None = None
    html_url: str | None = None
    clone_url: str | None = None
    ssh_url: str | None = None
    default_branch: str | None = None
    language: str | None = None
    private: bool | None = None
    visibility: str | None = None
    fork: bool | None = None
    archived: bool | None = None
    stargazers_count: int | None = None
    watchers_count: int | None = None
    forks_count: int | None = None
    open_issues_count: int | None = None
    size: int | None = None
    topics: tuple[str, ...] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    pushed_at: datetime | None = None


class License(msgspec.Struct):
    """A licence."""

    spdx_id: str | None = None


class Name(msgspec.Struct):
    """A repository that another one comes from."""

    full_name: str


class Details(Repo, kw_only=True):
    """A repository in a single response."""

    homepage: str | None = None
    license: License | None = None
    disabled: bool | None = None
    is_template: bool | None = None
    allow_forking: bool | None = None
    has_issues: bool | None = None
    has_wiki: bool | None = None
    has_projects: bool | None = None
    has_discussions: bool | None = None
    subscribers_count: int | None = None
    parent: Name | None = None
    source: Name | None = None


read_page = msgspec.json.Decoder(list[Repo]).decode
read_details = msgspec.json.Decoder(Details).decode
