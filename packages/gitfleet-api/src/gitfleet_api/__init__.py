"""Interfaces, models and policies of GitFleet. No I/O happens here: the engines do it.

People import ``GitFleet``; this package is for those who write engines, providers or tests.
"""

from __future__ import annotations

from .backend import PROTOCOL, Backend, Headers, Request, Response, Timeout
from .client import GitProviderClient
from .detection import BackendInfo, BackendWarning, backends
from .errors import (
    AuthError,
    BackendUnavailableError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DecodeError,
    DecodeFailure,
    GitFleetError,
    InternalError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    SecondaryRateLimitError,
    ServerError,
    TLSError,
    UnavailableForLegalReasonsError,
    UnsupportedError,
)
from .listing import Listing
from .models import (
    BranchInfo,
    ContributorInfo,
    ProviderType,
    RateLimitInfo,
    RepoDetails,
    RepoInfo,
    UserInfo,
)
from .projection import Column, Projection
from .providers import GitHubClient, GitLabClient
from .tokens import TokenInfo, TokenManager, TokenStatus
from .version import VERSION as __version__

__all__ = [
    "PROTOCOL",
    "AuthError",
    "Backend",
    "BackendInfo",
    "BackendUnavailableError",
    "BackendWarning",
    "BranchInfo",
    "Column",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContributorInfo",
    "DecodeError",
    "DecodeFailure",
    "GitFleetError",
    "GitHubClient",
    "GitLabClient",
    "GitProviderClient",
    "Headers",
    "InternalError",
    "InvalidRequestError",
    "Listing",
    "NetworkError",
    "NotFoundError",
    "PermissionDeniedError",
    "Projection",
    "ProtocolError",
    "ProviderError",
    "ProviderType",
    "RateLimitError",
    "RateLimitInfo",
    "RepoDetails",
    "RepoInfo",
    "Request",
    "RequestTimeoutError",
    "Response",
    "SecondaryRateLimitError",
    "ServerError",
    "TLSError",
    "Timeout",
    "TokenInfo",
    "TokenManager",
    "TokenStatus",
    "UnavailableForLegalReasonsError",
    "UnsupportedError",
    "UserInfo",
    "__version__",
    "backends",
]
