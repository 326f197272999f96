"""What a session reports to telemetry."""

from __future__ import annotations

from math import inf

from ..ratelimit.token_info import TokenInfo
from ..ratelimit.visibility import Choice
from ..telemetry.hook import CallRecord, Recorder
from .call import Call, SessionConfig

__all__ = ["start_record", "waiting_principal"]


def start_record(recorder: Recorder, config: SessionConfig, call: Call) -> CallRecord | None:
    """Return the record of a call that starts now. None if nothing is recorded."""
    return recorder.start(call.method, call.url, config.profile, config.base_url, config.tokens)


def waiting_principal(config: SessionConfig, call: Call, choice: Choice | None, resource: str) -> str | None:
    """Return the label of the token for which a call waits: of those that it may use, the first whose limit ends.

    Args:
        config: The client's settings.
        call: The call.
        choice: Which tokens it may use. None if it names its token.
        resource: The budget or the endpoint with the limit.
    """
    if call.token is not None:
        return call.token.label
    known = config.tokens.tokens_for(config.profile.type, config.base_url.origin)
    tokens = [token for token in (known if choice is None else choice.permitted(known)) if token.is_valid]
    if not tokens:
        return None
    key = (config.base_url.origin, resource)

    def end(token: TokenInfo) -> float:
        bucket = token.buckets().get(key)
        if bucket is None:
            return inf
        return max(bucket.paused_until, bucket.reset_at or 0.0) or inf

    return min(tokens, key=end).label
