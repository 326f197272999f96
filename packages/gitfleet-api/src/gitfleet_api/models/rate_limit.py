"""Model of a rate limit."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["RateLimitInfo"]


@dataclass(frozen=True, slots=True)
class RateLimitInfo:
    """The rate limit of one token for one resource: how many requests are left in the current window."""

    limit: int
    """Requests per window."""
    remaining: int
    """Requests left in this window."""
    reset_time: datetime | None = None
    """When the window ends (aware, UTC, by this machine's clock). None if the server does not send it."""
    used: int | None = None
    """Requests used in this window. None if the server does not send it."""
    resource: str | None = None
    """The provider's name of the budget: ``core``, ``search``, ``graphql`` and others. None if unknown."""
    provider_type: ProviderType = ProviderType.GITHUB
    """Provider that sent this object."""
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
    """Decoded JSON object of the provider, with ``include_raw=True``; otherwise None. Not compared, not in the repr."""
