"""GitFleet: one Python interface to Git hosting providers, with a native and a pure Python engine.

>>> from GitFleet import GitHubClient
>>> client = GitHubClient(token="...")
>>> repositories = await client.fetch_repositories("python")   # doctest: +SKIP

Contents:
    Clients: :class:`GitHubClient`, :class:`GitLabClient` and their base class :class:`GitProviderClient`.
    Listings: :class:`Listing`, the result of every listing method; :class:`Gap`, why rows are missing.
    Models: :class:`RepoInfo`, :class:`RepoDetails`, :class:`RepoReference`, :class:`UserInfo`,
        :class:`OrganizationInfo`, :class:`ContributorInfo`, :class:`BranchInfo`, :class:`TagInfo`,
        :class:`CommitInfo`, :class:`ReleaseInfo`, :class:`ReleaseAsset`, :class:`IssueInfo`,
        :class:`PullRequestInfo`, :class:`RateLimitInfo`; for audits :class:`BranchProtection`,
        :class:`CommitDetails`, :class:`ChangedFile`, :class:`CollaboratorInfo`, :class:`TeamInfo`,
        :class:`DeployKeyInfo`, :class:`CodeOwnersRule`, :class:`WorkflowRunInfo`, :class:`EnvironmentInfo`;
        :class:`RepositoryOutcome` for requests for many repositories; :class:`JsonPath` for dataclasses of the user.
    Errors: :class:`GitFleetError` and its subclasses. Each has a stable ``code``.
    Tokens: :class:`TokenManager`, a pool of tokens.
    Options: :class:`Timeout`, :class:`Retry`, :class:`MemoryCache`, :class:`SQLiteCache` and
        :class:`RedisCache`.
    Many processes, one budget: :class:`SQLiteBudgets` and :class:`RedisBudgets`, as in :mod:`GitFleet.budgets`.
    Events: :class:`RequestDone`, :class:`Retrying`, :class:`Waiting`, :class:`TokenSwitched`, :class:`FallbackToRest`,
        :class:`IncompleteListing` and :class:`CacheHit`, passed to ``on_event`` and to the logger ``gitfleet``.
    Fleets: :class:`Fleet` (``pip install gitfleet[fleet]``), :class:`Outcome`, :class:`Plan`, :class:`Repository`,
        :class:`RunSummary`; and :func:`measure_calls`, which counts the requests of a block.
    Mirrors (``pip install gitfleet[mirror]``): :class:`Mirror`, :class:`UpdateSummary`, :class:`Changes`,
        :class:`MirrorError`.
    Engines: :func:`backends` lists the installed engines; :class:`Backend` is their interface.
    Tables: :func:`to_arrow`, :func:`to_pandas`, :func:`to_polars`, :func:`to_parquet`, :func:`to_csv`,
        :func:`to_dict` and :func:`to_json`.

The synchronous API is :mod:`GitFleet.sync`.

The names are loaded on first access, so that ``gitfleet --help`` imports none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import VERSION as __version__

if TYPE_CHECKING:
    from gitfleet_api import (
        AuthError,
        Backend,
        BackendInfo,
        BackendUnavailableError,
        BackendWarning,
        BranchInfo,
        BranchProtection,
        Budgets,
        BudgetWarning,
        Cache,
        CacheHit,
        CacheWarning,
        CallMeter,
        ChangedFile,
        CodeMatch,
        CodeOwnersRule,
        CollaboratorInfo,
        CommitDetails,
        CommitInfo,
        ConfigurationError,
        ConflictError,
        ConnectionFailedError,
        ContributorInfo,
        DecodeError,
        DeployKeyInfo,
        EnvironmentInfo,
        Event,
        Failure,
        FallbackToRest,
        Gap,
        GitFleetError,
        GitHubClient,
        GitLabClient,
        GitProviderClient,
        GraphQLError,
        GraphQLForbiddenError,
        GraphQLNotFoundError,
        GraphQLProblem,
        GraphQLServerError,
        IncompleteListing,
        IncompleteListingError,
        InternalError,
        InvalidRequestError,
        IssueInfo,
        JsonPath,
        Listing,
        MemoryBudgets,
        MemoryCache,
        Named,
        NetworkError,
        NotFoundError,
        OrganizationInfo,
        PermissionDeniedError,
        ProtocolError,
        ProviderError,
        ProviderType,
        ProxyError,
        PullRequestInfo,
        RateLimitError,
        RateLimitInfo,
        RedisBudgets,
        RedisCache,
        ReleaseAsset,
        ReleaseInfo,
        RepoDetails,
        RepoInfo,
        RepoReference,
        RepositoryOutcome,
        RequestDone,
        RequestTimeoutError,
        Retry,
        Retrying,
        SecondaryRateLimitError,
        ServerError,
        SQLiteBudgets,
        SQLiteCache,
        TagInfo,
        TeamInfo,
        Timeout,
        TLSError,
        TokenManager,
        TokenSwitched,
        UnavailableForLegalReasonsError,
        UnsupportedError,
        UserInfo,
        Waiting,
        WorkflowRunInfo,
        backends,
        measure_calls,
        open_budgets,
    )
    from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars
    from gitfleet_fleet import AuditReport as AuditReport
    from gitfleet_fleet import Estimate as Estimate
    from gitfleet_fleet import Finding as Finding
    from gitfleet_fleet import Fleet as Fleet
    from gitfleet_fleet import FleetEvent as FleetEvent
    from gitfleet_fleet import IncompleteFleet as IncompleteFleet
    from gitfleet_fleet import IncompleteFleetError as IncompleteFleetError
    from gitfleet_fleet import LanguageShare as LanguageShare
    from gitfleet_fleet import LedgerError as LedgerError
    from gitfleet_fleet import Outcome as Outcome
    from gitfleet_fleet import Plan as Plan
    from gitfleet_fleet import PlannedBudget as PlannedBudget
    from gitfleet_fleet import PlannedCall as PlannedCall
    from gitfleet_fleet import PlannedToken as PlannedToken
    from gitfleet_fleet import PlanProblem as PlanProblem
    from gitfleet_fleet import Problem as Problem
    from gitfleet_fleet import Repository as Repository
    from gitfleet_fleet import RunSummary as RunSummary
    from gitfleet_fleet import TargetListed as TargetListed
    from gitfleet_fleet import UnitDone as UnitDone
    from gitfleet_mirror import Changes as Changes
    from gitfleet_mirror import Exported as Exported
    from gitfleet_mirror import Mirror as Mirror
    from gitfleet_mirror import MirrorError as MirrorError
    from gitfleet_mirror import UpdateSummary as UpdateSummary
else:
    # Not in __all__, because `from GitFleet import *` must work without these packages.
    _OPTIONAL = {
        "fleet": frozenset(
            (
                "AuditReport",
                "Estimate",
                "Finding",
                "Fleet",
                "FleetEvent",
                "IncompleteFleet",
                "IncompleteFleetError",
                "LanguageShare",
                "LedgerError",
                "Outcome",
                "Plan",
                "PlanProblem",
                "PlannedBudget",
                "PlannedCall",
                "PlannedToken",
                "Problem",
                "Repository",
                "RunSummary",
                "TargetListed",
                "UnitDone",
            )
        ),
        "mirror": frozenset(("Changes", "Exported", "Mirror", "MirrorError", "UpdateSummary")),
    }
    _TABLES = frozenset(("to_arrow", "to_csv", "to_dict", "to_json", "to_pandas", "to_parquet", "to_polars"))

    def __getattr__(name: str) -> object:
        extra = next((extra for extra, names in _OPTIONAL.items() if name in names), None)
        if extra is not None:
            source = _package(name, extra)
        elif name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        elif name in _TABLES:
            import gitfleet_api.tables as source
        else:
            import gitfleet_api as source
        value = globals()[name] = getattr(source, name)
        return value

    def _package(name: str, extra: str) -> object:
        from importlib import import_module

        module = f"gitfleet_{extra}"
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise ImportError(
                f"{name} is in the package gitfleet-{extra}: pip install 'gitfleet[{extra}]'", name=module
            ) from None

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__}.union(*_OPTIONAL.values()))


__all__ = [
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
    "CacheHit",
    "CacheWarning",
    "CallMeter",
    "ChangedFile",
    "CodeMatch",
    "CodeOwnersRule",
    "CollaboratorInfo",
    "CommitDetails",
    "CommitInfo",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContributorInfo",
    "DecodeError",
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
    "RequestDone",
    "RequestTimeoutError",
    "Retry",
    "Retrying",
    "SQLiteBudgets",
    "SQLiteCache",
    "SecondaryRateLimitError",
    "ServerError",
    "TLSError",
    "TagInfo",
    "TeamInfo",
    "Timeout",
    "TokenManager",
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
    "to_arrow",
    "to_csv",
    "to_dict",
    "to_json",
    "to_pandas",
    "to_parquet",
    "to_polars",
]
