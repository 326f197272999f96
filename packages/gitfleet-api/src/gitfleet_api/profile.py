"""Provider profiles: the differences between providers that are plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ._internal.lazy_dataclass import dataclass, field
from .completeness_rules import CompletenessRules
from .provider_type import ProviderType

__all__ = ["ProviderProfile", "RateLimitPolicy", "RateWindow"]


@dataclass(frozen=True, slots=True)
class RateWindow:
    """A published limit: the points that one principal may spend in any period of some seconds."""

    points: int
    """Points per period."""
    seconds: float
    """Length of the period. A wait for a period above 60 seconds counts as a rate limit and not as pacing."""
    read: int = 1
    """Points of a request that changes nothing. 0 if such requests do not count."""
    write: int = 1
    """Points of any other request. 0 if such requests do not count."""


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """Published limits on the speed of one principal."""

    windows: tuple[RateWindow, ...] = ()
    """Limits of each budget of ``resource_of`` that ``separate`` does not name."""
    concurrent: int | None = None
    """Requests of one budget that may run at the same time. None for any number."""
    separate: Mapping[str, tuple[RateWindow, ...]] = field(default_factory=dict)
    """Limits by name of the budget (``resource_of``) or endpoint (``endpoint_of``)."""


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """How to talk to one kind of provider."""

    type: ProviderType
    """The provider."""
    name: str
    """Name for messages, as the provider writes it."""
    base_url: str
    """Base URL of the API of its public instance."""
    headers: tuple[tuple[str, str], ...]
    """Headers of every request, as pairs of name and value."""
    token_header: Callable[[str], tuple[str, str]]
    """Function that returns the name and value of the header for a token."""
    limit_headers: tuple[str, str, str]
    """Names of the response headers with the remaining calls, the reset time (epoch seconds) and the resource."""
    request_id_header: str
    """Name of the response header that identifies a request to the provider's support."""
    resource_of: Callable[[str], str]
    """Function that returns the name of the budget for a path below the base URL."""
    rate_limit_policy: RateLimitPolicy | None
    """Published limit on speed of the public instance. None if there is none."""
    page_size: tuple[str, int] = ("per_page", 100)
    """Name and largest value of the query parameter for the number of rows of a page."""
    nested_names: bool = False
    """Whether a path of names is an id and is encoded as one segment, as ``group%2Fproject``."""
    resource_named: Callable[[str], str] = str
    """Function that returns the budget, as named by ``resource_of``, for the value of the resource header."""
    has_secondary_limits: bool = True
    """Whether Retry-After is about another limit than the one of ``limit_headers``. If not, it repeats the reset."""
    graphql_url: Callable[[str], str] | None = None
    """Function that returns the URL of the GraphQL API for a base URL. None if there is no GraphQL API."""
    endpoint_of: Callable[[str, bool], str | None] = lambda _path, _reads: None
    """Function that returns, for a path below the base URL and whether the request changes nothing, the name of an
    endpoint with a limit in addition to the budget. None for most requests."""
    owner_of: Callable[[str], str | None] | None = None
    """Function that returns the account that a path below the base URL belongs to, in lower case, or None if none."""
    check_path: Callable[[str], str] | None = None
    """Function that returns, for a token, the path of a cheap GET request that any valid token may send."""
    scopes_header: str | None = None
    """Name of the response header with the scopes of the token. None if scopes refuse rather than hide objects."""
    refusals: tuple[tuple[str, str], ...] = ()
    """Pairs of a part of an error message, in lower case, and the reason: see ``PermissionDeniedError.reason``."""
    foreign_headers: tuple[tuple[str, str], ...] = ()
    """Pairs of the beginning of a header, in lower case, that only another provider sends, and its name."""
    completeness: CompletenessRules = CompletenessRules()
    """How its responses show that rows of a listing are missing."""
    counts_confirmations: bool = False
    """Whether a 304 counts against the budget as other responses do."""
    path_templates: tuple[str, ...] = ()
    """Templates of the paths below the base URL that a client requests, as ``/repos/{owner}/{repo}``, for telemetry."""
    path_aliases: tuple[tuple[str, str], ...] = ()
    """Pairs of beginnings of templates: one that appears in links of responses, and the one of ``path_templates``."""
