"""The clients, one file a provider."""

from __future__ import annotations

from .github import GitHubClient
from .gitlab import GitLabClient

__all__ = ["GitHubClient", "GitLabClient"]
