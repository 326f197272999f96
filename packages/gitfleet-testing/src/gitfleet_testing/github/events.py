"""Events of a repository: what its history tells, in the form of the service's feed."""

from __future__ import annotations

from dataclasses import dataclass

from ..parts import sha
from ..records import Commit, Issue, PullRequest
from . import issues, pulls
from .addresses import AVATARS, Json
from .visit import Visit


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody did something at some time."""

    at: str
    about: Commit | Issue
    action: str
    login: str | None

    def shown(self, visit: Visit) -> Json:
        """The event as it stands in a list."""
        account = None if self.login is None else visit.fleet.account(self.login)
        login, number = ("ghost", 10137) if account is None else (account.login, account.id)
        return {
            "id": str(int(sha(visit.repository.id, self.at, self.action, repr(self.about))[:9], 16)),
            "type": self._kind,
            "actor": {
                "id": number,
                "login": login,
                "display_login": login,
                "gravatar_id": "",
                "url": visit.at.user(login),
                "avatar_url": f"{AVATARS}/u/{number}?",
            },
            "repo": {"id": visit.repository.id, "name": visit.repository.full_name, "url": visit.url},
            "payload": self._payload(visit),
            "public": not visit.repository.private,
            "created_at": self.at,
        }

    @property
    def _kind(self) -> str:
        if isinstance(self.about, Commit):
            return "PushEvent"
        return "PullRequestEvent" if isinstance(self.about, PullRequest) else "IssuesEvent"

    def _payload(self, visit: Visit) -> Json:
        if isinstance(self.about, PullRequest):
            pull = pulls.listed(self.about, visit)
            return {"action": self.action, "number": self.about.number, "pull_request": pull}
        if isinstance(self.about, Issue):
            return {"action": self.action, "issue": issues.listed(self.about, visit)}
        return {
            "repository_id": visit.repository.id,
            "ref": f"refs/heads/{visit.repository.default_branch}",
            "head": self.about.sha,
            "before": self.about.parents[0] if self.about.parents else "0" * 40,
        }


def of_repository(visit: Visit) -> list[Event]:
    """All events, the newest first."""
    found = [Event(commit.committed_at, commit, "pushed", commit.author) for commit in visit.history.commits]
    for issue in visit.history.discussions:
        found.append(Event(issue.created_at, issue, "opened", issue.author))
        if issue.closed_at is not None:
            found.append(Event(issue.closed_at, issue, "closed", issue.author))
    return sorted(found, key=lambda event: event.at, reverse=True)
