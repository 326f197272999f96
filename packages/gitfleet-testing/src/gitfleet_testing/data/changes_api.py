"""The methods of a fleet that replace and remove parts of the history of its repositories."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from .history import History
from .history_api import HistoryAPI
from .ids import fake_sha
from .models import Branch, Repository
from .records import Commit, Issue, Release, Tag
from .timestamps import now

__all__ = ["ChangesAPI"]

_R = TypeVar("_R", Tag, Release, Issue)


class ChangesAPI(HistoryAPI):
    """Changes and removals in the history of the repositories of a Fleet."""

    def set_branch(self, full_name: str, name: str, sha: str | None = None, **fields: Any) -> Branch:
        """Add a branch, or change one.

        Args:
            full_name: "owner/name".
            name: name of the branch.
            sha: its newest commit. None: the present one, for a new branch the newest of the default branch.
            fields: other fields of Branch.

        Returns:
            The branch.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the repository is empty, or the name is invalid.
        """
        with self.lock:
            repository = self._with_commits(full_name)
            old = _branch(repository, name)
            head = old.sha if old is not None else self.history(repository).commits[0].sha
            created = dataclasses.replace(old or Branch(name, head), sha=sha or head, **fields)
            others = (branch for branch in repository.branches if branch.name != name)
            self.update(full_name, branches=(*others, created))
            return created

    def remove_branch(self, full_name: str, name: str) -> Branch:
        """Delete a branch. Its commits remain available by their ids.

        Args:
            full_name: "owner/name".
            name: name of the branch.

        Returns:
            The branch.

        Raises:
            KeyError: the repository or the branch does not exist.
            ValueError: it is the default branch.
        """
        with self.lock:
            repository = self.repository(full_name)
            removed = _branch(repository, name)
            if removed is None:
                raise KeyError(f"{full_name} has no branch {name!r}")
            self.update(full_name, branches=[branch for branch in repository.branches if branch.name != name])
            return removed

    def force_push(self, full_name: str, *, drop: int = 1, add: int = 1, **fields: Any) -> list[Commit]:
        """Replace the newest commits of the default branch. The branch no longer contains its old head.

        The old commits remain available by their ids, as on the services.

        Args:
            full_name: "owner/name".
            drop: number of commits to remove.
            add: number of new commits.
            fields: fields of the new commits.

        Returns:
            The new commits, the newest first.

        Raises:
            KeyError: the repository does not exist.
            ValueError: the repository is empty, or a number is too small or too large.
        """
        with self.lock:
            self._with_commits(full_name)
            repository, history = self._settled(full_name)
            if not 1 <= drop <= len(history.commits) or add < 0 or drop - add >= len(history.commits):
                raise ValueError(f"drop must be from 1 to {len(history.commits)}, and a commit must remain: {drop}")
            history.drop(drop)
            for number in range(add):
                sha = fake_sha(repository.id, "pushed", self.version, number)
                self._commit_on_top(full_name, f"Replace it ({number + 1})", {"sha": sha, **fields})
            if not add:
                self.set_branch(full_name, repository.default_branch, history.commits[0].sha)
                self.update(full_name, pushed_at=now())
            return history.commits[:add]

    def change_tag(self, full_name: str, name: str, **changes: Any) -> Tag:
        """Change fields of a tag, such as its commit.

        Args:
            full_name: "owner/name".
            name: name of the tag.
            changes: fields of Tag.

        Returns:
            The changed tag.

        Raises:
            KeyError: the repository or the tag does not exist.
        """
        with self.lock:
            known = self._settled(full_name)[1].tags
            return _change(known, lambda tag: tag.name == name, changes, f"{full_name} has no tag {name!r}")

    def remove_tag(self, full_name: str, name: str) -> Tag:
        """Delete a tag. A release of it stays.

        Args:
            full_name: "owner/name".
            name: name of the tag.

        Returns:
            The tag.

        Raises:
            KeyError: the repository or the tag does not exist.
        """
        with self.lock:
            known = self._settled(full_name)[1].tags
            return _remove(known, lambda tag: tag.name == name, f"{full_name} has no tag {name!r}")

    def change_release(self, full_name: str, tag: str, **changes: Any) -> Release:
        """Change fields of a release.

        Args:
            full_name: "owner/name".
            tag: name of its tag.
            changes: fields of Release.

        Returns:
            The changed release.

        Raises:
            KeyError: the repository or the release does not exist.
        """
        with self.lock:
            known = self._settled(full_name)[1].releases
            return _change(known, lambda item: item.tag == tag, changes, f"{full_name} has no release of {tag!r}")

    def remove_release(self, full_name: str, tag: str) -> Release:
        """Delete a release. Its tag stays.

        Args:
            full_name: "owner/name".
            tag: name of its tag.

        Returns:
            The release.

        Raises:
            KeyError: the repository or the release does not exist.
        """
        with self.lock:
            known = self._settled(full_name)[1].releases
            return _remove(known, lambda item: item.tag == tag, f"{full_name} has no release of {tag!r}")

    def remove_issue(self, full_name: str, number: int) -> Issue:
        """Delete an issue or a pull request. Its number is not used again.

        Args:
            full_name: "owner/name".
            number: number of the issue.

        Returns:
            The issue.

        Raises:
            KeyError: the repository or the issue does not exist.
        """
        with self.lock:
            repository, history = self._settled(full_name)
            history.first_free_number = self._next_number(history)
            removed = _remove(
                history.discussions, lambda item: item.number == number, f"{full_name} has no issue {number}"
            )
            if removed.state == "open":
                self.update(full_name, open_issues=max(0, repository.open_issues - 1))
            return removed

    def _settled(self, full_name: str) -> tuple[Repository, History]:
        """Return the repository and its history, generated completely: releases depend on tags, and tags on commits."""
        repository, history = self._history_to_change(full_name)
        _ = history.releases, history.discussions
        return repository, history

    def _with_commits(self, full_name: str) -> Repository:
        repository = self.repository(full_name)
        if repository.empty:
            raise ValueError(f"{full_name} is empty: update it with empty=False and branches first")
        return repository


def _branch(repository: Repository, name: str) -> Branch | None:
    return next((branch for branch in repository.branches if branch.name == name), None)


def _index(known: list[_R], is_it: Callable[[_R], bool], missing: str) -> int:
    index = next((index for index, item in enumerate(known) if is_it(item)), None)
    if index is None:
        raise KeyError(missing)
    return index


def _change(known: list[_R], is_it: Callable[[_R], bool], changes: dict[str, Any], missing: str) -> _R:
    index = _index(known, is_it, missing)
    known[index] = dataclasses.replace(known[index], **changes)
    return known[index]


def _remove(known: list[_R], is_it: Callable[[_R], bool], missing: str) -> _R:
    return known.pop(_index(known, is_it, missing))
