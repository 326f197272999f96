"""Templates of the paths that clients of GitHub request, for telemetry."""

from __future__ import annotations

__all__ = ["PATH_ALIASES", "PATH_TEMPLATES"]

_REPOSITORY = (
    "",
    "/actions/runs",
    "/actions/workflows",
    "/branches",
    "/branches/{branch}",
    "/branches/{branch}/protection",
    "/code-scanning/alerts",
    "/codeowners/errors",
    "/collaborators",
    "/commits",
    "/commits/{ref}",
    "/contents",
    "/contents/{+path}",
    "/contributors",
    "/dependabot/alerts",
    "/environments",
    "/events",
    "/forks",
    "/issues",
    "/issues/{issue_number}",
    "/issues/{issue_number}/comments",
    "/keys",
    "/labels",
    "/languages",
    "/license",
    "/milestones",
    "/properties/values",
    "/pulls",
    "/pulls/{pull_number}",
    "/pulls/{pull_number}/commits",
    "/pulls/{pull_number}/files",
    "/readme",
    "/releases",
    "/releases/latest",
    "/rules/branches/{branch}",
    "/secret-scanning/alerts",
    "/stargazers",
    "/subscribers",
    "/tags",
    "/teams",
    "/topics",
)
"""Below a repository."""
_OTHERS = (
    "/",
    "/graphql",
    "/meta",
    "/orgs/{org}",
    "/orgs/{org}/code-scanning/alerts",
    "/orgs/{org}/dependabot/alerts",
    "/orgs/{org}/members",
    "/orgs/{org}/properties/values",
    "/orgs/{org}/repos",
    "/orgs/{org}/secret-scanning/alerts",
    "/orgs/{org}/teams",
    "/rate_limit",
    "/search/code",
    "/search/commits",
    "/search/issues",
    "/search/repositories",
    "/search/users",
    "/user",
    "/user/orgs",
    "/user/repos",
    "/users/{username}",
    "/users/{username}/orgs",
    "/users/{username}/repos",
)
PATH_TEMPLATES: tuple[str, ...] = (*(f"/repos/{{owner}}/{{repo}}{end}" for end in _REPOSITORY), *_OTHERS)
"""Templates of the paths below the base URL, with the names that GitHub's documentation uses."""
PATH_ALIASES: tuple[tuple[str, str], ...] = (
    ("/repositories/{repository_id}", "/repos/{owner}/{repo}"),
    ("/organizations/{org_id}", "/orgs/{org}"),
    ("/user/{user_id}", "/users/{username}"),
)
"""Redirects and links to the next page name repositories and owners by number."""
