"""Paths of GitHub's endpoints."""

from __future__ import annotations

from ...client import Named, Session, expand

__all__ = ["repo_path"]


def repo_path(session: Session, owner: str | Named, repo: str | None) -> str:
    """Return the endpoint of the repository that the first two arguments of a call name."""
    owner, repo = session.repository_names(owner, repo)
    return expand("/repos/{owner}/{repo}", {"owner": owner, "repo": repo})
