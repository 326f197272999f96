"""Branches and contributors as GitHub shows them."""

from __future__ import annotations

from ..model import Account, Branch, Contributor, Repository
from ..parts import sha
from .accounts import short
from .addresses import WEB, Addresses, Json, node_id


def listed_branch(branch: Branch, repository: Repository, at: Addresses) -> Json:
    """A branch as it appears in a list."""
    url = at.repository(repository.full_name)
    return {
        "name": branch.name,
        "commit": {"sha": branch.sha, "url": f"{url}/commits/{branch.sha}"},
        "protected": branch.protected,
        "protection": _protection(branch),
        "protection_url": f"{url}/branches/{branch.name}/protection",
    }


def single_branch(branch: Branch, repository: Repository, author: Account, at: Addresses) -> Json:
    """A branch asked for alone, with its newest commit."""
    url = f"{at.repository(repository.full_name)}/branches/{branch.name}"
    return {
        "name": branch.name,
        "commit": _commit(branch, repository, author, at),
        "_links": {"self": url, "html": f"{WEB}/{repository.full_name}/tree/{branch.name}"},
        "protected": branch.protected,
        "protection": _protection(branch),
        "protection_url": f"{url}/protection",
    }


def _protection(branch: Branch) -> Json:
    level = "non_admins" if branch.protected else "off"
    checks: Json = {"enforcement_level": level, "contexts": [], "checks": []}
    return {"enabled": branch.protected, "required_status_checks": checks}


def _commit(branch: Branch, repository: Repository, author: Account, at: Addresses) -> Json:
    url, page = at.repository(repository.full_name), f"{WEB}/{repository.full_name}/commit"
    tree, parent = sha(branch.sha, "tree"), sha(branch.sha, "parent")
    signature = {"name": author.name, "email": f"{author.id}@mail.invalid", "date": repository.pushed_at}
    unsigned = {
        "verified": False,
        "reason": "unsigned",
        "signature": None,
        "payload": None,
        "verified_at": None,
    }
    return {
        "sha": branch.sha,
        "node_id": node_id("C", repository.id, branch.sha),
        "commit": {
            "author": signature,
            "committer": signature,
            "message": f"Work on {branch.name}\n\nAs it says.",
            "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
            "url": f"{url}/git/commits/{branch.sha}",
            "comment_count": 0,
            "verification": unsigned,
        },
        "url": f"{url}/commits/{branch.sha}",
        "html_url": f"{page}/{branch.sha}",
        "comments_url": f"{url}/commits/{branch.sha}/comments",
        "author": short(author, at),
        "committer": short(author, at),
        "parents": [{"sha": parent, "url": f"{url}/commits/{parent}", "html_url": f"{page}/{parent}"}],
    }


def contributor(person: Contributor, account: Account | None, at: Addresses) -> Json:
    """A contributor; without an account the four keys of an anonymous one."""
    if account is None:
        name = person.name if person.name is not None else person.login
        return {
            "email": person.email,
            "name": name,
            "type": "Anonymous",
            "contributions": person.contributions,
        }
    return {**short(account, at), "contributions": person.contributions}
