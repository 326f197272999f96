"""Why a request must wait. Private to the library."""

from __future__ import annotations

from typing import Literal

from .._internal.lazy_dataclass import dataclass

__all__ = ["LONGEST_PACING", "SAME_WINDOW", "Wait", "WaitReason"]

WaitReason = Literal["rate_limit", "secondary_rate_limit", "in_flight", "pacing"]
SAME_WINDOW = 5.0
"""Seconds by which reset times of one window may differ: servers round, and responses arrive out of order."""
LONGEST_PACING = 60.0
"""Seconds of the longest window that is pacing. A wait for a longer one may be too long for the user."""


@dataclass(frozen=True, slots=True)
class Wait:
    """No request may be sent before ``until``.

    Attributes:
        until: Epoch seconds; infinity if only a release can help.
        reason: Why.
        until_release: True if all remaining calls are in flight: the end of one of them may free a call earlier.
        endpoint: The endpoint whose limit it is; None for the limit of the budget.
        until_lease: True if the store of shared budgets may give calls earlier.
        until_reply: True if the store is being asked, so that it is known within moments whether it gives calls.
    """

    until: float
    reason: WaitReason
    until_release: bool = False
    endpoint: str | None = None
    until_lease: bool = False
    until_reply: bool = False

    @property
    def is_short(self) -> bool:
        """Whether it ends soon, so that it is not worth while to use another token: after a response, for instance."""
        return self.until_release or self.reason in ("pacing", "in_flight")
