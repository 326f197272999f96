"""Paths of GitLab's endpoints."""

from __future__ import annotations

from ...client import Named, Session, expand, nested_segment

__all__ = ["project_path"]


def project_path(session: Session, owner: str | Named, repo: str | None) -> str:
    """Return the endpoint of the project that the first two arguments of a call name.

    Its full path is one segment, because groups may contain groups.
    """
    owner, repo = session.repository_names(owner, repo)
    expand("{repo}", {"repo": repo})  # a project has no slash in its name
    return f"/projects/{nested_segment('owner', owner)}%2F{nested_segment('repo', repo)}"
