"""How many calls are left."""

from __future__ import annotations

from datetime import datetime

from .._internal.lazy_dataclass import dataclass, field
from ..provider_type import ProviderType

__all__ = ["RateLimitInfo"]


@dataclass(frozen=True, slots=True)
class RateLimitInfo:
    """The budget of one token for one resource.

    ``limit``, ``remaining`` and ``used`` count calls in the current window, which ends at ``reset_time``; some
    servers do not say when that is.
    """

    limit: int
    remaining: int
    reset_time: datetime | None = None
    used: int | None = None
    resource: str | None = None
    provider_type: ProviderType = ProviderType.GITHUB
    raw_data: dict[str, object] | None = field(default=None, repr=False, compare=False)
