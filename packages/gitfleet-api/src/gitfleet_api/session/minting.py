"""Tokens of sources in one call: found for its owner, renewed before they expire and after a refusal."""

from __future__ import annotations

from ..auth.account import AccessToken
from ..errors import GitFleetError
from ..ratelimit.token_info import TokenInfo
from ..ratelimit.visibility import Choice
from .call import SessionConfig
from .exchange import ClientExchange

__all__ = ["Minting", "discover", "renew"]

_REPLICATED_AFTER = 10.0
"""Seconds for which servers may not know a new token yet."""
_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts with a new token that is refused."""


async def discover(config: SessionConfig, choice: Choice | None) -> None:
    """Note which tokens of sources a call may use.

    Args:
        config: The session's settings.
        choice: The choice of the call, which is changed. None if the call names its token.

    Raises:
        GitFleetError: No source has a token for the call, and there is no other.
    """
    if choice is None:
        return
    kind, origin = config.profile.type, config.base_url.origin
    found: list[TokenInfo] = []
    problem: GitFleetError | None = None
    for source in config.tokens.sources_for(kind, origin):
        try:
            accounts = await source.accounts(ClientExchange(config), choice.owner)
        except GitFleetError as error:
            problem = problem or error
            continue
        found += [config.tokens.account_token(source, account, origin) for account in accounts]
    choice.accounts = frozenset(found)
    choice.home = tuple(item for item in found if item.account is not None and item.account.serves(choice.owner))
    if problem is not None and not found and not _has_constant(config):
        raise problem


def _has_constant(config: SessionConfig) -> bool:
    known = config.tokens.tokens_for(config.profile.type, config.base_url.origin)
    return any(item.source is None for item in known)


async def renew(config: SessionConfig, token: TokenInfo) -> None:
    """Renew the token of a source if that is due.

    Raises:
        GitFleetError: There is no new one.
    """
    renewal, source, account = token.renewal, token.source, token.account
    if renewal is None or source is None or account is None:
        return
    if renewal.is_due(config.tokens.clock()):

        async def obtain(refused: str | None) -> AccessToken:
            return await source.token(ClientExchange(config), account, refused)

        await renewal.renew(config.tokens.clock, obtain)
    token.token = renewal.token


class Minting:
    """The tokens of sources that one call uses.

    Args:
        config: The session's settings.
    """

    __slots__ = ("_config", "_early", "_renewed", "_used")

    def __init__(self, config: SessionConfig) -> None:
        self._config = config
        self._used: str | None = None
        self._early = 0
        self._renewed: tuple[TokenInfo, ...] = ()

    async def prepare(self, token: TokenInfo | None) -> None:
        """Renew the token of an attempt if that is due, and remember which secret is sent.

        Raises:
            GitFleetError: There is no new one.
        """
        self._used = None
        if token is not None and token.renewal is not None:
            await renew(self._config, token)
            self._used = token.token

    async def after_401(self, token: TokenInfo | None) -> bool:
        """Return whether to send the call again with the same account.

        A server may not know a token in the first seconds; later the token is renewed, once per call. After that the
        token of the account is refused.
        """
        renewal = None if token is None else token.renewal
        if token is None or renewal is None or self._used is None:
            return False
        if renewal.token != self._used:  # another call has renewed it
            return self._counted()
        age = self._config.tokens.clock() - renewal.obtained_at
        if age < _REPLICATED_AFTER and _may_lag(token) and self._counted():
            await self._config.clock.sleep(_PAUSES[self._early - 1])
            return True
        if token not in self._renewed:
            self._renewed += (token,)
            renewal.refuse(renewal.token)
            return True
        self._config.tokens.refuse(token)
        return False

    def _counted(self) -> bool:
        self._early += 1
        return self._early <= len(_PAUSES)


def _may_lag(token: TokenInfo) -> bool:
    return token.source is not None and token.source.may_lag
