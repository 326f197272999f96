"""JSON objects of users, groups, namespaces and members."""

from __future__ import annotations

from ..data.models import Account, Organization, User
from .urls import Json, avatar_of, avatar_path, namespace_id, stamp, web_of

__all__ = ["basic", "group", "group_details", "job", "member", "name_of", "namespace", "own", "public", "short"]


def basic(user: User) -> Json:
    """Return the keys of a user in lists and inside other objects."""
    return {
        "id": user.id,
        "username": user.login,
        "public_email": user.email or "",
        # On GitLab every account has a name, including bots.
        "name": user.name or user.login,
        "state": "active",
        "locked": False,
        "avatar_url": avatar_of(user),
        "web_url": web_of(user),
    }


def short(user: User) -> Json:
    """Return the keys of an author or assignee."""
    return {key: value for key, value in basic(user).items() if key != "public_email"}


def public(user: User) -> Json:
    """Return the object of /users/:id."""
    return {
        **basic(user),
        "created_at": stamp(user.created_at),
        "bio": user.bio or "",
        "bio_html": "",
        "location": user.location,
        "linkedin": "",
        "twitter": "",
        "discord": "",
        "skype": "",
        "website_url": user.blog,
        "github": "",
        "organization": user.company,
        "job_title": "",
        "pronouns": None,
        "bot": user.kind == "Bot",
        "work_information": None,
        "followers": user.followers,
        "following": user.following,
        "is_followed": False,
        "local_time": None,
    }


def own(user: User) -> Json:
    """Return the object of /user, which only the user's own token receives."""
    return {
        **public(user),
        "last_sign_in_at": stamp(user.updated_at),
        "confirmed_at": stamp(user.created_at),
        "last_activity_on": user.updated_at.partition("T")[0],
        "email": user.email or f"{user.id}@mail.invalid",
        "theme_id": 3,
        "color_scheme_id": 1,
        "projects_limit": 100_000,
        "current_sign_in_at": stamp(user.updated_at),
        "identities": [],
        "can_create_group": True,
        "can_create_project": True,
        "two_factor_enabled": True,
        "external": False,
        "private_profile": False,
        "commit_email": user.email or f"{user.id}@mail.invalid",
        "shared_runners_minutes_limit": None,
        "extra_shared_runners_minutes_limit": None,
        "scim_identities": [],
    }


def job(user: User) -> Json:
    """Return the CI job of a job token. The user started the job."""
    return {"id": user.id, "status": "running", "stage": "test", "name": "read", "ref": "main", "user": short(user)}


def member(user: User, access_level: int, group: Organization) -> Json:
    """Return a member in the list of a group."""
    return {
        **short(user),
        "access_level": access_level,
        "created_at": stamp(group.created_at),
        "created_by": None,
        "expires_at": None,
        "membership_state": "active",
    }


def group(account: Organization, parent: Organization | None) -> Json:
    """Return a group in a list."""
    return {
        "id": account.id,
        "web_url": web_of(account),
        "name": name_of(account),
        "path": account.login.rpartition("/")[2],
        "description": account.description or "",
        "visibility": "public",
        "share_with_group_lock": False,
        "require_two_factor_authentication": False,
        "two_factor_grace_period": 48,
        "project_creation_level": "developer",
        "auto_devops_enabled": None,
        "subgroup_creation_level": "maintainer",
        "emails_disabled": False,
        "emails_enabled": True,
        "mentions_disabled": None,
        "lfs_enabled": True,
        "default_branch_protection": 2,
        "avatar_url": avatar_of(account),
        "request_access_enabled": True,
        "full_name": account.login.replace("/", " / ") if parent else name_of(account),
        "full_path": account.login,
        "created_at": stamp(account.created_at),
        "parent_id": parent.id if parent else None,
        "ldap_cn": None,
        "ldap_access": None,
    }


def group_details(account: Organization, parent: Organization | None, *, owner: bool) -> Json:
    """Return the object of /groups/:id without its projects. Owners also receive the runners' token."""
    return {
        **group(account, parent),
        "shared_with_groups": [],
        **({"runners_token": "forge-runner"} if owner else {}),
        "prevent_sharing_groups_outside_hierarchy": False,
        "shared_runners_minutes_limit": None,
        "extra_shared_runners_minutes_limit": None,
        "prevent_forking_outside_group": None,
        "membership_lock": False,
    }


def name_of(account: Account) -> str:
    """Return the display name. A group always has one."""
    return account.name or account.login.rpartition("/")[2]


def namespace(account: Account, parent: Organization | None) -> Json:
    """Return the namespace of an account."""
    return {
        "id": namespace_id(account),
        "name": name_of(account),
        "path": account.login.rpartition("/")[2],
        "kind": "group" if isinstance(account, Organization) else "user",
        "full_path": account.login,
        "parent_id": parent.id if parent else None,
        "avatar_url": avatar_path(account) if isinstance(account, Organization) else avatar_of(account),
        "web_url": web_of(account),
    }
