"""JSON objects of repositories: 5 to 6 KB in a list, more for a single repository."""

from __future__ import annotations

from typing import NamedTuple

from ..data.hosts import WEB
from ..data.licenses import LICENSES
from ..data.models import Account, Organization, Repository
from .accounts import short
from .urls import ApiURLs, Json, node_id

__all__ = ["LINKS", "Parts", "details", "licence", "listed", "minimal", "parts", "permissions"]

#: Keys of links, with the suffix of the repository's URL.
LINKS = (
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)

_ROLES = ("admin", "maintain", "push", "triage", "pull")
_RIGHTS = {"admin": 5, "write": 3, "read": 1}


class Parts(NamedTuple):
    """The keys of a repository in a list. Between the first two is ``owner``, between the last two are the links."""

    identity: Json
    description: Json
    facts: Json


def parts(repository: Repository, urls: ApiURLs) -> Parts:
    """Return the keys of a repository in a list, without ``owner``, links and ``permissions``."""
    return Parts(_identity(repository), _description(repository, urls), _facts(repository, urls))


def listed(repository: Repository, owner: Account, urls: ApiURLs) -> Json:
    """Return a repository as in a list, without ``permissions``, the only key that depends on the user."""
    return {**minimal(repository, owner, urls), **_facts(repository, urls)}


def minimal(repository: Repository, owner: Account, urls: ApiURLs) -> Json:
    """Return a repository as inside a workflow run: 46 keys, without counts and times."""
    url = urls.repository(repository.full_name)
    return {
        **_identity(repository),
        "owner": short(owner, urls),
        **_description(repository, urls),
        **{key: url + rest for key, rest in LINKS},
    }


def _identity(repository: Repository) -> Json:
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }


def _description(repository: Repository, urls: ApiURLs) -> Json:
    return {
        "html_url": f"{WEB}/{repository.full_name}",
        "description": repository.description,
        "fork": repository.fork,
        "url": urls.repository(repository.full_name),
    }


def _facts(repository: Repository, urls: ApiURLs) -> Json:
    full_name = repository.full_name
    return {
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "pushed_at": repository.pushed_at,
        "git_url": f"git://forge.invalid/{full_name}.git",
        "ssh_url": f"git@forge.invalid:{full_name}.git",
        "clone_url": f"{WEB}/{full_name}.git",
        "svn_url": f"{WEB}/{full_name}",
        "homepage": repository.homepage,
        "size": repository.size,
        "stargazers_count": repository.stars,
        "watchers_count": repository.stars,
        "language": repository.language,
        "has_issues": repository.has_issues,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": repository.has_wiki,
        "has_pages": repository.has_pages,
        "has_discussions": repository.has_discussions,
        "forks_count": repository.forks,
        "mirror_url": None,
        "archived": repository.archived,
        "disabled": repository.disabled,
        "open_issues_count": repository.open_issues,
        "license": licence(repository.license, urls),
        "allow_forking": True,
        "is_template": repository.is_template,
        "web_commit_signoff_required": False,
        "topics": list(repository.topics),
        "visibility": repository.visibility,
        "forks": repository.forks,
        "open_issues": repository.open_issues,
        "watchers": repository.stars,
        "default_branch": repository.default_branch,
    }


def licence(key: str | None, urls: ApiURLs) -> Json | None:
    """Return the license object inside a repository. Unknown keys become "other"."""
    if key is None:
        return None
    if key not in LICENSES:
        # A license file that the service does not recognize has no URL.
        return {
            "key": "other",
            "name": "Other",
            "spdx_id": "NOASSERTION",
            "url": None,
            "node_id": node_id("L", 0),
        }
    name, spdx = LICENSES[key]
    number = 1 + list(LICENSES).index(key)
    url = f"{urls.api}/licenses/{key}"
    return {"key": key, "name": name, "spdx_id": spdx, "url": url, "node_id": node_id("L", number)}


def permissions(role: str) -> Json:
    """Return ``permissions`` of a role: ``"admin"``, ``"write"`` or ``"read"``."""
    return {"permissions": {name: rank >= len(_ROLES) - _RIGHTS[role] for rank, name in enumerate(_ROLES)}}


def details(repository: Repository, owner: Account, role: str | None, urls: ApiURLs) -> Json:
    """Return the additional keys of a single repository. ``role`` is None for a request without a token."""
    more: Json = {"temp_clone_token": "" if role else None}
    if role == "admin":
        more |= _merge_settings()
    more["custom_properties"] = {}
    if isinstance(owner, Organization):
        more["organization"] = short(owner, urls)
    if role == "admin":
        more["security_and_analysis"] = _security()
    more["network_count"] = repository.forks
    more["subscribers_count"] = repository.subscribers
    return more


def _merge_settings() -> Json:
    return {
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": True,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "allow_update_branch": False,
        "use_squash_pr_title_as_default": False,
        "squash_merge_commit_message": "COMMIT_MESSAGES",
        "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
        "merge_commit_message": "PR_TITLE",
        "merge_commit_title": "MERGE_MESSAGE",
    }


def _security() -> Json:
    on, off = {"status": "enabled"}, {"status": "disabled"}
    return {
        "secret_scanning": on,
        "secret_scanning_push_protection": on,
        "dependabot_security_updates": off,
        "secret_scanning_non_provider_patterns": off,
        "secret_scanning_validity_checks": off,
    }
