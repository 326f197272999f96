"""What GitFleet gives back: frozen dataclasses, the same from every provider and both engines."""

from __future__ import annotations

from .limits import RateLimitInfo
from .people import ContributorInfo, UserInfo
from .provider_type import ProviderType
from .repositories import BranchInfo, RepoDetails, RepoInfo

__all__ = [
    "BranchInfo",
    "ContributorInfo",
    "ProviderType",
    "RateLimitInfo",
    "RepoDetails",
    "RepoInfo",
    "UserInfo",
]
