"""Paths of GitLab's endpoints."""

from __future__ import annotations

from ...client import expand, nested_segment

__all__ = ["project_path"]


def project_path(owner: str, repo: str) -> str:
    """Return the endpoint of a project. Its full path is one segment, because groups may contain groups."""
    expand("{repo}", {"repo": repo})  # a project has no slash in its name
    return f"/projects/{nested_segment('owner', owner)}%2F{nested_segment('repo', repo)}"
