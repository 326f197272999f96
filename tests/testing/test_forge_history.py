"""The history of repositories: generated lazily from the seed, or added."""

from __future__ import annotations

from typing import Any

import pytest

from gitfleet_testing import Fleet, Issue, PullRequest, Repository


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.add_organization("acme")
    made.add_repository("acme", "tool")
    return made


def told(fleet: Fleet, repository: Repository) -> tuple[Any, ...]:
    known = fleet.history(repository)
    return (known.commits, known.tags, known.releases, known.discussions, known.languages)


def test_the_same_seed_gives_the_same_history_in_any_order_of_access() -> None:
    first, second, other = (Fleet.generate(repositories=80, seed=seed) for seed in (3, 3, 4))
    forward = [told(first, repository) for repository in first.repositories]
    backward = [told(second, repository) for repository in reversed(second.repositories)]
    assert forward == backward[::-1]
    assert forward != [told(other, repository) for repository in other.repositories]


def test_generated_history_contains_awkward_cases() -> None:
    fleet = Fleet.generate(repositories=200, seed=1)
    known = [fleet.history(repository) for repository in fleet.repositories]
    pulls = [pull for history in known for pull in history.pulls]
    commits = [commit for history in known for commit in history.commits]
    assert any(repository.empty for repository in fleet.repositories)
    assert any(repository.private for repository in fleet.repositories)
    assert any(commit.author is None for commit in commits)
    assert any(len(commit.parents) == 2 for commit in commits)
    assert any(pull.head_repository is None for pull in pulls)
    assert any(
        pull.head_repository not in (None, repository.full_name)
        for repository in fleet.repositories
        for pull in fleet.history(repository).pulls
    )
    assert {pull.merged_at is not None for pull in pulls} == {True, False}
    assert any(pull.draft for pull in pulls)
    assert any(issue.author is None for history in known for issue in history.issues)
    assert any(release.draft for history in known for release in history.releases)
    assert any(tag.message for history in known for tag in history.tags)
    assert any(person.login is None for repository in fleet.repositories for person in repository.contributors)
    assert max(len(history.tags) for history in known) > 100
    assert max(len(history.commits) for history in known) > 300


def test_counts_agree_with_the_history() -> None:
    fleet = Fleet.generate(repositories=150, seed=2)
    for repository in fleet.repositories:
        known = fleet.history(repository)
        assert sum(issue.state == "open" for issue in known.discussions) == repository.open_issues
        assert [issue.number for issue in known.discussions] == list(range(len(known.discussions), 0, -1))
        heads = [branch.sha for branch in repository.branches if branch.name == repository.default_branch]
        assert [commit.sha for commit in known.commits[:1]] == heads
        for commit, before in zip(known.commits, known.commits[1:], strict=False):
            assert commit.parents[0] == before.sha
            assert commit.committed_at >= before.committed_at


def test_add_repository_accepts_amounts_of_history(fleet: Fleet) -> None:
    made = fleet.add_repository("acme", "big", commits=7, tags=6, releases=5, issues=4, pulls=3, open_issues=2)
    known = fleet.history(made)
    assert [len(known.commits), len(known.tags), len(known.releases)] == [7, 6, 5]
    assert [len(known.issues), len(known.pulls)] == [4, 3]
    assert sum(issue.state == "open" for issue in known.discussions) == 2
    half = fleet.add_repository("acme", "half", issues=4)
    assert half.open_issues == 2


@pytest.mark.parametrize(
    "wrong",
    [{"commits": -1}, {"commits": 0}, {"issues": -1}, {"empty": True, "commits": 1}, {"empty": True, "tags": 1}],
)
def test_invalid_amounts_are_rejected(fleet: Fleet, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"negative|at least 1|empty repository"):
        fleet.add_repository("acme", "wrong", **wrong)
    assert fleet.find("acme", "wrong") is None


def test_an_added_commit_is_the_new_head(fleet: Fleet) -> None:
    added = fleet.add_commit(
        "acme/tool", "Fix", author="fleet-admin", path="a/b.py", committed_at="2030-01-01T00:00:00Z"
    )
    now = fleet.repository("acme/tool")
    assert next(branch.sha for branch in now.branches if branch.name == "main") == added.sha
    assert now.pushed_at == "2030-01-01T00:00:00Z"
    commits = fleet.history(now).commits
    assert (commits[0], commits[0].parents) == (added, (commits[1].sha,))
    assert (added.author, added.committer, added.author_name) == ("fleet-admin",) * 3
    assert fleet.add_commit("acme/tool", "Fix").sha != added.sha
    fleet.add_repository("acme", "void", empty=True)
    with pytest.raises(ValueError, match="empty"):
        fleet.add_commit("acme/void")


