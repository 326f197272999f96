"""What is asked about a repository's code: branches, commits, tags, releases, languages, licence, people."""

from __future__ import annotations

import base64
from datetime import datetime

from ...data.hosts import WEB
from ...data.ids import fake_sha
from ...data.models import Repository
from ...data.records import Commit
from ...http.messages import Response, json_response
from .. import accounts, errors, repositories
from ..addresses import Json
from ..time_parameters import Instant, instant
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
    """All branches, or with ``protected`` those that are, or are not."""
    protected = {"true": True, "false": False}.get(context.parameters.get("protected", ""))
    chosen = [item for item in context.repository.branches if protected in (None, item.protected)]
    return context.pages(chosen, lambda branch: commits.listed_branch(branch, context.repository, context.at))


def branch(context: RequestContext, name: str) -> Response:
    """One branch."""
    found = next((branch for branch in context.repository.branches if branch.name == name), None)
    line = None if found is None else context.history.commits_from(context.repository, name)
    if found is None or line is None:
        return errors.failure(404, "Branch not found", _BRANCH_DOCS)
    return json_response(commits.single_branch(found, line[0], context))


def contributors(context: RequestContext) -> Response:
    """Who committed, those without an account only with ``anon``."""
    if context.repository.empty:
        return Response(204)
    anonymous = context.parameters.get("anon") in ("1", "true")
    people = [person for person in context.repository.contributors if anonymous or person.login is not None]
    return context.pages(
        people,
        lambda person: commits.contributor(
            person, context.fleet.account(person.login) if person.login else None, context.at
        ),
    )


def listed_commits(context: RequestContext) -> Response:
    """The commits that ``sha`` leads to, between ``since`` and ``until``, that touched ``path``, by ``author``."""
    if context.repository.empty:
        return errors.empty_repository()
    asked = context.parameters
    line = context.history.commits_from(context.repository, asked.get("sha") or None)
    if line is None:
        return errors.not_found("https://docs.github.com/rest/commits/commits#list-commits")
    since, until = instant(asked, "since"), instant(asked, "until")
    for name, value in (("since", since), ("until", until)):
        if value is Instant.NONSENSE:
            return errors.invalid("Commit", name, "invalid")
    path, author = asked.get("path", "").strip("/"), asked.get("author", "").lower()
    chosen = [
        commit
        for commit in line
        if _within(commit, since, until)
        and (not path or f"{commit.path}/".startswith(f"{path}/"))
        and (not author or author in ((commit.author or "").lower(), commit.author_email.lower()))
    ]
    return context.pages(chosen, lambda commit: commits.listed_commit(commit, context))


def _within(commit: Commit, since: datetime | Instant, until: datetime | Instant) -> bool:
    if since is until is Instant.UNSAID:
        return True
    moment = datetime.fromisoformat(commit.committed_at)
    after = isinstance(since, Instant) or since <= moment
    return after and (isinstance(until, Instant) or moment <= until)


def commit(context: RequestContext, ref: str) -> Response:
    """The commit that a branch, a tag or an id leads to."""
    if context.repository.empty:
        return errors.empty_repository()
    line = context.history.commits_from(context.repository, ref)
    return errors.no_commit(ref) if line is None else json_response(commits.single_commit(line[0], context))


def tags(context: RequestContext) -> Response:
    """All tags."""
    return context.pages(context.history.tags, lambda tag: releases.tag(tag, context))


def listed_releases(context: RequestContext) -> Response:
    """All releases, drafts for those who may push."""
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
    """The names of the topics."""
    return json_response({"names": list(context.repository.topics)})


def licence(context: RequestContext) -> Response:
    """The licence and the file in which it was found."""
    known = repositories.licence(context.repository.license, context.at)
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
    """Accounts as many as there are stars, or accounts; with the time where the media type asks for it."""
    people = context.fleet.users[: context.repository.stars]
    if _STARS not in context.request.headers.get("accept", ""):
        return context.pages(people, lambda user: accounts.short(user, context.at))
    return context.pages(
        people, lambda user: {"starred_at": context.repository.created_at, "user": accounts.short(user, context.at)}
    )


def forks(context: RequestContext) -> Response:
    """The repositories forked from this one that the user may see, the newest first."""
    seen = [fork for fork in context.fleet.forks_of(context.repository) if visible(context.fleet, fork, context.login)]
    newest = context.parameters.get("sort", "newest") != "oldest"
    seen.sort(key=lambda fork: (fork.created_at, fork.id), reverse=newest)
    return context.pages(seen, lambda fork: _fork(fork, context))


def _fork(fork: Repository, context: RequestContext) -> Json:
    granted = role(context.fleet, fork, context.login)
    shown = repositories.listed(fork, context.fleet.owner_of(fork), context.at)
    return shown | repositories.permissions(granted) if granted else shown
