"""What GitFleet gives back: frozen dataclasses, the same from every provider and both engines."""

from __future__ import annotations

from .discussions import IssueInfo, PullRequestInfo
from .history import CommitInfo, ReleaseAsset, ReleaseInfo, TagInfo
from .limits import RateLimitInfo
from .people import ContributorInfo, OrganizationInfo, UserInfo
from .provider_type import ProviderType
from .repositories import BranchInfo, RepoDetails, RepoInfo

__all__ = [
    "BranchInfo",
    "CommitInfo",
    "ContributorInfo",
    "IssueInfo",
    "OrganizationInfo",
    "ProviderType",
    "PullRequestInfo",
    "RateLimitInfo",
    "ReleaseAsset",
    "ReleaseInfo",
    "RepoDetails",
    "RepoInfo",
    "TagInfo",
    "UserInfo",
]
