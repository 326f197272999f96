"""What differs between providers in how they are spoken to, as data."""

from __future__ import annotations

from collections.abc import Callable

from ._internal.lazy_dataclass import dataclass
from .provider_type import ProviderType

__all__ = ["ProviderProfile", "RateLimitPolicy"]


@dataclass(frozen=True, slots=True)
class RateLimitPolicy:
    """A published bound on how fast one token may go.

    Attributes:
        points: within any ``seconds``.
        concurrent: requests under way at once.
    """

    points: int
    seconds: float
    concurrent: int


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """How to speak to one kind of provider.

    Attributes:
        type: which one it is.
        name: as its makers write it, for messages.
        base_url: of its public instance.
        headers: sent with every request.
        token_header: the header, name and value, that carries a token.
        limit_headers: names of the headers that tell calls left, epoch of the reset, and resource.
        resource_named: the budget that the header of the resource means, as ``resource_of`` calls it.
        limits_twice: whether a Retry-After speaks of another limit than the one that the headers count; otherwise
            it only says again when calls are possible once none is left.
        request_id_header: name of the header that identifies a request to the provider's support.
        resource_of: the provider's name of the budget that a path under the base URL counts against.
        pace: the published bound on speed of the public instance, or None.
        page_size: the parameter, name and largest value, that says how many rows a page has.
        nested_names: whether a path of names stands for an id, percent-encoded as one segment (``group%2Fproject``).
        graphql_url: from the base URL to that of the GraphQL API; None where there is none.
    """

    type: ProviderType
    name: str
    base_url: str
    headers: tuple[tuple[str, str], ...]
    token_header: Callable[[str], tuple[str, str]]
    limit_headers: tuple[str, str, str]
    request_id_header: str
    resource_of: Callable[[str], str]
    pace: RateLimitPolicy | None
    page_size: tuple[str, int] = ("per_page", 100)
    nested_names: bool = False
    resource_named: Callable[[str], str] = str
    limits_twice: bool = True
    graphql_url: Callable[[str], str] | None = None
