"""Events of a repository, derived from its history."""

from __future__ import annotations

from dataclasses import dataclass

from ...data.hosts import AVATARS
from ...data.ids import fake_sha
from ...data.records import Commit, Issue, PullRequest
from ..urls import Json
from . import issues, pulls
from .request_context import RequestContext

__all__ = ["Event", "of_repository"]


@dataclass(frozen=True, slots=True)
class Event:
    """An event.

    Attributes:
        time: when it happened, UTC.
        about: the commit, issue or pull request.
        action: "pushed", "opened" or "closed".
        login: the user. None if the account was deleted.
    """

    time: str
    about: Commit | Issue
    action: str
    login: str | None

    def shown(self, context: RequestContext) -> Json:
        """Return the JSON object."""
        account = None if self.login is None else context.fleet.account(self.login)
        login, number = ("ghost", 10137) if account is None else (account.login, account.id)
        return {
            "id": str(int(fake_sha(context.repository.id, self.time, self.action, repr(self.about))[:9], 16)),
            "type": self._kind,
            "actor": {
                "id": number,
                "login": login,
                "display_login": login,
                "gravatar_id": "",
                "url": context.urls.user(login),
                "avatar_url": f"{AVATARS}/u/{number}?",
            },
            "repo": {"id": context.repository.id, "name": context.repository.full_name, "url": context.url},
            "payload": self._payload(context),
            "public": not context.repository.private,
            "created_at": self.time,
        }

    @property
    def _kind(self) -> str:
        if isinstance(self.about, Commit):
            return "PushEvent"
        return "PullRequestEvent" if isinstance(self.about, PullRequest) else "IssuesEvent"

    def _payload(self, context: RequestContext) -> Json:
        if isinstance(self.about, PullRequest):
            pull = pulls.listed(self.about, context)
            return {"action": self.action, "number": self.about.number, "pull_request": pull}
        if isinstance(self.about, Issue):
            return {"action": self.action, "issue": issues.listed(self.about, context)}
        return {
            "repository_id": context.repository.id,
            "ref": f"refs/heads/{context.repository.default_branch}",
            "head": self.about.sha,
            "before": self.about.parents[0] if self.about.parents else "0" * 40,
        }


def of_repository(context: RequestContext) -> list[Event]:
    """Return all events, the newest first."""
    found = [Event(commit.committed_at, commit, "pushed", commit.author) for commit in context.history.commits]
    for issue in context.history.discussions:
        found.append(Event(issue.created_at, issue, "opened", issue.author))
        if issue.closed_at is not None:
            found.append(Event(issue.closed_at, issue, "closed", issue.author))
    return sorted(found, key=lambda event: event.time, reverse=True)
