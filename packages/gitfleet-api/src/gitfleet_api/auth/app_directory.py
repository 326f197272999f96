"""AppDirectory: the installations of a GitHub App by owner, listed once for all that wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import AuthError, GitFleetError
from ..provider_type import ProviderType
from .account import Account
from .app_requests import AppRequests
from .installation import Installation, installation_of
from .shared_work import SharedWork
from .source import Exchange, local_now

__all__ = ["AppDirectory"]

_AGAIN = 60.0
"""Seconds between two listings, for owners that are not known."""
_NOT_FOUND = 404


class AppDirectory:
    """The installations of an app on a server. Threads and event loops share it.

    Args:
        requests: Sends the requests of the app.
        name: Name of the source in messages.
        only: Number of the only installation. None for all.
    """

    def __init__(self, requests: AppRequests, name: str, only: int | None) -> None:
        self._requests = requests
        self._name = name
        self._only = only
        self._accounts: tuple[Account, ...] = ()
        self._by_owner: dict[str, tuple[Account, ...]] = {}
        self._gone: dict[str, tuple[str, str, float]] = {}  # code, message and end by owner
        self._listed_at: float | None = None
        self._work = SharedWork()

    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return the account of an owner alone, or all.

        Raises:
            AuthError: There is none.
            GitFleetError: The installations could not be read.
        """
        own = None if owner is None else self._by_owner.get(owner)
        if own is None and (self._listed_at is None or owner is not None or not self._accounts):
            await self._update(exchange)
            own = None if owner is None else self._by_owner.get(owner)
        if own is None and owner in self._gone:
            code, message, until = self._gone[owner]
            if local_now(exchange) < until:
                raise AuthError(message, ProviderType.GITHUB, code=code)
        if own is None and not self._accounts:
            raise AuthError(
                f"{self._name} is not installed on any account, or its installations are suspended; install the app",
                ProviderType.GITHUB,
                code="app_not_installed",
            )
        return self._accounts if own is None else own

    async def fetch(self, exchange: Exchange) -> list[Installation]:
        """Return the installations as the server states them now.

        Raises:
            GitFleetError: They could not be read.
        """
        rows = await (self._all(exchange) if self._only is None else self._one(exchange, self._only))
        found = [installation_of(row) for row in rows]
        return [item for item in found if item is not None]

    def forget(self, exchange: Exchange, account: Account, error: AuthError) -> None:
        """Use an installation no more until it is listed again. For a minute, calls for its owner raise such an error.

        Without that the same calls would go on with other installations, for which private repositories are a 404.
        """
        self._gone |= dict.fromkeys(account.owners or (), (error.code, error.message, local_now(exchange) + _AGAIN))
        self._keep([item for item in self._accounts if item.key != account.key])

    async def _update(self, exchange: Exchange) -> None:
        """List the installations if that was never done, or long ago."""

        def is_due() -> bool:
            return self._listed_at is None or not 0 <= local_now(exchange) - self._listed_at < _AGAIN

        async def work() -> None:
            first = self._listed_at is None
            try:
                found = await self.fetch(exchange)
            except GitFleetError:
                if first:
                    raise
                self._listed_at = local_now(exchange)  # the known ones serve for another minute
                return
            self._keep([self._account(item) for item in found if item.suspended_at is None])
            self._listed_at = local_now(exchange)

        await self._work.run(is_due, work)

    async def _all(self, exchange: Exchange) -> list[Any]:
        return await self._requests.listing(exchange, f"{exchange.base_url}/app/installations?per_page=100")

    async def _one(self, exchange: Exchange, number: int) -> list[Any]:
        url = f"{exchange.base_url}/app/installations/{number}"
        response = await self._requests.send(exchange, "GET", url)
        if response.status == _NOT_FOUND:
            said = self._requests.error(exchange, response, "GET", url).message
            raise AuthError(
                f"{self._name} does not exist: the app was uninstalled, or the number belongs to another app ({said})",
                ProviderType.GITHUB,
                status=_NOT_FOUND,
                code="app_uninstalled",
                url=url,
            )
        return [self._requests.json(exchange, response, "GET", url)]

    def _keep(self, accounts: list[Account]) -> None:
        known = {item.key: item for item in self._accounts}
        # The same object for an account that has not changed: sessions compare it for each call.
        kept = [known[item.key] if known.get(item.key) == item else item for item in accounts]
        self._by_owner = {owner: (item,) for item in kept for owner in item.owners or ()}
        self._accounts = tuple(kept)

    def _account(self, found: Installation) -> Account:
        # Apps differ in it: accounts of one name share the budgets of a pool.
        label = f"{found.app_slug or self._name} for {found.account}"
        return Account(str(found.id), label, frozenset({found.account.lower()}))