def test_refs_resolve_to_commits(fleet: Fleet) -> None:
    repository = fleet.add_repository("acme", "refs", commits=5, tags=5)
    known = fleet.history(repository)
    assert known.commits_from(repository) == known.commits_from(repository, "main") == known.commits
    third = known.commits[2]
    assert known.commits_from(repository, third.sha[:7]) == known.commits[2:]
    assert known.commits_from(repository, "v1.2.0") == known.commits[2:]
    develop = known.commits_from(repository, "develop")
    assert develop is not None
    assert develop[1:] == known.commits
    assert develop[0].parents == (known.commits[0].sha,)
    assert known.commits_from(repository, "nothing") is None
    void = fleet.add_repository("acme", "void", empty=True)
    assert fleet.history(void).commits_from(void) is None


def test_issues_and_pull_requests_share_their_numbers(fleet: Fleet) -> None:
    issue = fleet.add_issue("acme/tool", "One")
    pull = fleet.add_pull_request("acme/tool", "Two")
    third = fleet.add_issue("acme/tool", "Three", state="closed")
    assert [item.number for item in (issue, pull, third)] == [1, 2, 3]
    assert isinstance(pull, PullRequest)
    assert (pull.head_repository, pull.base_ref) == ("acme/tool", "main")
    assert third.closed_at == third.updated_at
    assert fleet.repository("acme/tool").open_issues == 2
    with pytest.raises(ValueError, match="already"):
        fleet.add_issue("acme/tool", "Two again", number=2)


def test_an_issue_can_be_closed_and_reopened(fleet: Fleet) -> None:
    fleet.add_issue("acme/tool", "One")
    closed = fleet.change_issue("acme/tool", 1, state="closed")
    assert closed.closed_at is not None
    assert fleet.repository("acme/tool").open_issues == 0
    opened = fleet.change_issue("acme/tool", 1, state="open", title="Uno")
    assert (opened.closed_at, opened.title) == (None, "Uno")
    assert fleet.repository("acme/tool").open_issues == 1
    with pytest.raises(KeyError, match="no issue 2"):
        fleet.change_issue("acme/tool", 2, state="closed")


def test_tags_releases_labels_and_languages_can_be_added(fleet: Fleet) -> None:
    before = fleet.version
    tag = fleet.add_tag("acme/tool", "v1")
    release = fleet.add_release("acme/tool", "v1", draft=True)
    label = fleet.add_label("acme/tool", "odd", color="000000")
    fleet.set_languages("acme/tool", {"C": 5})
    known = fleet.history(fleet.repository("acme/tool"))
    assert (known.tags, known.releases, known.labels[-1], known.languages) == ([tag], [release], label, {"C": 5})
    assert (tag.sha, release.published_at) == (known.commits[0].sha, None)
    assert len({item.id for item in known.labels}) == len(known.labels)
    assert fleet.version > before
    with pytest.raises(ValueError, match="already"):
        fleet.add_tag("acme/tool", "v1")


def test_add_issue_adds_labels_and_milestones_and_rejects_unknown_users(fleet: Fleet) -> None:
    fleet.add_issue("acme/tool", "One", labels=("new",), milestone="3.0", assignees=("fleet-admin",))
    fleet.change_issue("acme/tool", 1, labels=("new", "newer"))
    known = fleet.history(fleet.repository("acme/tool"))
    assert [label.name for label in known.labels[-2:]] == ["new", "newer"]
    assert [(item.title, item.number) for item in known.milestones] == [("3.0", 1)]
    for wrong in ({"author": "nobody"}, {"assignees": ("nobody",)}, {"author": "acme"}):
        with pytest.raises(ValueError, match="no user"):
            fleet.add_issue("acme/tool", "Two", **wrong)
    with pytest.raises(ValueError, match="no user 'nobody'"):
        fleet.add_commit("acme/tool", author="nobody")
    assert len(known.issues) == 1


def test_history_survives_a_rename_and_ends_with_the_repository(fleet: Fleet) -> None:
    made = fleet.add_issue("acme/tool", "One")
    renamed = fleet.rename("acme/tool", "acme/kit")
    assert fleet.history(renamed).issues == [made]
    fleet.remove("acme/kit")
    again: list[Issue] = fleet.history(fleet.add_repository("acme", "kit")).issues
    assert again == []


def test_an_empty_repository_can_be_filled(fleet: Fleet) -> None:
    void = fleet.add_repository("acme", "void", empty=True)
    assert fleet.history(void).commits == []
    filled = fleet.update("acme/void", empty=False, branches=1)
    assert fleet.history(filled).commits[0].sha == filled.branches[0].sha


def test_forks_are_found_after_a_rename_of_their_parent(fleet: Fleet) -> None:
    fork = fleet.add_repository("fleet-admin", "tool", fork=True, parent="acme/tool")
    parent = fleet.rename("acme/tool", "acme/kit")
    assert fleet.forks_of(parent) == [fork]
    assert fleet.forks_of(fork) == []
