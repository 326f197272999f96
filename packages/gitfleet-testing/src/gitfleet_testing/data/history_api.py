"""The methods of a fleet that read and change the history of its repositories."""

from __future__ import annotations

import dataclasses
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from .generated.commits import ASSETS
from .generated.discussions import issue_id
from .history import History
from .ids import fake_sha
from .models import Account, Repository, User
from .records import Commit, Issue, Label, Milestone, PullRequest, Release, Tag
from .timestamps import now

__all__ = ["HistoryAPI"]

_D = TypeVar("_D", Issue, PullRequest)
_RECENT = 64


class HistoryAPI(ABC):
    """The history of the repositories of a Fleet."""

    lock: threading.RLock
    version: int
    #: Each seed gives different history.
    seed: int
    _histories: dict[int, History]
    #: Of repositories that are constructed with each request.
    _recent_histories: OrderedDict[int, History]

    @abstractmethod
    def repository(self, full_name: str) -> Repository:
        """Return the repository ``"owner/name"``. KeyError if it does not exist."""

    @abstractmethod
    def update(self, full_name: str, **changes: Any) -> Repository:
        """Change fields of a repository."""

    @abstractmethod
    def account(self, login: str) -> Account | None:
        """Return the user or organization with this login, or None."""

    @abstractmethod
    def forks_of(self, repository: Repository) -> list[Repository]:
        """Return the forks of a repository."""

    @abstractmethod
    def people_of(self, repository: Repository) -> list[str]:
        """Return the logins of accounts that work on a repository."""

    @abstractmethod
    def is_stored(self, repository: Repository) -> bool:
        """Return whether the repository is an object that stays."""

    def history(self, repository: Repository) -> History:
        """Return the history of a repository: commits, tags, releases, issues, pull requests, languages.

        Args:
            repository: a repository of this fleet.
        """
        with self.lock:
            histories = self._histories if self.is_stored(repository) else self._recent_histories
            history = histories.get(repository.id)
            if history is None:
                forks = [fork.full_name for fork in self.forks_of(repository)]
                history = histories[repository.id] = History(repository, self.people_of(repository), forks, self.seed)
                if len(self._recent_histories) > _RECENT:
                    self._recent_histories.popitem(last=False)
            return history

    def add_commit(self, full_name: str, message: str = "Change it", **fields: Any) -> Commit:
        """Add a commit to the default branch.

        Args:
            full_name: "owner/name".
            message: the message.
            fields: fields of Commit. Without ``author`` the commit belongs to no account.

        Returns:
            The commit.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the repository is empty, or a login does not exist.
        """
        with self.lock:
            repository = self.repository(full_name)
            if repository.empty:
                raise ValueError(f"{full_name} is empty: update it with empty=False and branches first")
            return self._commit_on_top(full_name, message, fields)

    def add_tag(self, full_name: str, name: str, **fields: Any) -> Tag:
        """Add a tag.

        Args:
            full_name: "owner/name".
            name: name of the tag.
            fields: fields of Tag. Without ``sha`` it is the newest commit of the default branch.

        Returns:
            The tag.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the tag exists already.
        """
        with self.lock:
            repository, history = self._history_to_change(full_name)
            if any(tag.name == name for tag in history.tags):
                raise ValueError(f"{full_name}: the tag {name!r} exists already")
            fields.setdefault(
                "sha", history.commits[0].sha if history.commits else fake_sha(repository.id, "tag", name)
            )
            history.tags.insert(0, Tag(name, **fields))
            return history.tags[0]

    def add_release(self, full_name: str, tag: str, **fields: Any) -> Release:
        """Add a release.

        Args:
            full_name: "owner/name".
            tag: name of the tag, which need not exist.
            fields: fields of Release.

        Returns:
            The release.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            repository, history = self._history_to_change(full_name)
            first = repository.id % 10**8 * 100_000 + 50_000
            last = max((item.id for item in history.releases), default=0)
            fields.setdefault("id", max(first + len(history.releases) * (ASSETS + 1), last + ASSETS + 1))
            fields.setdefault("target", repository.default_branch)
            fields.setdefault("created_at", now())
            fields.setdefault("published_at", None if fields.get("draft") else fields["created_at"])
            history.releases.insert(0, Release(tag=tag, **fields))
            return history.releases[0]

    def set_file(self, full_name: str, path: str, text: str | None) -> None:
        """Write or delete a text file of the default branch, without a commit.

        Args:
            full_name: "owner/name".
            path: path of the file.
            text: its content. None deletes it.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            _, history = self._history_to_change(full_name)
            history.files.pop(path, None)
            if text is not None:
                history.files[path] = text

    def add_label(self, full_name: str, name: str, **fields: Any) -> Label:
        """Add a label.

        Args:
            full_name: "owner/name".
            name: name of the label.
            fields: fields of Label.

        Returns:
            The label.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            repository, history = self._history_to_change(full_name)
            fields.setdefault("id", repository.id % 10**8 * 100_000 + len(history.labels) + 1)
            history.labels.append(Label(name=name, **fields))
            return history.labels[-1]

    def add_milestone(self, full_name: str, title: str, **fields: Any) -> Milestone:
        """Add a milestone.

        Args:
            full_name: "owner/name".
            title: title of the milestone.
            fields: fields of Milestone.

        Returns:
            The milestone.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            repository, history = self._history_to_change(full_name)
            number = fields.setdefault("number", 1 + len(history.milestones))
            fields.setdefault("id", repository.id % 10**8 * 100_000 + number)
            history.milestones.append(Milestone(title=title, **fields))
            return history.milestones[-1]

    def add_issue(self, full_name: str, title: str, **fields: Any) -> Issue:
        """Add an issue with the next number. Labels and a milestone that do not exist are added.

        Args:
            full_name: "owner/name".
            title: title of the issue.
            fields: fields of Issue.

        Returns:
            The issue.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the number is taken, or a login does not exist.
        """
        return self._add_discussion(full_name, Issue, {"title": title, **fields})

    def add_pull_request(self, full_name: str, title: str, **fields: Any) -> PullRequest:
        """Add a pull request with the next number.

        Args:
            full_name: "owner/name".
            title: title of the pull request.
            fields: fields of PullRequest. ``head_repository`` is by default the repository. None: it was deleted.

        Returns:
            The pull request.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the number is taken, or a login does not exist.
        """
        fields.setdefault("head_repository", full_name)
        return self._add_discussion(full_name, PullRequest, {"title": title, **fields})

    def change_issue(self, full_name: str, number: int, **changes: Any) -> Issue:
        """Change fields of an issue or pull request.

        Args:
            full_name: "owner/name".
            number: number of the issue.
            changes: fields of Issue or PullRequest.

        Returns:
            The changed issue.

        Raises:
            KeyError: the repository or the issue does not exist.
            ValueError: a login does not exist.
        """
        with self.lock:
            repository, history = self._history_to_change(full_name)
            index = next((index for index, item in enumerate(history.discussions) if item.number == number), None)
            if index is None:
                raise KeyError(f"{full_name} has no issue {number}")
            old = history.discussions[index]
            if changes.get("state", old.state) != old.state:
                changes.setdefault("closed_at", now() if old.state == "open" else None)
                difference = -1 if old.state == "open" else 1
                self.update(full_name, open_issues=max(0, repository.open_issues + difference))
            self._prepare(full_name, history, changes)
            changes.setdefault("updated_at", changes.get("closed_at") or now())
            history.discussions[index] = dataclasses.replace(old, **changes)
            return history.discussions[index]

    def set_languages(self, full_name: str, languages: Mapping[str, int]) -> None:
        """Set the languages of a repository.

        Args:
            full_name: "owner/name".
            languages: bytes by language.

        Raises:
            KeyError: the repository does not exist.
        """
        with self.lock:
            _, history = self._history_to_change(full_name)
            history.languages = dict(languages)

    # -- internal

    def _history_to_change(self, full_name: str) -> tuple[Repository, History]:
        """Return the repository and its history, and count a change."""
        repository = self.repository(full_name)
        self.version += 1
        return repository, self.history(repository)

    def _commit_on_top(self, full_name: str, message: str, fields: dict[str, Any]) -> Commit:
        """Add a commit to the default branch, which moves to it."""
        repository = self.repository(full_name)
        history = self.history(repository)
        created = self._commit(repository, message, fields)
        default = repository.default_branch
        others = (branch for branch in repository.branches if branch.name != default)
        old = next(branch for branch in repository.branches if branch.name == default)
        history.push(created)
        moved = dataclasses.replace(old, sha=created.sha)
        self.update(full_name, branches=(*others, moved), pushed_at=created.committed_at)
        return created

    def _prepare(self, full_name: str, history: History, fields: Mapping[str, Any]) -> None:
        """Check that the users in the fields of an issue exist, and add its missing labels and milestone."""
        self._check_people([fields.get("author"), *fields.get("assignees", ()), *fields.get("reviewers", ())])
        for name in fields.get("labels", ()):
            if all(label.name != name for label in history.labels):
                self.add_label(full_name, name)
        title = fields.get("milestone")
        if title is not None and all(milestone.title != title for milestone in history.milestones):
            self.add_milestone(full_name, title)

    def _check_people(self, logins: Iterable[str | None]) -> None:
        for login in logins:
            if login is not None and not isinstance(self.account(login), User):
                raise ValueError(f"no user {login!r}: add it first")

    def _commit(self, repository: Repository, message: str, values: dict[str, Any]) -> Commit:
        history = self.history(repository).commits
        author = values.get("author")
        self._check_people([author, values.get("committer")])
        fields = {
            "sha": fake_sha(repository.id, "added", len(history), message),
            "author_name": author or "Somebody",
            "author_email": f"{author or 'somebody'}@mail.invalid",
            "authored_at": values.get("committed_at") or now(),
            "parents": tuple(commit.sha for commit in history[:1]),
            **values,
        }
        fields.setdefault("committer", author)
        fields.setdefault("committer_name", fields["author_name"])
        fields.setdefault("committer_email", fields["author_email"])
        fields.setdefault("committed_at", fields["authored_at"])
        return Commit(message=message, **fields)

    @staticmethod
    def _next_number(history: History) -> int:
        """Return the number of the next issue or pull request."""
        last = max((item.number for item in history.discussions), default=0)
        return max(history.first_free_number, last + 1)

    def _add_discussion(self, full_name: str, kind: type[_D], fields: dict[str, Any]) -> _D:
        with self.lock:
            repository, history = self._history_to_change(full_name)
            number = fields.setdefault("number", self._next_number(history))
            if history.discussion(number) is not None:
                raise ValueError(f"{full_name}: the issue or pull request {number} exists already")
            self._prepare(full_name, history, fields)
            fields.setdefault("id", issue_id(repository, number))
            fields.setdefault("author", self.people_of(repository)[0])
            fields.setdefault("created_at", now())
            fields.setdefault("updated_at", fields["created_at"])
            if fields.get("state") == "closed":
                fields.setdefault("closed_at", fields["updated_at"])
            if kind is PullRequest:
                fields.setdefault("head_sha", fake_sha(repository.id, "head", number))
                fields.setdefault("base_sha", history.commits[0].sha if history.commits else fake_sha(repository.id))
                fields.setdefault("base_ref", repository.default_branch)
            created = kind(**fields)
            history.discussions.insert(0, created)
            if created.state == "open":
                self.update(full_name, open_issues=repository.open_issues + 1)
            return created
