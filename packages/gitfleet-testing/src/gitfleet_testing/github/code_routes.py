"""What is asked about a repository's code: branches, commits, tags, releases, languages, licence, people."""

from __future__ import annotations

import base64
from datetime import datetime

from ..messages import Answer, json_answer
from ..model import Repository
from ..parts import sha
from ..records import Commit
from . import accounts, commits, errors, releases, repositories
from .addresses import WEB, Json
from .instants import Instant, instant
from .visibility import role, visible
from .visit import Visit

_BRANCH_DOCS = "https://docs.github.com/rest/branches/branches#get-a-branch"
_STARS = "application/vnd.github.star+json"


def branches(visit: Visit) -> Answer:
    """All branches, or with ``protected`` those that are, or are not."""
    protected = {"true": True, "false": False}.get(visit.parameters.get("protected", ""))
    chosen = [item for item in visit.repository.branches if protected in (None, item.protected)]
    return visit.pages(chosen, lambda branch: commits.listed_branch(branch, visit.repository, visit.at))


def branch(visit: Visit, name: str) -> Answer:
    """One branch."""
    found = next((branch for branch in visit.repository.branches if branch.name == name), None)
    line = None if found is None else visit.history.commits_from(visit.repository, name)
    if found is None or line is None:
        return errors.failure(404, "Branch not found", _BRANCH_DOCS)
    return json_answer(commits.single_branch(found, line[0], visit))


def contributors(visit: Visit) -> Answer:
    """Who committed, those without an account only with ``anon``."""
    if visit.repository.empty:
        return Answer(204)
    anonymous = visit.parameters.get("anon") in ("1", "true")
    people = [person for person in visit.repository.contributors if anonymous or person.login is not None]
    return visit.pages(
        people,
        lambda person: commits.contributor(
            person, visit.fleet.account(person.login) if person.login else None, visit.at
        ),
    )


def listed_commits(visit: Visit) -> Answer:
    """The commits that ``sha`` leads to, between ``since`` and ``until``, that touched ``path``, by ``author``."""
    if visit.repository.empty:
        return errors.empty_repository()
    asked = visit.parameters
    line = visit.history.commits_from(visit.repository, asked.get("sha") or None)
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
    return visit.pages(chosen, lambda commit: commits.listed_commit(commit, visit))


def _within(commit: Commit, since: datetime | Instant, until: datetime | Instant) -> bool:
    if since is until is Instant.UNSAID:
        return True
    moment = datetime.fromisoformat(commit.committed_at)
    after = isinstance(since, Instant) or since <= moment
    return after and (isinstance(until, Instant) or moment <= until)


def commit(visit: Visit, ref: str) -> Answer:
    """The commit that a branch, a tag or an id leads to."""
    if visit.repository.empty:
        return errors.empty_repository()
    line = visit.history.commits_from(visit.repository, ref)
    return errors.no_commit(ref) if line is None else json_answer(commits.single_commit(line[0], visit))


def tags(visit: Visit) -> Answer:
    """All tags."""
    return visit.pages(visit.history.tags, lambda tag: releases.tag(tag, visit))


def listed_releases(visit: Visit) -> Answer:
    """All releases, drafts for those who may push."""
    chosen = [release for release in visit.history.releases if visit.may_write or not release.draft]
    return visit.pages(chosen, lambda release: releases.release(release, visit))


def release(visit: Visit, key: list[str]) -> Answer:
    """One release: ``latest``, ``tags/TAG`` or an id."""
    published = [item for item in visit.history.releases if not item.draft]
    if key == ["latest"]:
        found = next((item for item in published if not item.prerelease), None)
    elif key[0] == "tags":
        found = next((item for item in published if item.tag == "/".join(key[1:])), None)
    else:
        known = visit.history.releases if visit.may_write else published
        found = next((item for item in known if [str(item.id)] == key), None)
    return errors.not_found() if found is None else json_answer(releases.release(found, visit))


def languages(visit: Visit) -> Answer:
    """Bytes by language."""
    return json_answer(visit.history.languages)


def topics(visit: Visit) -> Answer:
    """The names of the topics."""
    return json_answer({"names": list(visit.repository.topics)})


def licence(visit: Visit) -> Answer:
    """The licence and the file in which it was found."""
    known = repositories.licence(visit.repository.license, visit.at)
    if known is None or visit.repository.empty:
        return errors.not_found("https://docs.github.com/rest/licenses/licenses#get-the-license-for-a-repository")
    text = f"{known['name']}\n\nAs is, without warranty of any kind.\n".encode()
    blob, ref = sha(visit.repository.id, "license"), visit.repository.default_branch
    web = f"{WEB}/{visit.repository.full_name}"
    links = {
        "self": f"{visit.url}/contents/LICENSE?ref={ref}",
        "git": f"{visit.url}/git/blobs/{blob}",
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
    return json_answer(file)


def stargazers(visit: Visit) -> Answer:
    """Accounts as many as there are stars, or accounts; with the time where the media type asks for it."""
    people = visit.fleet.users[: visit.repository.stars]
    if _STARS not in visit.request.headers.get("accept", ""):
        return visit.pages(people, lambda user: accounts.short(user, visit.at))
    return visit.pages(
        people, lambda user: {"starred_at": visit.repository.created_at, "user": accounts.short(user, visit.at)}
    )


def forks(visit: Visit) -> Answer:
    """The repositories forked from this one that the user may see, the newest first."""
    seen = [fork for fork in visit.fleet.forks_of(visit.repository) if visible(visit.fleet, fork, visit.login)]
    newest = visit.parameters.get("sort", "newest") != "oldest"
    seen.sort(key=lambda fork: (fork.created_at, fork.id), reverse=newest)
    return visit.pages(seen, lambda fork: _fork(fork, visit))


def _fork(fork: Repository, visit: Visit) -> Json:
    granted = role(visit.fleet, fork, visit.login)
    shown = repositories.listed(fork, visit.fleet.owner_of(fork), visit.at)
    return shown | repositories.permissions(granted) if granted else shown
