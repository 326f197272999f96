"""Templates of the paths that clients of GitLab request, for telemetry."""

from __future__ import annotations

__all__ = ["PATH_TEMPLATES"]

_PROJECT = (
    "",
    "/custom_attributes",
    "/deploy_keys",
    "/environments",
    "/forks",
    "/issues",
    "/issues/{issue_iid}",
    "/issues/{issue_iid}/notes",
    "/jobs",
    "/labels",
    "/languages",
    "/members",
    "/members/all",
    "/merge_requests",
    "/merge_requests/{merge_request_iid}",
    "/milestones",
    "/pipelines",
    "/pipelines/{pipeline_id}",
    "/protected_branches",
    "/releases",
    "/repository/branches",
    "/repository/branches/{branch}",
    "/repository/commits",
    "/repository/commits/{sha}",
    "/repository/commits/{sha}/diff",
    "/repository/contributors",
    "/repository/files/{file_path}",
    "/repository/files/{file_path}/raw",
    "/repository/tags",
    "/repository/tree",
    "/search",
    "/starrers",
    "/users",
)
"""Below a project."""
_OTHERS = (
    "/graphql",
    "/groups",
    "/groups/{id}",
    "/groups/{id}/descendant_groups",
    "/groups/{id}/members",
    "/groups/{id}/members/all",
    "/groups/{id}/projects",
    "/groups/{id}/search",
    "/groups/{id}/subgroups",
    "/job",
    "/metadata",
    "/projects",
    "/search",
    "/user",
    "/users",
    "/users/{id}",
    "/users/{id}/projects",
    "/version",
)
PATH_TEMPLATES: tuple[str, ...] = (*(f"/projects/{{id}}{end}" for end in _PROJECT), *_OTHERS)
"""Templates of the paths below the base URL, with the names that GitLab's documentation uses."""
