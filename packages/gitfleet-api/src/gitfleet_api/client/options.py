"""The keyword options of ``GitProviderClient``, for subclasses that add their own."""

from __future__ import annotations

import os
from typing import Literal, TypedDict

from .._internal.clock import Clock
from ..backend.base import Backend
from ..backend.messages import Timeout
from ..cache import Cache
from ..events import OnEvent
from ..gaps import OnIncomplete
from ..retry import RetryPolicy

__all__ = ["ClientOptions"]


class ClientOptions(TypedDict, total=False):
    """The keyword options of :class:`gitfleet_api.GitProviderClient`, which documents each of them."""

    backend: Literal["native", "python"] | Backend | None
    timeout: Timeout | float | None
    retry: RetryPolicy | None
    max_concurrency: int
    max_rate_limit_wait: float
    cache: Cache | None
    include_raw: bool
    on_incomplete: OnIncomplete
    proxy: str | Literal[False] | None
    verify: bool | str | os.PathLike[str]
    user_agent: str
    on_event: OnEvent | None
    allow_http: bool
    max_body: int
    clock: Clock | None
