"""GitFleet: one Python interface over Git hosting providers, with two interchangeable engines.

>>> from GitFleet import GitHubClient
>>> client = GitHubClient(token="...")
>>> repositories = await client.fetch_repositories("python")   # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitfleet_api import (
    AuthError,
    Backend,
    BackendInfo,
    BackendUnavailableError,
    BackendWarning,
    BranchInfo,
    Cache,
    CacheHit,
    CacheWarning,
    CommitInfo,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    ContributorInfo,
    DecodeError,
    Event,
    Failure,
    GitFleetError,
    GitProviderClient,
    GraphQLError,
    GraphQLForbiddenError,
    GraphQLNotFoundError,
    GraphQLProblem,
    InternalError,
    InvalidRequestError,
    IssueInfo,
    JsonPath,
    Listing,
    MemoryCache,
    NetworkError,
    NotFoundError,
    OrganizationInfo,
    PermissionDeniedError,
    ProtocolError,
    ProviderError,
    ProviderType,
    PullRequestInfo,
    RateLimitError,
    RateLimitInfo,
    ReleaseAsset,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    RepositoryOutcome,
    RequestDone,
    RequestTimeoutError,
    Retry,
    Retrying,
    SecondaryRateLimitError,
    ServerError,
    SQLiteCache,
    TagInfo,
    Timeout,
    TLSError,
    TokenManager,
    TokenSwitched,
    UnavailableForLegalReasonsError,
    UnsupportedError,
    UserInfo,
    Waiting,
    __version__,
    backends,
)
from gitfleet_api import providers as _providers

if TYPE_CHECKING:
    from gitfleet_api import GitHubClient, GitLabClient
    from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars
else:  # loaded when they are asked for
    _TABLES = frozenset(("to_arrow", "to_csv", "to_dict", "to_json", "to_pandas", "to_parquet", "to_polars"))

    def __getattr__(name: str) -> object:
        if name in _providers.__all__:
            return getattr(_providers, name)
        if name in _TABLES:
            from gitfleet_api import tables

            return getattr(tables, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "AuthError",
    "Backend",
    "BackendInfo",
    "BackendUnavailableError",
    "BackendWarning",
    "BranchInfo",
    "Cache",
    "CacheHit",
    "CacheWarning",
    "CommitInfo",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContributorInfo",
    "DecodeError",
    "Event",
    "Failure",
    "GitFleetError",
    "GitHubClient",
    "GitLabClient",
    "GitProviderClient",
    "GraphQLError",
    "GraphQLForbiddenError",
    "GraphQLNotFoundError",
    "GraphQLProblem",
    "InternalError",
    "InvalidRequestError",
    "IssueInfo",
    "JsonPath",
    "Listing",
    "MemoryCache",
    "NetworkError",
    "NotFoundError",
    "OrganizationInfo",
    "PermissionDeniedError",
    "ProtocolError",
    "ProviderError",
    "ProviderType",
    "PullRequestInfo",
    "RateLimitError",
    "RateLimitInfo",
    "ReleaseAsset",
    "ReleaseInfo",
    "RepoDetails",
    "RepoInfo",
    "RepositoryOutcome",
    "RequestDone",
    "RequestTimeoutError",
    "Retry",
    "Retrying",
    "SQLiteCache",
    "SecondaryRateLimitError",
    "ServerError",
    "TLSError",
    "TagInfo",
    "Timeout",
    "TokenManager",
    "TokenSwitched",
    "UnavailableForLegalReasonsError",
    "UnsupportedError",
    "UserInfo",
    "Waiting",
    "__version__",
    "backends",
    "to_arrow",
    "to_csv",
    "to_dict",
    "to_json",
    "to_pandas",
    "to_parquet",
    "to_polars",
]
