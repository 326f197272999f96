"""What has happened in a fleet's repositories, and methods to make more happen."""

from __future__ import annotations

import dataclasses
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from .generated.commits import ASSETS
from .generated.discussions import issue_id
from .history import History
from .ids import fake_sha
from .models import Account, Branch, Repository, User
from .records import Commit, Issue, Label, Milestone, PullRequest, Release, Tag
from .timestamps import now

__all__ = ["HistoryAPI"]

_D = TypeVar("_D", Issue, PullRequest)


class HistoryAPI(ABC):
    """The part of a Fleet that knows the histories of its repositories."""

    lock: threading.RLock
    version: int
    #: Another number, other invented histories.
    seed: int
    _histories: dict[int, History]

    @abstractmethod
    def repository(self, full_name: str) -> Repository:
        """The repository ``"owner/name"``; KeyError when there is none."""

    @abstractmethod
    def update(self, full_name: str, **changes: Any) -> Repository:
        """Change fields of a repository."""

    @abstractmethod
    def account(self, login: str) -> Account | None:
        """The user or organization of that login, or None."""

    @abstractmethod
    def forks_of(self, repository: Repository) -> list[Repository]:
        """The repositories that were forked from it."""

    @abstractmethod
    def people_of(self, repository: Repository) -> list[str]:
        """Logins of accounts that work on it."""

    def history(self, repository: Repository) -> History:
        """What has happened in the repository: commits, tags, releases, issues, pull requests, languages."""
        with self.lock:
            known = self._histories.get(repository.id)
            if known is None:
                forks = [fork.full_name for fork in self.forks_of(repository)]
                known = History(repository, self.people_of(repository), forks, self.seed)
                self._histories[repository.id] = known
            return known

    def add_commit(self, full_name: str, message: str = "Change it", **over: Any) -> Commit:
        """Add a commit to the default branch and return it; ``over`` are fields of Commit.

        Without a login in ``author`` it is of nobody with an account. ValueError: the repository is empty, or nobody
        has that login.
        """
        with self.lock:
            repository = self.repository(full_name)
            if repository.empty:
                raise ValueError(f"{full_name} is empty: update it with empty=False and branches first")
            known = self.history(repository).commits
            created = self._commit(repository, message, over)
            default = repository.default_branch
            others = (branch for branch in repository.branches if branch.name != default)
            old = next(branch for branch in repository.branches if branch.name == default)
            known.insert(0, created)
            moved = Branch(default, created.sha, protected=old.protected)
            self.update(full_name, branches=(*others, moved), pushed_at=created.committed_at)
            return created

    def add_tag(self, full_name: str, name: str, **over: Any) -> Tag:
        """Add a tag, of the default branch's head if ``over`` (fields of Tag) names no ``sha``.

        Raises:
            KeyError: there is no such repository.
            ValueError: there is such a tag already.
        """
        with self.lock:
            repository, known = self._changing(full_name)
            if any(tag.name == name for tag in known.tags):
                raise ValueError(f"{full_name}: there is a tag {name!r} already")
            over.setdefault("sha", known.commits[0].sha if known.commits else fake_sha(repository.id, "tag", name))
            known.tags.insert(0, Tag(name, **over))
            return known.tags[0]

    def add_release(self, full_name: str, tag: str, **over: Any) -> Release:
        """Add a release and return it; ``over`` are fields of Release. The tag need not exist."""
        with self.lock:
            repository, known = self._changing(full_name)
            first = repository.id % 10**8 * 100_000 + 50_000
            over.setdefault("id", first + len(known.releases) * (ASSETS + 1))
            over.setdefault("target", repository.default_branch)
            over.setdefault("created_at", now())
            over.setdefault("published_at", None if over.get("draft") else over["created_at"])
            known.releases.insert(0, Release(tag=tag, **over))
            return known.releases[0]

    def add_label(self, full_name: str, name: str, **over: Any) -> Label:
        """Add a label that issues may have; ``over`` are fields of Label."""
        with self.lock:
            repository, known = self._changing(full_name)
            over.setdefault("id", repository.id % 10**8 * 100_000 + len(known.labels) + 1)
            known.labels.append(Label(name=name, **over))
            return known.labels[-1]

    def add_milestone(self, full_name: str, title: str, **over: Any) -> Milestone:
        """Add a milestone that issues may belong to; ``over`` are fields of Milestone."""
        with self.lock:
            repository, known = self._changing(full_name)
            number = over.setdefault("number", 1 + len(known.milestones))
            over.setdefault("id", repository.id % 10**8 * 100_000 + number)
            known.milestones.append(Milestone(title=title, **over))
            return known.milestones[-1]

    def add_issue(self, full_name: str, title: str, **over: Any) -> Issue:
        """Add an issue under the next number and return it; ``over`` are fields of Issue.

        Labels and a milestone that there are not yet are made. ValueError: the number is taken, or somebody unknown.
        """
        return self._discuss(full_name, Issue, {"title": title, **over})

    def add_pull_request(self, full_name: str, title: str, **over: Any) -> PullRequest:
        """Add a pull request under the next number; ``over`` are fields of PullRequest.

        It comes from the repository itself, unless ``head_repository`` names another, or None: one that is gone.
        """
        over.setdefault("head_repository", full_name)
        return self._discuss(full_name, PullRequest, {"title": title, **over})

    def change_issue(self, full_name: str, number: int, **changes: Any) -> Issue:
        """Change fields of an issue or pull request and return its new state; KeyError when there is none."""
        with self.lock:
            repository, known = self._changing(full_name)
            place = next((at for at, item in enumerate(known.discussions) if item.number == number), None)
            if place is None:
                raise KeyError(f"{full_name} has no issue {number}")
            old = known.discussions[place]
            if changes.get("state", old.state) != old.state:
                changes.setdefault("closed_at", now() if old.state == "open" else None)
                difference = -1 if old.state == "open" else 1
                self.update(full_name, open_issues=max(0, repository.open_issues + difference))
            self._prepare(full_name, known, changes)
            changes.setdefault("updated_at", changes.get("closed_at") or now())
            known.discussions[place] = dataclasses.replace(old, **changes)
            return known.discussions[place]

    def set_languages(self, full_name: str, languages: Mapping[str, int]) -> None:
        """Set the bytes by language."""
        with self.lock:
            _, known = self._changing(full_name)
            known.languages = dict(languages)

    # -- within

    def _changing(self, full_name: str) -> tuple[Repository, History]:
        """The repository and its history, which is going to change."""
        repository = self.repository(full_name)
        self.version += 1
        return repository, self.history(repository)

    def _prepare(self, full_name: str, known: History, fields: Mapping[str, Any]) -> None:
        """See to it that those who are named in an issue's fields exist, and that its labels and milestone do."""
        self._check_people([fields.get("author"), *fields.get("assignees", ()), *fields.get("reviewers", ())])
        for name in fields.get("labels", ()):
            if all(label.name != name for label in known.labels):
                self.add_label(full_name, name)
        title = fields.get("milestone")
        if title is not None and all(milestone.title != title for milestone in known.milestones):
            self.add_milestone(full_name, title)

    def _check_people(self, logins: Iterable[str | None]) -> None:
        for login in logins:
            if login is not None and not isinstance(self.account(login), User):
                raise ValueError(f"no user {login!r}: add it first")

    def _commit(self, repository: Repository, message: str, over: dict[str, Any]) -> Commit:
        known = self.history(repository).commits
        author = over.get("author")
        self._check_people([author, over.get("committer")])
        fields = {
            "sha": fake_sha(repository.id, "added", len(known), message),
            "author_name": author or "Somebody",
            "author_email": f"{author or 'somebody'}@mail.invalid",
            "authored_at": over.get("committed_at") or now(),
            "parents": (known[0].sha,),
            **over,
        }
        fields.setdefault("committer", author)
        fields.setdefault("committer_name", fields["author_name"])
        fields.setdefault("committer_email", fields["author_email"])
        fields.setdefault("committed_at", fields["authored_at"])
        return Commit(message=message, **fields)

    def _discuss(self, full_name: str, kind: type[_D], fields: dict[str, Any]) -> _D:
        with self.lock:
            repository, known = self._changing(full_name)
            number = fields.setdefault("number", 1 + max((item.number for item in known.discussions), default=0))
            if known.discussion(number) is not None:
                raise ValueError(f"{full_name}: there is an issue or pull request {number} already")
            self._prepare(full_name, known, fields)
            fields.setdefault("id", issue_id(repository, number))
            fields.setdefault("author", self.people_of(repository)[0])
            fields.setdefault("created_at", now())
            fields.setdefault("updated_at", fields["created_at"])
            if fields.get("state") == "closed":
                fields.setdefault("closed_at", fields["updated_at"])
            if kind is PullRequest:
                fields.setdefault("head_sha", fake_sha(repository.id, "head", number))
                fields.setdefault("base_sha", known.commits[0].sha if known.commits else fake_sha(repository.id))
                fields.setdefault("base_ref", repository.default_branch)
            created = kind(**fields)
            known.discussions.insert(0, created)
            if created.state == "open":
                self.update(full_name, open_issues=repository.open_issues + 1)
            return created
