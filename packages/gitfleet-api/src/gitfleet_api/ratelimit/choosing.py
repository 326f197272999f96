"""The choice among tokens: a lease, or a check of a token that was refused. Private to the library."""

from __future__ import annotations

from math import inf

from .buckets import Bucket, Demand, Lease, choose_bucket
from .leasing import Leasing
from .token_info import TokenInfo
from .waits import Wait

__all__ = ["TokenCheck", "TokenLease", "choose", "due_check"]

TokenLease = Lease["TokenInfo | None"]
"""Permission to send one request with a token, or without one if there is none."""


class TokenCheck:
    """A refused token is to be checked now. The check must be ended with :meth:`TokenPool.end_check`.

    Attributes:
        token: The token.
    """

    __slots__ = ("token",)

    def __init__(self, token: TokenInfo) -> None:
        self.token: TokenInfo = token


def choose(tokens: list[TokenInfo], demand: Demand, now: float, leasing: Leasing | None = None) -> TokenLease | Wait:
    """Lease the token with most calls left, or return when the first one becomes usable.

    Args:
        tokens: The tokens.
        demand: What the request needs.
        now: Epoch seconds.
        leasing: The conversation with other processes; None if there are none.
    """
    endpoint = demand.endpoint_key
    candidates: list[tuple[TokenInfo | None, Bucket, Bucket | None]] = [
        (item, item.bucket(demand.key), None if endpoint is None else item.bucket(endpoint)) for item in tokens
    ]
    if leasing is not None:
        for candidate in candidates:
            token, bucket, beside = candidate
            if token is not None and (bucket.share is None or (beside is not None and beside.share is None)):
                leasing.attach(candidate, token.provider, token.budget_identity, demand)
    return choose_bucket(candidates, demand, now)


def due_check(refused: list[TokenInfo], now: float, *, others: bool) -> TokenCheck | Wait | None:
    """Return which of the refused tokens to check now, or that a check is in progress, or None."""
    for item in refused:
        if item.health.may_check(now, others=others):
            item.health.is_checking = True
            return TokenCheck(item)
    if not others and any(item.health.is_checking for item in refused):
        return Wait(inf, "in_flight", until_release=True)
    return None
