"""JSON objects of projects: about 3 KB in a list."""

from __future__ import annotations

from collections.abc import Sequence

from ..data.hosts import WEB
from ..data.licenses import LICENSES
from ..data.models import Account, Organization, Repository, User
from .accounts import name_of, namespace, short
from .urls import ApiURLs, Json, page_of, stamp

__all__ = ["basic", "further", "license_of", "namespace_of", "permissions", "settings", "shares"]

#: Features that are always enabled.
_ENABLED = (
    "repository_access_level",
    "merge_requests_access_level",
    "forking_access_level",
    "builds_access_level",
    "snippets_access_level",
    "analytics_access_level",
    "container_registry_access_level",
    "releases_access_level",
    "environments_access_level",
    "feature_flags_access_level",
    "infrastructure_access_level",
    "monitor_access_level",
    "model_experiments_access_level",
    "model_registry_access_level",
    "requirements_access_level",
    "operations_access_level",
)
_LINKS = ("issues", "merge_requests", "repo_branches", "labels", "events", "members", "cluster_agents")
_EXPIRY = {"cadence": "1d", "enabled": False, "keep_n": 10, "older_than": "90d", "name_regex": ".*"}


def basic(repository: Repository, owner: Account) -> Json:
    """Return the keys that are visible without a token, except for ``namespace``."""
    page = page_of(repository)
    return {
        "id": repository.id,
        "description": repository.description,
        "name": repository.name,
        "name_with_namespace": f"{name_of(owner)} / {repository.name}",
        "path": repository.name,
        "path_with_namespace": repository.full_name,
        "created_at": stamp(repository.created_at),
        "default_branch": None if repository.empty else repository.default_branch,
        "tag_list": list(repository.topics),
        "topics": list(repository.topics),
        "ssh_url_to_repo": f"git@{WEB.removeprefix('https://')}:{repository.full_name}.git",
        "http_url_to_repo": f"{page}.git",
        "web_url": page,
        "readme_url": None if repository.empty else f"{page}/-/blob/{repository.default_branch}/README.md",
        "forks_count": repository.forks,
        "avatar_url": None,
        "star_count": repository.stars,
        "last_activity_at": stamp(repository.pushed_at),
        "visibility": repository.visibility,
    }


def namespace_of(owner: Account, parent: Organization | None) -> Json:
    """Return the key ``namespace``, which projects of the same owner have in common."""
    return {"namespace": namespace(owner, parent)}


def further(repository: Repository, owner: Account, urls: ApiURLs) -> Json:
    """Return the additional keys that are visible with a token, also in lists, except for ``settings``."""
    url = urls.project(repository.id)
    issues, wiki, pages = (
        "enabled" if on else "disabled" for on in (repository.has_issues, repository.has_wiki, repository.has_pages)
    )
    return {
        "container_registry_image_prefix": f"registry.forge.invalid/{repository.full_name.lower()}",
        "_links": {"self": url, **{name: f"{url}/{name.replace('repo_', 'repository/')}" for name in _LINKS}},
        "packages_enabled": True,
        "empty_repo": repository.empty,
        "archived": repository.archived,
        **({"owner": short(owner)} if isinstance(owner, User) else {}),
        "resolve_outdated_diff_discussions": False,
        "repository_object_format": "sha1",
        "issues_enabled": repository.has_issues,
        "merge_requests_enabled": True,
        "wiki_enabled": repository.has_wiki,
        "jobs_enabled": True,
        "snippets_enabled": True,
        "container_registry_enabled": True,
        "service_desk_enabled": False,
        **({"mr_default_target_self": False} if repository.fork else {}),
        "can_create_merge_request_in": not repository.archived,
        "issues_access_level": issues,
        "wiki_access_level": wiki,
        "pages_access_level": pages,
        "security_and_compliance_access_level": "private",
        "emails_disabled": False,
        "emails_enabled": True,
        "shared_runners_enabled": True,
        "lfs_enabled": True,
        "creator_id": owner.id,
        "import_status": "none",
        # A project without issues has no count.
        **({"open_issues_count": repository.open_issues} if repository.has_issues else {}),
        "description_html": "",
        "updated_at": stamp(repository.updated_at),
    }


def settings() -> Json:
    """Return the keys that are visible with a token and have the same value in all projects."""
    return {
        **dict.fromkeys(_ENABLED, "enabled"),
        "container_expiration_policy": {**_EXPIRY, "name_regex_keep": None, "next_run_at": "2025-01-01T00:00:00.000Z"},
        "ci_config_path": "",
        "ci_default_git_depth": 20,
        "ci_forward_deployment_enabled": True,
        "ci_job_token_scope_enabled": False,
        "public_jobs": True,
        "build_timeout": 3600,
        "build_git_strategy": "fetch",
        "build_coverage_regex": None,
        "auto_cancel_pending_pipelines": "enabled",
        "auto_devops_enabled": False,
        "auto_devops_deploy_strategy": "continuous",
        "keep_latest_artifact": True,
        "restrict_user_defined_variables": False,
        "import_error": None,
        "only_allow_merge_if_pipeline_succeeds": False,
        "allow_merge_on_skipped_pipeline": None,
        "request_access_enabled": True,
        "only_allow_merge_if_all_discussions_are_resolved": False,
        "remove_source_branch_after_merge": True,
        "printing_merge_request_link_enabled": True,
        "merge_method": "merge",
        "merge_pipelines_enabled": False,
        "merge_trains_enabled": False,
        "squash_option": "default_off",
        "enforce_auth_checks_on_uploads": True,
        "suggestion_commit_message": None,
        "merge_commit_template": None,
        "squash_commit_template": None,
        "issue_branch_template": None,
        "issues_template": None,
        "merge_requests_template": None,
        "warn_about_potentially_unwanted_characters": True,
        "autoclose_referenced_issues": True,
        "external_authorization_classification_label": "",
        "requirements_enabled": False,
        "security_and_compliance_enabled": False,
        "compliance_frameworks": [],
        "approvals_before_merge": 0,
        "mirror": False,
        "marked_for_deletion_at": None,
        "marked_for_deletion_on": None,
        "service_desk_address": None,
    }


def shares(groups: Sequence[Organization]) -> Json:
    """Return ``shared_with_groups``: the groups and the access level of their members."""
    listed = [
        {
            "group_id": group.id,
            "group_name": name_of(group),
            "group_full_path": group.login,
            "group_access_level": 30,
            "expires_at": None,
        }
        for group in groups
    ]
    return {"shared_with_groups": listed}


def permissions(project: int | None, group: int | None) -> Json:
    """Return ``permissions``: the user's access levels by project and by group."""
    found = {"project_access": project, "group_access": group}
    return {
        "permissions": {
            name: None if level is None else {"access_level": level, "notification_level": 3}
            for name, level in found.items()
        }
    }


def license_of(repository: Repository) -> Json:
    """Return ``license`` and ``license_url``, which are optional."""
    if repository.license is None:
        return {"license_url": None, "license": None}
    # As on GitHub, a license that is not recognized is "other".
    name = LICENSES.get(repository.license, ("Other", ""))[0]
    found = {
        "key": repository.license if repository.license in LICENSES else "other",
        "name": name,
        "nickname": None,
        "html_url": f"https://licenses.invalid/{repository.license}",
        "source_url": None,
    }
    return {
        "license_url": f"{page_of(repository)}/-/blob/{repository.default_branch}/LICENSE",
        "license": found,
    }
