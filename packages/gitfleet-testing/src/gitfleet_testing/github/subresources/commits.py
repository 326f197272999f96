"""JSON objects of branches, commits and contributors."""

from __future__ import annotations

from ...data.hosts import WEB
from ...data.ids import fake_sha
from ...data.models import Account, Branch, Contributor, Repository
from ...data.records import Commit
from ..accounts import short
from ..urls import ApiURLs, Json, node_id
from .request_context import RequestContext

__all__ = ["contributor", "listed_branch", "listed_commit", "single_branch", "single_commit"]

_UNSIGNED: Json = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def listed_branch(branch: Branch, repository: Repository, urls: ApiURLs) -> Json:
    """Return a branch as in a list."""
    url = urls.repository(repository.full_name)
    return {
        "name": branch.name,
        "commit": {"sha": branch.sha, "url": f"{url}/commits/{branch.sha}"},
        "protected": branch.protected,
        "protection": _protection(branch),
        "protection_url": f"{url}/branches/{branch.name}/protection",
    }


def single_branch(branch: Branch, head: Commit, context: RequestContext) -> Json:
    """Return a single branch with its newest commit."""
    url = f"{context.url}/branches/{branch.name}"
    return {
        "name": branch.name,
        "commit": listed_commit(head, context),
        "_links": {"self": url, "html": f"{WEB}/{context.repository.full_name}/tree/{branch.name}"},
        "protected": branch.protected,
        "protection": _protection(branch),
        "protection_url": f"{url}/protection",
    }


def _protection(branch: Branch) -> Json:
    rules = branch.rules if branch.protected else None
    names = [] if rules is None else list(rules.checks)
    level = "off" if rules is None else "everyone" if rules.administrators else "non_admins"
    checks: Json = {
        "enforcement_level": level,
        "contexts": names,
        "checks": [{"context": name, "app_id": 15368} for name in names],
    }
    # As on the service: a branch that only a ruleset protects is protected, but has no enabled protection.
    return {"enabled": rules is not None, "required_status_checks": checks}


def listed_commit(commit: Commit, context: RequestContext) -> Json:
    """Return a commit as in a list."""
    url, page = context.url, f"{WEB}/{context.repository.full_name}/commit"
    tree = fake_sha(commit.sha, "tree")
    return {
        "sha": commit.sha,
        "node_id": node_id("C", context.repository.id, commit.sha),
        "commit": {
            "author": {"name": commit.author_name, "email": commit.author_email, "date": commit.authored_at},
            "committer": {"name": commit.committer_name, "email": commit.committer_email, "date": commit.committed_at},
            "message": commit.message,
            "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
            "url": f"{url}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": _UNSIGNED,
        },
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{page}/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": context.short(commit.author),
        "committer": context.short(commit.committer),
        "parents": [
            {"sha": parent, "url": f"{url}/commits/{parent}", "html_url": f"{page}/{parent}"}
            for parent in commit.parents
        ],
    }


def single_commit(commit: Commit, context: RequestContext) -> Json:
    """Return a single commit with its changed file."""
    added, removed = commit.lines
    web, ref = f"{WEB}/{context.repository.full_name}", f"{commit.sha}/{commit.path}"
    file = {
        "sha": fake_sha(commit.sha, commit.path),
        "filename": commit.path,
        "status": "modified" if commit.parents else "added",
        "additions": added,
        "deletions": removed,
        "changes": added + removed,
        "blob_url": f"{web}/blob/{ref}",
        "raw_url": f"{web}/raw/{ref}",
        "contents_url": f"{context.url}/contents/{commit.path}?ref={commit.sha}",
        "patch": f"@@ -1,{removed} +1,{added} @@",
    }
    stats = {"total": added + removed, "additions": added, "deletions": removed}
    return {**listed_commit(commit, context), "stats": stats, "files": [file]}


def contributor(person: Contributor, account: Account | None, urls: ApiURLs) -> Json:
    """Return a contributor. Without an account it has four keys."""
    if account is None:
        name = person.name if person.name is not None else person.login
        return {
            "email": person.email,
            "name": name,
            "type": "Anonymous",
            "contributions": person.contributions,
        }
    return {**short(account, urls), "contributions": person.contributions}
