"""Which tokens of a pool have received a response before: a validator belongs to the token that received it."""

from __future__ import annotations

from ..cache.entry import cache_keys
from ..cache.guard import CacheGuard
from ..ratelimit.visibility import Choice
from .call import Call, SessionConfig
from .request_building import request_of

__all__ = ["find_cached_tokens"]


async def find_cached_tokens(config: SessionConfig, call: Call, url: str, choice: Choice, cache: CacheGuard) -> None:
    """Note for which of the tokens that a call may use the cache has a response.

    Args:
        config: The session's settings.
        call: The call.
        url: Its URL, after redirects.
        choice: The choice of the call, which is changed.
        cache: The cache of the call.
    """
    known = config.tokens.tokens_for(config.profile.type, config.base_url.origin)
    # The token of a source is empty before its first use.
    usable = [token for token in choice.permitted(known) if token.is_valid and token.token]
    choice.cached = frozenset()
    if len(usable) > 1:
        requests = [request_of(config, call, url, token) for token in usable]
        tokens = dict(zip(cache_keys(requests), usable, strict=True))
        choice.cached = frozenset([tokens[key] for key in await cache.stored(tokens)])
