"""Users, groups, namespaces and members as GitLab shows them."""

from __future__ import annotations

from ..data.models import Account, Organization, User
from .addresses import Json, avatar_of, avatar_path, namespace_id, stamp, web_of

__all__ = ["basic", "group", "group_details", "job", "member", "name_of", "namespace", "own", "public", "short"]


def basic(user: User) -> Json:
    """The keys that stand for a user in lists and inside other objects."""
    return {
        "id": user.id,
        "username": user.login,
        "public_email": user.email or "",
        # Everybody has a name here, bots too.
        "name": user.name or user.login,
        "state": "active",
        "locked": False,
        "avatar_url": avatar_of(user),
        "web_url": web_of(user),
    }


def short(user: User) -> Json:
    """The keys of an author or assignee."""
    return {key: value for key, value in basic(user).items() if key != "public_email"}


def public(user: User) -> Json:
    """A user at /users/:id."""
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
    """A user as their own token is shown it, at /user."""
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
    """The CI job that a job's token belongs to, which the user started."""
    return {"id": user.id, "status": "running", "stage": "test", "name": "read", "ref": "main", "user": short(user)}


def member(user: User, access_level: int, group: Organization) -> Json:
    """A user in the list of a group's members."""
    return {
        **short(user),
        "access_level": access_level,
        "created_at": stamp(group.created_at),
        "created_by": None,
        "expires_at": None,
        "membership_state": "active",
    }


def group(account: Organization, above: Organization | None) -> Json:
    """A group in a list."""
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
        "full_name": account.login.replace("/", " / ") if above else name_of(account),
        "full_path": account.login,
        "created_at": stamp(account.created_at),
        "parent_id": above.id if above else None,
        "ldap_cn": None,
        "ldap_access": None,
    }


def group_details(account: Organization, above: Organization | None, *, owner: bool) -> Json:
    """A group at /groups/:id, without its projects; owners are shown the runners' token."""
    return {
        **group(account, above),
        "shared_with_groups": [],
        **({"runners_token": "forge-runner"} if owner else {}),
        "prevent_sharing_groups_outside_hierarchy": False,
        "shared_runners_minutes_limit": None,
        "extra_shared_runners_minutes_limit": None,
        "prevent_forking_outside_group": None,
        "membership_lock": False,
    }


def name_of(account: Account) -> str:
    """The name that is shown; a group always has one."""
    return account.name or account.login.rpartition("/")[2]


def namespace(account: Account, above: Organization | None) -> Json:
    """A namespace: what projects are in."""
    return {
        "id": namespace_id(account),
        "name": name_of(account),
        "path": account.login.rpartition("/")[2],
        "kind": "group" if isinstance(account, Organization) else "user",
        "full_path": account.login,
        "parent_id": above.id if above else None,
        "avatar_url": avatar_path(account) if isinstance(account, Organization) else avatar_of(account),
        "web_url": web_of(account),
    }
