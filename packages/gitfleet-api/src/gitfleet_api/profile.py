"""Provider profiles: the differences between providers that are plain data."""

from __future__ import annotations

from collections.abc import Callable

from ._internal.lazy_dataclass import dataclass
from .provider_type import ProviderType

__all__ = ["ProviderProfile", "RateLimitPolicy"]


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """A published limit on the speed of one token."""

    points: int
    """Points that one token may use in any period of ``seconds``. On GitHub a read costs 1 and a write 5."""
    seconds: float
    """Length of the period, in seconds."""
    concurrent: int
    """Requests of one token that may run at the same time."""


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
