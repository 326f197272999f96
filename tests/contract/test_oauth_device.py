"""Device flow: a code for the user, and waits as the server says."""

from __future__ import annotations

import copy
import pickle

import pytest

from gitfleet_api import AuthError, DecodeError, GitProviderClient, ServerError
from gitfleet_api import sync as synchronous
from gitfleet_api.auth import DeviceCode, SignIn, exchange_for, finish_device, start_device
from gitfleet_testing import Forge, OAuthClient
from support.clocks import ManualClock
from support.pools import PROVIDERS, client_of
from support.running import run
from support.sending import many_repositories
from support.sign_ins import LOGIN, application, base_url

pytestmark = pytest.mark.parametrize("provider", PROVIDERS)


def _forge() -> Forge:
    return Forge(many_repositories(1))


class Browser(ManualClock):
    """Planned time of the client and of the forge, in which the user acts at some moment."""

    def __init__(self, forge: Forge, after: float, *, denies: bool = False) -> None:
        super().__init__(self._slept)
        self.forge, self.left, self.denies = forge, after, denies

    def _slept(self, seconds: float) -> None:
        self.forge.clock.advance(seconds)
        self.left -= seconds
        for code in self.forge.sign_in.waiting_codes if self.left <= 0 else ():
            if self.denies:
                self.forge.deny_device(code)
            else:
                self.forge.authorize_device(code, LOGIN)


async def _sign_in(client: GitProviderClient, app: OAuthClient) -> tuple[DeviceCode, SignIn]:
    code = await start_device(client, app.client_id, app.scopes)
    return code, await finish_device(client, code)


def _attempt(
    provider: str, engine: str, forge: Forge, app: OAuthClient, clock: ManualClock
) -> tuple[DeviceCode, SignIn]:
    async def main() -> tuple[DeviceCode, SignIn]:
        async with client_of(provider, engine, forge, clock=clock) as client:
            return await _sign_in(client, app)

    return run(main())


def test_a_user_who_enters_the_code_is_signed_in(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 12)
        start = clock.now
        code, found = _attempt(provider, engine, forge, app, clock)
        (family,) = forge.sign_in.families
        assert clock.sleeps == [5, 5, 5]
        assert code.verification_url.startswith(forge.origin)
        assert code.expires_at == pytest.approx(start + app.code_expires_in, abs=2)
        assert (found.access_token, found.refresh_token) == (family.access_token, family.refresh_token)
        assert (found.server, found.client_id, found.login) == (forge.origin, app.client_id, LOGIN)
        assert found.expires_at == pytest.approx(clock.now + 300, abs=2)
        assert found.scopes == app.scopes


def test_slow_down_adds_five_seconds(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 20)

        async def main() -> None:
            async with client_of(provider, engine, forge, clock=clock) as client:
                code = await start_device(client, app.client_id, app.scopes)
                hasty = copy_with(code, 1.0)
                await finish_device(client, hasty)

        run(main())
        assert clock.sleeps[:2] == [1.0, 1.0]
        assert clock.sleeps[2] == (6.0 if provider == "gitlab" else 10.0)  # GitHub states the new interval
        assert clock.sleeps == sorted(clock.sleeps)


def copy_with(code: DeviceCode, interval: float) -> DeviceCode:
    """The same code with another interval."""
    names = ("user_code", "verification_url", "verification_url_complete", "expires_at", "client_id", "scopes")
    return DeviceCode(**{name: getattr(code, name) for name in names}, device_code=code.device_code, interval=interval)


def test_a_code_that_expires_is_one_clear_error(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 10_000)
        app.code_expires_in = 60
        with pytest.raises(AuthError, match="the code has expired before it was entered; begin again") as caught:
            _attempt(provider, engine, forge, app, clock)
        assert caught.value.code == "device_code_expired"
        assert sum(clock.sleeps) <= 65


def test_a_user_who_refuses_is_one_clear_error(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 4, denies=True)
        with pytest.raises(AuthError, match="the user has refused") as caught:
            _attempt(provider, engine, forge, app, clock)
        assert caught.value.code == "access_denied"


def test_an_application_that_the_server_does_not_accept_is_one_clear_error(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 0)
        app.device_flow = False
        with pytest.raises(AuthError) as caught:
            _attempt(provider, engine, forge, app, clock)
        assert caught.value.code == ("device_flow_disabled" if provider == "github" else "wrong_client")
        app.client_id = "unknown"
        with pytest.raises(AuthError, match="check the client id") as caught:
            _attempt(provider, engine, forge, app, clock)
        assert caught.value.code == "wrong_client"


def test_failures_of_the_server_do_not_end_the_wait_unless_they_persist(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 3)
        path = "/login/oauth/access_token" if provider == "github" else "/oauth/token"
        forge.fail(path, status=502, body={}, times=2)
        _, found = _attempt(provider, engine, forge, app, clock)
        assert found.login == LOGIN
        forge.fail(path, status=502, body={}, times=50)
        with pytest.raises(ServerError, match="HTTP 502"):
            _attempt(provider, engine, forge, app, clock)


def test_it_works_from_synchronous_code(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 3)
        kind = synchronous.GitHubClient if provider == "github" else synchronous.GitLabClient
        with kind(base_url=base_url(provider, forge), clock=clock, backend=engine) as client:  # type: ignore[arg-type]
            assert exchange_for(client).base_url == client.base_url
            code = synchronous.run(start_device(client, app.client_id, app.scopes))
            assert synchronous.run(finish_device(client, code)).login == LOGIN


def test_codes_and_sign_ins_show_no_secret_and_are_not_pickled(engine: str, provider: str) -> None:
    with _forge() as forge:
        app = application(provider, forge)
        code, found = _attempt(provider, engine, forge, app, Browser(forge, 3))
        secrets = [str(code.device_code), str(found.access_token), str(found.refresh_token)]
        for item in (code, found, vars):
            assert not any(secret in repr(item) for secret in secrets)
        for item in (code, found):
            for attempt in (pickle.dumps, copy.copy):
                with pytest.raises(TypeError, match="can't be pickled"):
                    attempt(item)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "file:///etc/passwd"},
        {"verification_uri": "https://x.example/\x1b[2J"},
        {"user_code": "\x1b]0;title\x07"},
    ],
    ids=repr,
)
def test_what_the_user_sees_or_opens_is_checked(engine: str, provider: str, wrong: dict[str, str]) -> None:
    values = {"device_code": "d", "user_code": "A-B", "verification_uri": "https://x.example/", "interval": 5}
    with _forge() as forge:
        path = "/login/device/code" if provider == "github" else "/oauth/authorize_device"
        forge.fail(path, status=200, body=values | wrong)

        async def main() -> None:
            async with client_of(provider, engine, forge) as client:
                with pytest.raises(DecodeError, match="cannot be shown"):
                    await start_device(client, "client")

        run(main())


def test_an_interval_that_is_longer_than_the_life_of_the_code_ends_with_it(engine: str, provider: str) -> None:
    with _forge() as forge:
        app, clock = application(provider, forge), Browser(forge, 10_000)

        async def main() -> None:
            async with client_of(provider, engine, forge, clock=clock) as client:
                code = await start_device(client, app.client_id, app.scopes)
                with pytest.raises(AuthError, match="has expired"):
                    await finish_device(client, copy_with(code, 1e9))

        run(main())
        assert clock.sleeps == [pytest.approx(app.code_expires_in, abs=2)]
