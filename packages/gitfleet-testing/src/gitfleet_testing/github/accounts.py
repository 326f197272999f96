"""JSON objects of users and organizations."""

from __future__ import annotations

from ..data.hosts import AVATARS, WEB
from ..data.listed import RepositoryList
from ..data.models import Account, Organization, User
from .urls import ApiURLs, Json, node_id

__all__ = ["organization", "profile", "short"]


def short(account: Account, urls: ApiURLs) -> Json:
    """Return the 19 keys of an account inside other objects."""
    url = urls.user(account.login)
    kind = account.kind if isinstance(account, User) else "Organization"
    page = f"{WEB}/apps/{account.login.removesuffix('[bot]')}" if kind == "Bot" else f"{WEB}/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O" if kind == "Organization" else "U", account.id),
        "avatar_url": f"{AVATARS}/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": page,
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def profile(account: Account, owned: RepositoryList, urls: ApiURLs, *, self_view: bool) -> Json:
    """Return the object of /users/LOGIN. ``self_view`` adds the keys that only the user's own token receives."""
    public = sum(not repository.private for repository in owned.outlines())
    user = account if isinstance(account, User) else None
    keys: Json = {
        **short(account, urls),
        "name": account.name,
        "company": user.company if user else None,
        "blog": account.blog,
        "location": account.location,
        "email": account.email,
        "hireable": None,
        "bio": user.bio if user else account.description if isinstance(account, Organization) else None,
        "twitter_username": None,
        "public_repos": public,
        "public_gists": 0,
        "followers": user.followers if user else 0,
        "following": user.following if user else 0,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
    }
    if self_view:
        keys["user_view_type"] = "private"
        keys |= _private_counts(owned)
        keys["two_factor_authentication"] = True
        keys["plan"] = {"name": "free", "space": 976562499, "collaborators": 0, "private_repos": 10000}
    return keys


def organization(account: Organization, owned: RepositoryList, urls: ApiURLs, *, member: bool) -> Json:
    """Return the object of /orgs/LOGIN. ``member`` adds the settings that members see."""
    url = f"{urls.api}/orgs/{account.login}"
    keys: Json = {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{AVATARS}/u/{account.id}?v=4",
        "description": account.description,
        "name": account.name,
        "company": None,
        "blog": account.blog,
        "location": account.location,
        "email": account.email,
        "twitter_username": None,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_repos": sum(not repository.private for repository in owned.outlines()),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "html_url": f"{WEB}/{account.login}",
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "archived_at": None,
        "type": "Organization",
    }
    return keys | _settings(account, owned) if member else keys


def _private_counts(owned: RepositoryList) -> Json:
    private = sum(repository.private for repository in owned.outlines())
    return {
        "private_gists": 0,
        "total_private_repos": private,
        "owned_private_repos": private,
        "disk_usage": sum(repository.size for repository in owned.outlines()),
        "collaborators": 0,
    }


def _settings(account: Organization, owned: RepositoryList) -> Json:
    seats = len(account.members)
    return {
        **_private_counts(owned),
        "billing_email": None,
        "default_repository_permission": "read",
        "members_can_create_repositories": True,
        "two_factor_requirement_enabled": False,
        "members_can_create_pages": True,
        "members_can_fork_private_repositories": False,
        "web_commit_signoff_required": False,
        "plan": {
            "name": "team",
            "space": 976562499,
            "private_repos": 999999,
            "filled_seats": seats,
            "seats": seats,
        },
    }
