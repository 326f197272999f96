"""Interfaces, models and policies of GitFleet, without network I/O, which is in the engines.

Users import ``GitFleet``. Authors of engines, providers and tests import this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import providers
from ._internal.clock import Clock, SystemClock
from ._version import VERSION as __version__
from .backend.base import PROTOCOL, Backend
from .backend.discovery import BackendInfo, BackendWarning, backends
from .backend.messages import Headers, Request, Response, Timeout
from .backend.projection import Column, Projection
from .budgets import Budgets, BudgetWarning, MemoryBudgets, RedisBudgets, SQLiteBudgets, open_budgets
from .cache import Cache, CacheEntry, CacheWarning, MemoryCache, RedisCache, SQLiteCache
from .client.base import GitProviderClient
from .decoding.jsonpath import JsonPath
from .errors import (
    AuthError,
    BackendUnavailableError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DecodeError,
    DecodeFailure,
    GitFleetError,
    IncompleteListingError,
    InternalError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ProviderError,
    ProxyError,
    RateLimitError,
    RequestTimeoutError,
    SecondaryRateLimitError,
    ServerError,
    TLSError,
    UnavailableForLegalReasonsError,
    UnsupportedError,
)
from .events import (
    CacheHit,
    Event,
    FallbackToRest,
    IncompleteListing,
    RequestDone,
    Retrying,
    TokenSwitched,
    Waiting,
)
from .gaps import Gap
from .graphql.errors import GraphQLError, GraphQLForbiddenError, GraphQLNotFoundError, GraphQLServerError
from .graphql.outcomes import RepositoryOutcome
from .graphql.problems import GraphQLProblem
from .http.repository_names import Named
from .models import (
    BranchInfo,
    BranchProtection,
    ChangedFile,
    CodeMatch,
    CodeOwnersRule,
    CollaboratorInfo,
    CommitDetails,
    CommitInfo,
    ContributorInfo,
    DeployKeyInfo,
    EnvironmentInfo,
    IssueInfo,
    OrganizationInfo,
    PullRequestInfo,
    RateLimitInfo,
    ReleaseAsset,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    RepoReference,
    TagInfo,
    TeamInfo,
    UserInfo,
    WorkflowRunInfo,
)
from .provider_type import ProviderType
from .ratelimit.tokens import TokenInfo, TokenManager, TokenStatus
from .retry import Failure, Retry, RetryPolicy
from .session.listing import Listing
from .session.metering import CallMeter, measure_calls

if TYPE_CHECKING:
    from .providers import GitHubClient, GitLabClient
else:  # imported when they are first used

    def __getattr__(name: str) -> object:
        if name in providers.__all__:
            return getattr(providers, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "PROTOCOL",
    "AuthError",
    "Backend",
    "BackendInfo",
    "BackendUnavailableError",
    "BackendWarning",
    "BranchInfo",
    "BranchProtection",
    "BudgetWarning",
    "Budgets",
    "Cache",
    "CacheEntry",
    "CacheHit",
    "CacheWarning",
    "CallMeter",
    "ChangedFile",
    "Clock",
    "CodeMatch",
    "CodeOwnersRule",
    "CollaboratorInfo",
    "Column",
    "CommitDetails",
    "CommitInfo",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContributorInfo",
    "DecodeError",
    "DecodeFailure",
    "DeployKeyInfo",
    "EnvironmentInfo",
    "Event",
    "Failure",
    "FallbackToRest",
    "Gap",
    "GitFleetError",
    "GitHubClient",
    "GitLabClient",
    "GitProviderClient",
    "GraphQLError",
    "GraphQLForbiddenError",
    "GraphQLNotFoundError",
    "GraphQLProblem",
    "GraphQLServerError",
    "Headers",
    "IncompleteListing",
    "IncompleteListingError",
    "InternalError",
    "InvalidRequestError",
    "IssueInfo",
    "JsonPath",
    "Listing",
    "MemoryBudgets",
    "MemoryCache",
    "Named",
    "NetworkError",
    "NotFoundError",
    "OrganizationInfo",
    "PermissionDeniedError",
    "Projection",
    "ProtocolError",
    "ProviderError",
    "ProviderType",
    "ProxyError",
    "PullRequestInfo",
    "RateLimitError",
    "RateLimitInfo",
    "RedisBudgets",
    "RedisCache",
    "ReleaseAsset",
    "ReleaseInfo",
    "RepoDetails",
    "RepoInfo",
    "RepoReference",
    "RepositoryOutcome",
    "Request",
    "RequestDone",
    "RequestTimeoutError",
    "Response",
    "Retry",
    "RetryPolicy",
    "Retrying",
    "SQLiteBudgets",
    "SQLiteCache",
    "SecondaryRateLimitError",
    "ServerError",
    "SystemClock",
    "TLSError",
    "TagInfo",
    "TeamInfo",
    "Timeout",
    "TokenInfo",
    "TokenManager",
    "TokenStatus",
    "TokenSwitched",
    "UnavailableForLegalReasonsError",
    "UnsupportedError",
    "UserInfo",
    "Waiting",
    "WorkflowRunInfo",
    "__version__",
    "backends",
    "measure_calls",
    "open_budgets",
]
