"""The routes of branches, commits, tags, releases, languages, license, contributors, stargazers and forks."""

from __future__ import annotations

import base64
from datetime import datetime

from ...data.hosts import WEB
from ...data.ids import fake_sha
from ...data.models import Repository
from ...data.records import Commit
from ...http.messages import Response, json_response
from .. import accounts, errors, repositories
from ..time_parameters import Instant, instant
from ..urls import Json
from ..visibility import role, visible
from . import commits, releases
from .request_context import RequestContext

__all__ = [
    "branch",
    "branches",
    "commit",
    "contributors",
    "forks",
    "languages",
    "licence",
    "listed_commits",
    "listed_releases",
    "release",
    "stargazers",
    "tags",
    "topics",
]

_BRANCH_DOCS = "https://docs.github.com/rest/branches/branches#get-a-branch"
_STARS = "application/vnd.github.star+json"


def branches(context: RequestContext) -> Response:
    """The branches, filtered by ``protected``."""
    protected = {"true": True, "false": False}.get(context.parameters.get("protected", ""))
    chosen = [item for item in context.repository.branches if protected in (None, item.protected)]
    return context.pages(chosen, lambda branch: commits.listed_branch(branch, context.repository, context.urls))


def branch(context: RequestContext, name: str) -> Response:
    """One branch."""
    found = next((branch for branch in context.repository.branches if branch.name == name), None)
    found_commits = None if found is None else context.history.commits_from(context.repository, name)
    if found is None or found_commits is None:
        return errors.failure(404, "Branch not found", _BRANCH_DOCS)
    return json_response(commits.single_branch(found, found_commits[0], context))


def contributors(context: RequestContext) -> Response:
    """The contributors; those without an account only with ``anon``."""
    if context.repository.empty:
        return Response(204)
    anonymous = context.parameters.get("anon") in ("1", "true")
    people = [person for person in context.repository.contributors if anonymous or person.login is not None]
    return context.pages(
        people,
        lambda person: commits.contributor(
            person, context.fleet.account(person.login) if person.login else None, context.urls
        ),
    )


def listed_commits(context: RequestContext) -> Response:
    """The commits of the ref ``sha``, filtered by ``since``, ``until``, ``path`` and ``author``."""
    if context.repository.empty:
        return errors.empty_repository()
    parameters = context.parameters
    found_commits = context.history.commits_from(context.repository, parameters.get("sha") or None)
    if found_commits is None:
        return errors.not_found("https://docs.github.com/rest/commits/commits#list-commits")
    since, until = instant(parameters, "since"), instant(parameters, "until")
    for name, value in (("since", since), ("until", until)):
        if value is Instant.INVALID:
            return errors.invalid("Commit", name, "invalid")
    path, author = parameters.get("path", "").strip("/"), parameters.get("author", "").lower()
    chosen = [
        commit
        for commit in found_commits
        if _within(commit, since, until)
        and (not path or f"{commit.path}/".startswith(f"{path}/"))
        and (not author or author in ((commit.author or "").lower(), commit.author_email.lower()))
    ]
    return context.pages(chosen, lambda commit: commits.listed_commit(commit, context))


def _within(commit: Commit, since: datetime | Instant, until: datetime | Instant) -> bool:
    if since is until is Instant.MISSING:
        return True
    moment = datetime.fromisoformat(commit.committed_at)
    after = isinstance(since, Instant) or since <= moment
    return after and (isinstance(until, Instant) or moment <= until)


def commit(context: RequestContext, ref: str) -> Response:
    """The commit of a branch, a tag or an id."""
    if context.repository.empty:
        return errors.empty_repository()
    found_commits = context.history.commits_from(context.repository, ref)
    return (
        errors.no_commit(ref)
        if found_commits is None
        else json_response(commits.single_commit(found_commits[0], context))
    )


def tags(context: RequestContext) -> Response:
    """The tags."""
    return context.pages(context.history.tags, lambda tag: releases.tag(tag, context))


def listed_releases(context: RequestContext) -> Response:
    """The releases. Drafts are visible with push access only."""
    chosen = [release for release in context.history.releases if context.may_write or not release.draft]
    return context.pages(chosen, lambda release: releases.release(release, context))


def release(context: RequestContext, key: list[str]) -> Response:
    """One release: ``latest``, ``tags/TAG`` or an id."""
    published = [item for item in context.history.releases if not item.draft]
    if key == ["latest"]:
        found = next((item for item in published if not item.prerelease), None)
    elif key[0] == "tags":
        found = next((item for item in published if item.tag == "/".join(key[1:])), None)
    else:
        known = context.history.releases if context.may_write else published
        found = next((item for item in known if [str(item.id)] == key), None)
    return errors.not_found() if found is None else json_response(releases.release(found, context))


def languages(context: RequestContext) -> Response:
    """Bytes by language."""
    return json_response(context.history.languages)


def topics(context: RequestContext) -> Response:
    """The topics."""
    return json_response({"names": list(context.repository.topics)})


def licence(context: RequestContext) -> Response:
    """The license and its file."""
    known = repositories.licence(context.repository.license, context.urls)
    if known is None or context.repository.empty:
        return errors.not_found("https://docs.github.com/rest/licenses/licenses#get-the-license-for-a-repository")
    text = f"{known['name']}\n\nAs is, without warranty of any kind.\n".encode()
    blob, ref = fake_sha(context.repository.id, "license"), context.repository.default_branch
    web = f"{WEB}/{context.repository.full_name}"
    links = {
        "self": f"{context.url}/contents/LICENSE?ref={ref}",
        "git": f"{context.url}/git/blobs/{blob}",
        "html": f"{web}/blob/{ref}/LICENSE",
    }
    file: Json = {
        "name": "LICENSE",
        "path": "LICENSE",
        "sha": blob,
        "size": len(text),
        "url": links["self"],
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": f"{web}/raw/{ref}/LICENSE",
        "type": "file",
        "content": base64.encodebytes(text).decode(),
        "encoding": "base64",
        "_links": links,
        "license": known,
    }
    return json_response(file)


def stargazers(context: RequestContext) -> Response:
    """The stargazers: one account per star, as far as there are accounts. The media type can request the times."""
    people = context.fleet.users[: context.repository.stars]
    if _STARS not in context.request.headers.get("accept", ""):
        return context.pages(people, lambda user: accounts.short(user, context.urls))
    return context.pages(
        people, lambda user: {"starred_at": context.repository.created_at, "user": accounts.short(user, context.urls)}
    )


def forks(context: RequestContext) -> Response:
    """The forks that the user can see, the newest first."""
    seen = [fork for fork in context.fleet.forks_of(context.repository) if visible(context.fleet, fork, context.login)]
    newest = context.parameters.get("sort", "newest") != "oldest"
    seen.sort(key=lambda fork: (fork.created_at, fork.id), reverse=newest)
    return context.pages(seen, lambda fork: _fork(fork, context))


def _fork(fork: Repository, context: RequestContext) -> Json:
    granted = role(context.fleet, fork, context.login)
    shown = repositories.listed(fork, context.fleet.owner_of(fork), context.urls)
    return shown | repositories.permissions(granted) if granted else shown
