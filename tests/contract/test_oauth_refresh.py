"""OAuthSource: refresh tokens that the server accepts once are used once, and new ones are stored before use."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from gitfleet_api import AuthError, GitFleetError, GitProviderClient, NetworkError, ServerError
from gitfleet_api.auth import FileStore, OAuthSource, SignIn, StoreError, exchange_for, finish_device, start_device
from gitfleet_api.auth.oauth_refresh import refresh
from gitfleet_testing import Forge, OAuthClient
from support.clocks import ManualClock
from support.pools import OWNER, PROVIDERS, client_of
from support.running import run
from support.sending import many_repositories
from support.sign_ins import application, signed_in, source_of

pytestmark = pytest.mark.parametrize("provider", PROVIDERS)


class Case:
    """A user who has signed in, planned time, and a client."""

    def __init__(self, provider: str, engine: str, forge: Forge, folder: Path) -> None:
        self.provider, self.engine, self.forge = provider, engine, forge
        self.clock = ManualClock(forge.clock.advance)
        self.app: OAuthClient = application(provider, forge)
        self.store: FileStore = signed_in(provider, forge, folder / "sign-ins.json", self.app)
        self.source: OAuthSource = source_of(provider, forge, self.store)

    def client(self, source: OAuthSource | None = None) -> GitProviderClient:
        """A client with a source."""
        return client_of(self.provider, self.engine, self.forge, source or self.source, clock=self.clock)

    async def read(self, source: OAuthSource | None = None, count: int = 1) -> None:
        """Send some calls at once."""
        async with self.client(source) as client:
            await asyncio.gather(*(client.fetch_repository_details(OWNER, "r0") for _ in range(count)))

    def later(self, seconds: float) -> None:
        """Let time pass for the client and the server."""
        self.clock.now += seconds
        self.forge.clock.advance(seconds)

    @property
    def stored(self) -> SignIn:
        """The only sign-in."""
        (found,) = self.store.all()
        return found

    @property
    def token_path(self) -> str:
        """Path of the token endpoint."""
        return "/login/oauth/access_token" if self.provider == "github" else "/oauth/token"


@pytest.fixture
def case(provider: str, engine: str, tmp_path: Path) -> object:
    with Forge(many_repositories(1)) as forge:
        yield Case(provider, engine, forge, tmp_path)


def test_a_token_is_renewed_once_for_all_calls_and_stored(case: Case) -> None:
    run(case.read())
    assert case.forge.sign_in.token_requests == 0
    case.later(280)
    run(case.read(count=30))
    (family,) = case.forge.sign_in.families
    assert (case.forge.sign_in.token_requests, family.refreshes, family.revoked) == (1, 1, None)
    stored = case.stored
    assert (stored.access_token, stored.refresh_token) == (family.access_token, family.refresh_token)
    assert stored.login == "fleet-admin"
    assert stored.expires_at == pytest.approx(case.clock.now + 300, abs=2)


def test_sources_of_one_store_in_threads_renew_once(case: Case) -> None:
    case.later(400)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run(case.read(source_of(case.provider, case.forge, case.store)))
        except BaseException as error:  # noqa: BLE001  reported by the test
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert [family.refreshes for family in case.forge.sign_in.live_families] == [1]


def test_a_token_that_another_process_has_renewed_is_replaced_by_its_result(case: Case) -> None:
    async def main() -> None:
        async with case.client() as client:
            await client.fetch_repository_details(OWNER, "r0")
            case.later(60)
            other = source_of(case.provider, case.forge, case.store)
            async with client_of(case.provider, case.engine, case.forge, clock=case.clock) as second:
                account = (await other.accounts(exchange_for(second), None))[0]
                # Its token is refused, as far as the other process knows.
                await other.token(exchange_for(second), account, case.stored.access_token)
            await client.fetch_repository_details(OWNER, "r0")

    run(main())
    assert case.forge.sign_in.token_requests == 1


def test_a_revoked_refresh_token_is_one_clear_error_and_the_sign_in_stays_stored(case: Case) -> None:
    before = case.stored
    case.forge.sign_in.families[0].revoked = "revoked"
    case.later(400)
    with pytest.raises(AuthError, match=r"sign in again: gitfleet auth login git(hub|lab) --hostname 127") as caught:
        run(case.read(count=3))
    assert caught.value.code == "sign_in_again"
    assert case.stored == before


def test_a_process_that_was_killed_after_the_response_is_named_as_a_cause(case: Case) -> None:
    case.later(400)

    async def lost() -> None:
        async with client_of(case.provider, case.engine, case.forge, clock=case.clock) as client:
            await refresh(exchange_for(client), case.stored)  # and nothing is stored

    run(lost())
    with pytest.raises(AuthError, match="or a process was killed while it renewed the token") as caught:
        run(case.read())
    assert caught.value.code == "sign_in_again"


def test_failures_of_the_server_are_temporary_and_change_nothing(case: Case) -> None:
    before = case.stored
    case.forge.fail(case.token_path, status=503, body={}, times=1)
    case.later(280)
    run(case.read())  # its token is valid for 20 seconds
    assert case.stored == before
    case.later(30)
    for fail in (case.forge.fail, case.forge.drop):
        fail(case.token_path, times=1)
        with pytest.raises((ServerError, NetworkError)):
            run(case.read(source_of(case.provider, case.forge, case.store)))
    run(case.read())
    assert case.forge.sign_in.families[0].revoked is None


def test_a_store_that_cannot_be_written_loses_no_token(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.later(400)

    def full(*_arguments: object) -> None:
        raise StoreError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(case.store, "write_locked", full)
        with pytest.raises(StoreError, match="no space left"):
            run(case.read())
    run(case.read())
    (family,) = case.forge.sign_in.families
    assert (family.refreshes, family.revoked) == (1, None)
    assert case.stored.refresh_token == family.refresh_token


def test_a_caller_that_is_cancelled_does_not_lose_the_new_token(case: Case) -> None:
    case.later(400)

    async def main() -> None:
        for delay in range(0, 60, 4):
            task = asyncio.create_task(case.read())
            await asyncio.sleep(delay / 1000)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await case.read()

    run(main())
    assert [family.revoked for family in case.forge.sign_in.families] == [None]


def test_without_a_sign_in_the_error_names_the_command(case: Case) -> None:
    case.store.remove(case.stored.server)
    for _ in range(2):
        with pytest.raises(AuthError, match=r"not signed in on 127.* run: gitfleet auth login") as caught:
            run(case.read())
        assert caught.value.code == "not_signed_in"
    assert not case.forge.requests


def test_another_user_who_signs_in_is_another_account(case: Case) -> None:
    case.forge.fleet.add_user("somebody")

    async def main() -> None:
        async with case.client() as client:
            await client.fetch_repository_details(OWNER, "r0")
            case.later(280)
            code = await start_device(client, case.app.client_id, case.app.scopes)
            case.forge.authorize_device(code.user_code, "somebody")
            case.store.write(await finish_device(client, code))
            await client.fetch_repository_details(OWNER, "r0")

    run(main())
    assert case.stored.login == "somebody"
    assert case.forge.requests[-1].token == case.stored.access_token
    assert case.forge.sign_in.families[0].refreshes == 0


def test_a_wrong_application_secret_is_named_and_the_token_kept(case: Case) -> None:
    before = case.stored
    case.app.client_secret = "changed"
    case.forge.sign_in.families[0].by_device = False
    case.later(400)
    with pytest.raises(AuthError, match="check the client id, and the client secret") as caught:
        run(case.read())
    assert caught.value.code == "wrong_client"
    assert case.stored == before


@pytest.mark.parametrize("value", ["soon", -1, 1e999, None, [], True], ids=repr)
def test_a_wrong_end_in_a_response_breaks_nothing(case: Case, value: object) -> None:
    case.forge.sign_in.replace(expires_in=value)
    case.later(400)
    run(case.read())
    assert case.stored.refresh_token == case.forge.sign_in.families[0].refresh_token


def test_no_error_of_a_renewal_is_anything_but_of_this_library(case: Case) -> None:
    case.later(400)
    for body in ("", "[]", "<html>", '{"error": 7}', '{"access_token": 1}', "[" * 5000):
        fault = case.forge.fail(case.token_path, status=200, body=body, times=None)
        with pytest.raises(GitFleetError):
            run(case.read(source_of(case.provider, case.forge, case.store)))
        fault.cancel()
    run(case.read())


def test_a_token_without_a_refresh_token_is_used_until_the_server_refuses_it(
    provider: str, engine: str, tmp_path: Path
) -> None:
    with Forge(many_repositories(1)) as forge:
        case = Case(provider, engine, forge, tmp_path)
        case.app.expires_in = None
        case.store = signed_in(provider, forge, tmp_path / "other.json", case.app)
        case.source = source_of(provider, forge, case.store)
        assert case.stored.refresh_token is None
        case.later(1_000_000)
        run(case.read())
        forge.sign_in.families[-1].revoked = "revoked"
        case.later(60)
        with pytest.raises(AuthError, match="which cannot be renewed; sign in again: gitfleet auth login") as caught:
            run(case.read())
        assert caught.value.code == "sign_in_again"
        assert forge.sign_in.token_requests == 0
