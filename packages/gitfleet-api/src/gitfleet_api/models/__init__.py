"""Models: the frozen dataclasses that clients return, the same for every provider and both engines."""

from __future__ import annotations

from ..provider_type import ProviderType
from .access import BranchProtection, CodeOwnersRule, CollaboratorInfo, DeployKeyInfo, TeamInfo
from .accounts import ContributorInfo, OrganizationInfo, UserInfo
from .automation import EnvironmentInfo, WorkflowRunInfo
from .code import CodeMatch
from .discussions import IssueInfo, PullRequestInfo
from .history import ChangedFile, CommitDetails, CommitInfo, ReleaseAsset, ReleaseInfo, TagInfo
from .rate_limit import RateLimitInfo
from .repositories import BranchInfo, RepoDetails, RepoInfo, RepoReference

__all__ = [
    "BranchInfo",
    "BranchProtection",
    "ChangedFile",
    "CodeMatch",
    "CodeOwnersRule",
    "CollaboratorInfo",
    "CommitDetails",
    "CommitInfo",
    "ContributorInfo",
    "DeployKeyInfo",
    "EnvironmentInfo",
    "IssueInfo",
    "OrganizationInfo",
    "ProviderType",
    "PullRequestInfo",
    "RateLimitInfo",
    "ReleaseAsset",
    "ReleaseInfo",
    "RepoDetails",
    "RepoInfo",
    "RepoReference",
    "TagInfo",
    "TeamInfo",
    "UserInfo",
    "WorkflowRunInfo",
]
