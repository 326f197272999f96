"""A fleet whose repositories have a history, and what a client must see of it."""

from __future__ import annotations

from gitfleet_testing import Fleet

ORG, USER, FULL, EMPTY = "told", "teller", "told/storied", "told/blank"
NEW = "told/renamed"


def storied_fleet() -> Fleet:
    """A repository with hundreds of everything, an empty one, a private, a renamed and a blocked one."""
    fleet = Fleet()
    fleet.add_user(USER, name="Tell Er", company="Tales", bio="¿?", followers=3)
    others = [fleet.add_user(f"member-{number:03}").login for number in range(130)]
    fleet.add_organization(ORG, members=[USER, *others], description="Stories — long ones")
    amounts = {"commits": 345, "tags": 210, "releases": 130, "issues": 230, "pulls": 120, "open_issues": 100}
    fleet.add_repository(ORG, "storied", branches=["main", "topic/one"], contributors=140, **amounts)
    fleet.add_repository(ORG, "blank", empty=True)
    fleet.add_repository(ORG, "secret", private=True, commits=3, issues=2, pulls=1, releases=2, tags=1)
    fleet.add_repository(ORG, "old", commits=120, tags=110, releases=105, issues=70, pulls=40, contributors=104)
    fleet.rename(f"{ORG}/old", NEW)
    fleet.add_repository(ORG, "taken", commits=1)
    fleet.block(f"{ORG}/taken", "dmca")
    _awkward(fleet)
    return fleet


def _awkward(fleet: Fleet) -> None:
    """What few repositories have, and every listing meets one day."""
    fleet.add_commit(FULL, "Nobody\n\nhas an account\u2028here", author_name="Ñandú", path="docs/nested/a b.md")
    fleet.add_commit(FULL, "By somebody", author=USER, committer=None, parents=())
    fleet.add_issue(FULL, "Of a ghost 👻", author=None, body=None, labels=())
    fleet.add_issue(FULL, "Assigned", assignees=(USER, "member-001"), labels=("bug",), locked=True, comments=12)
    fleet.add_pull_request(FULL, "From nowhere", head_repository=None, draft=True, author=None)
    fleet.add_pull_request(
        FULL, "Merged", state="closed", merged_at="2024-03-04T05:06:07Z", merge_sha="f" * 40, reviewers=(USER,)
    )
    fleet.add_release(FULL, "v0.draft", draft=True, author=None, name=None)
    fleet.set_languages(FULL, {"Rust": 2**40, "Python": 7, "C++": 0})
