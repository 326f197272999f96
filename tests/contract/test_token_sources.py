"""Tokens that change while a program runs: obtained once for all that wait, renewed in time, never used for others."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Sequence
from typing import ClassVar

import pytest

from gitfleet_api import AuthError, ConfigurationError, GitProviderClient, NotFoundError, ProviderType, TokenManager
from gitfleet_api.auth import AccessToken, Account, Exchange, TokenSource
from gitfleet_testing import Fleet, Forge
from support import engines
from support.clocks import ManualClock
from support.pools import OWNER, PROVIDERS, client_of
from support.running import run
from support.sending import many_repositories


class Minted(TokenSource):
    """Tokens that the forge learns when they are obtained."""

    provider: ClassVar[ProviderType] = ProviderType.GITHUB
    life: float | None = None
    delay: float = 0.0
    error: Exception | None = None

    def __init__(self, forge: Forge, *accounts: Account) -> None:
        super().__init__()
        self.forge = forge
        self.known = accounts or (Account("1", "someone"),)
        self.obtained: list[str] = []
        self.refused: list[str | None] = []

    @property
    def name(self) -> str:
        """Its name in messages."""
        return "minted"

    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return the accounts that are known."""
        own = [item for item in self.known if item.serves(owner)]
        return own or self.known

    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return a new token, which the forge knows from now on."""
        await asyncio.sleep(self.delay)
        if self.error is not None:
            raise self.error
        token = f"minted-{account.key}-{len(self.obtained)}"
        self.forge.add_token(token, login=account.login or "root")
        self.obtained.append(token)
        self.refused.append(refused)
        now = exchange.local_time(exchange.server_time())
        return AccessToken(token, None if self.life is None else now + self.life)


class MintedForGitLab(Minted):
    """The same for GitLab."""

    provider: ClassVar[ProviderType] = ProviderType.GITLAB


def _source(provider: str, forge: Forge, *accounts: Account) -> Minted:
    return (Minted if provider == "github" else MintedForGitLab)(forge, *accounts)


def _forge(count: int = 20) -> Forge:
    return Forge(many_repositories(count))


def _names(count: int) -> list[str]:
    return [f"r{number}" for number in range(count)]


async def _read(client: GitProviderClient, name: str = "r0", owner: str = OWNER) -> str:
    return (await client.fetch_repository_details(owner, name)).name


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_hundred_concurrent_calls_obtain_one_token(engine: str, provider: str) -> None:
    with _forge(100) as forge:
        source = _source(provider, forge)
        source.delay = 0.05

        async def main() -> list[str]:
            async with client_of(provider, engine, forge, source) as client:
                return list(await asyncio.gather(*(_read(client, name) for name in _names(100))))

        assert run(main()) == _names(100)
        assert source.obtained == ["minted-1-0"]
        assert {request.token for request in forge.requests} == {"minted-1-0"}


def test_clients_in_threads_share_one_token(engine: str) -> None:
    with _forge() as forge:
        source = _source("github", forge)
        source.delay = 0.1
        names: list[str] = []

        async def main() -> None:
            async with client_of("github", engine, forge, source) as client:
                names.append(await _read(client))

        threads = [threading.Thread(target=run, args=(main(),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert names == ["r0"] * 8
        assert source.obtained == ["minted-1-0"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_token_is_renewed_before_it_expires(engine: str, provider: str) -> None:
    with _forge() as forge:
        source, clock = _source(provider, forge), ManualClock()
        source.life = 300.0

        async def main() -> None:
            async with client_of(provider, engine, forge, source, clock=clock) as client:
                for seconds in (0, 200, 60, 20, 200, 100):
                    clock.now += seconds
                    await _read(client)

        run(main())
        used = [request.token for request in forge.requests]
        assert used == [f"minted-1-{number}" for number in (0, 0, 0, 1, 1, 2)]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_token_that_was_revoked_is_renewed_once_for_all(engine: str, provider: str) -> None:
    with _forge() as forge:
        source, clock = _source(provider, forge), ManualClock()

        async def main() -> None:
            async with client_of(provider, engine, forge, source, clock=clock) as client:
                await _read(client)
                forge.revoke("minted-1-0")
                clock.now += 60
                assert await asyncio.gather(*(_read(client, name) for name in _names(20))) == _names(20)

        run(main())
        assert source.refused == [None, "minted-1-0"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_401_in_the_first_seconds_is_sent_again_with_the_same_token(engine: str, provider: str) -> None:
    with _forge() as forge:
        source, clock = _source(provider, forge), ManualClock()
        forge.fail(status=401, body={"message": "Bad credentials"}, times=2)

        async def main() -> None:
            async with client_of(provider, engine, forge, source, clock=clock) as client:
                await _read(client)

        run(main())
        assert [request.status for request in forge.requests] == [401, 401, 200]
        assert source.obtained == ["minted-1-0"]
        assert clock.sleeps == [0.5, 1.0]


def test_the_limit_of_an_address_that_a_401_states_is_not_that_of_the_token(engine: str) -> None:
    with _forge() as forge:
        source, clock = _source("github", forge), ManualClock()
        spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(clock.now) + 3000)}
        forge.fail(status=401, headers=spent, body={"message": "Bad credentials"}, times=1)

        async def main() -> None:
            async with client_of("github", engine, forge, source, clock=clock) as client:
                assert await _read(client) == "r0"

        run(main())
        assert [request.status for request in forge.requests] == [401, 200]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_source_without_a_token_is_one_clear_error(engine: str, provider: str) -> None:
    with _forge() as forge:
        source = _source(provider, forge)
        source.error = AuthError("the app was uninstalled", source.provider, code="app_uninstalled")

        async def main() -> None:
            async with client_of(provider, engine, forge, source) as client:
                with pytest.raises(AuthError, match="uninstalled") as caught:
                    await _read(client)
                assert caught.value.code == "app_uninstalled"

        run(main())
        assert not forge.requests


def test_another_token_is_used_while_a_source_has_none(engine: str) -> None:
    with _forge() as forge:
        source = _source("github", forge)
        source.error = AuthError("revoked", source.provider)
        manager = TokenManager()
        manager.add_source(source)
        manager.add_token(forge.token, "github")

        async def main() -> list[str]:
            async with client_of("github", engine, forge, token_manager=manager) as client:
                return [await _read(client, name) for name in _names(5)]

        assert run(main()) == _names(5)
        assert {request.token for request in forge.requests} == {forge.token}


def _two_organizations() -> Fleet:
    fleet = Fleet()
    for owner, bot in (("acme", "acme-bot"), ("other", "other-bot"), ("third", "third-bot")):
        fleet.add_user(bot)
        fleet.add_organization(owner, members=[bot])
        for number in range(3):
            fleet.add_repository(owner, f"hidden-{number}", private=True)
            fleet.add_repository(owner, f"open-{number}")
    return fleet


ACCOUNTS = [Account(owner, f"app for {owner}", frozenset({owner}), f"{owner}-bot") for owner in ("acme", "other")]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_owner_is_served_by_its_own_account_alone(engine: str, provider: str) -> None:
    with Forge(_two_organizations()) as forge:
        source = _source(provider, forge, *ACCOUNTS)

        async def main() -> None:
            async with client_of(provider, engine, forge, source) as client:
                for owner in ("acme", "other") * 3:
                    for name in ("hidden-0", "open-1"):
                        assert await _read(client, name, owner) == name
                    assert len(await client.fetch_repositories(owner)) == 6
                    with pytest.raises(NotFoundError):
                        await _read(client, "absent", owner)

        run(main())
        named = [(owner, request) for request in forge.requests for owner in ("acme", "other") if owner in request.path]
        assert len(named) >= 20  # some URLs of GitLab have ids in place of names
        assert all((request.token or "").startswith(f"minted-{owner}-") for owner, request in named)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_public_data_of_other_owners_is_read_with_any_account(engine: str, provider: str) -> None:
    with Forge(_two_organizations()) as forge:
        source = _source(provider, forge, *ACCOUNTS)

        async def main() -> None:
            async with client_of(provider, engine, forge, source) as client:
                assert await _read(client, "open-0", "third") == "open-0"
                with pytest.raises(NotFoundError):
                    await _read(client, "hidden-0", "third")

        run(main())


def test_arguments_of_sources_are_checked_before_anything_is_sent(engine: str) -> None:
    with _forge() as forge:
        source = _source("gitlab", forge)
        with pytest.raises(ConfigurationError, match="gives tokens for gitlab, not for GitHub"):
            client_of("github", engine, forge, source)
        elsewhere = _source("github", forge)
        elsewhere.origin = "https://github.example.com"
        with pytest.raises(ConfigurationError, match=r"are for https://github\.example\.com; base_url is on"):
            client_of("github", engine, forge, elsewhere)
        with pytest.raises(ConfigurationError, match="must be a TokenSource, not str"):
            TokenManager().add_source("token")  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="whitespace"):
            AccessToken("two words")


def test_no_secret_of_a_source_is_shown_or_pickled() -> None:
    engines.demand("python")
    with _forge() as forge:
        source = _source("github", forge)
        for item in (source, AccessToken("secret-1")):
            assert "secret" not in repr(item)
            with pytest.raises(TypeError, match="can't be pickled"):
                pickle.dumps(item)
