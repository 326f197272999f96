"""The history of one repository: generated lazily, then changed by the fleet's methods."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cached_property

from .generated.commits import branch_head, commits, releases, tags
from .generated.discussions import discussions, labels, milestones
from .generated.files import files
from .generated.languages import languages
from .ids import fake_sha
from .models import Repository
from .records import Commit, File, Issue, Label, Milestone, PullRequest, Release, Tag

__all__ = ["History"]

_SHORTEST_PREFIX = 7


class History:
    """The history of a repository. Lists have the newest first; only the fleet's ``add_...`` methods change them.

    Args:
        repository: its state when the history is first requested.
        people: logins that can be authors.
        forks: full names of repositories that pull requests can come from.
        seed: each seed gives different history.
    """

    def __init__(self, repository: Repository, people: Sequence[str], forks: Sequence[str], seed: int) -> None:
        self._repository = repository
        self._people = people
        self._forks = forks
        self._seed = seed
        self.first_free_number: int = 1
        """Numbers below it belong to issues and pull requests, or belonged to deleted ones."""
        self._base: Commit | None = None
        self._dropped: dict[str, Commit] = {}

    @cached_property
    def commits(self) -> list[Commit]:
        """The commits of the default branch."""
        return commits(self._repository, self._people, self._rng("commits"))

    @property
    def code(self) -> list[File]:
        """What searches for code find. A file that is not in ``files`` has the subjects of its commits as lines."""
        lines: dict[str, list[str]] = {}
        for commit in reversed(self.commits):
            lines.setdefault(commit.path, []).append(commit.message.partition("\n")[0])
        texts = {path: "".join(f"{line}\n" for line in found) for path, found in lines.items()} | self.files
        return [File(path, fake_sha(self._repository.id, "file", path), texts[path]) for path in sorted(texts)]

    @cached_property
    def tags(self) -> list[Tag]:
        """All tags."""
        return tags(self._repository, self.commits)

    @cached_property
    def releases(self) -> list[Release]:
        """All releases, including drafts."""
        return releases(self._repository, self.tags, self._people)

    @cached_property
    def labels(self) -> list[Label]:
        """The labels of the repository, in the order of creation."""
        return labels(self._repository)

    @cached_property
    def milestones(self) -> list[Milestone]:
        """The milestones by number."""
        return milestones(self._repository)

    @cached_property
    def discussions(self) -> list[Issue]:
        """Issues and pull requests, which share one sequence of numbers."""
        return discussions(self._repository, self._people, self._forks, self._rng("discussions"))

    @property
    def issues(self) -> list[Issue]:
        """The issues without the pull requests."""
        return [item for item in self.discussions if not isinstance(item, PullRequest)]

    @property
    def pulls(self) -> list[PullRequest]:
        """The pull requests."""
        return [item for item in self.discussions if isinstance(item, PullRequest)]

    @cached_property
    def languages(self) -> dict[str, int]:
        """Bytes by language, largest first."""
        return languages(self._repository, self._rng("languages"))

    @cached_property
    def files(self) -> dict[str, str]:
        """Text files of the default branch, by path."""
        return files(self._repository)

    def discussion(self, number: int) -> Issue | None:
        """Return the issue or pull request with this number, or None."""
        return next((item for item in self.discussions if item.number == number), None)

    def commits_from(self, repository: Repository, ref: str | None = None) -> list[Commit] | None:
        """Return the commits that are reachable from ``ref``, the newest first.

        Args:
            repository: its present state.
            ref: a branch, a tag or the first 7 or more digits of a commit id. None: the default branch.

        Returns:
            None if there is no such ref, or if the repository is empty.
        """
        if repository.empty:
            return None
        name = repository.default_branch if ref in (None, "HEAD") else ref
        branch = next((branch for branch in repository.branches if branch.name == name), None)
        tag = next((tag for tag in self.tags if tag.name == name), None)
        wanted = branch.sha if branch else tag.sha if tag else name
        for index, commit in enumerate(self.commits):
            if commit.sha == wanted or (len(wanted) >= _SHORTEST_PREFIX and commit.sha.startswith(wanted)):
                return self.commits[index:]
        if wanted in self._dropped:
            return self._older(self._dropped[wanted])
        # Other branches are one commit ahead of the first state of the default one.
        owner = branch or next((branch for branch in repository.branches if branch.sha == wanted), None)
        if owner is None:
            return None
        base = self._base or self.commits[0]
        return [branch_head(owner.name, owner.sha, base), *self._older(base)]

    def push(self, commit: Commit) -> None:
        """Add a commit to the default branch."""
        self._base = self._base or self.commits[0]
        self.commits.insert(0, commit)

    def drop(self, count: int) -> None:
        """Remove the newest commits of the default branch, which remain available by their ids."""
        self._base = self._base or self.commits[0]
        self._dropped |= {commit.sha: commit for commit in self.commits[:count]}
        del self.commits[:count]

    def _older(self, newest: Commit) -> list[Commit]:
        """Return a commit and its first parents, also those that the default branch no longer contains."""
        indexes = {commit.sha: index for index, commit in enumerate(self.commits)}
        found: list[Commit] = []
        sha: str | None = newest.sha
        while sha in self._dropped:
            found.append(self._dropped[sha])
            sha = next(iter(found[-1].parents), None)
        return found + self.commits[indexes[sha] :] if sha in indexes else found

    def _rng(self, part: str) -> random.Random:
        return random.Random(f"{self._seed}/{self._repository.id}/{part}")  # noqa: S311  # must be repeatable
