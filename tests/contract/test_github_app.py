"""GitHub Apps: one token for all that wait, in time, each installation for its own owner."""

from __future__ import annotations

import asyncio
import pickle
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gitfleet_api import AuthError, ConfigurationError, GitFleetError, NotFoundError, Retry, ServerError
from gitfleet_api.auth import GitHubApp
from gitfleet_api.sync import run as run_sync
from gitfleet_fleet.plan.accounts import check_accounts
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.auth.apps import App
from gitfleet_testing.auth.rsa import example_key
from support import engines
from support.clients import maker
from support.clocks import ManualClock
from support.crash_report import reported_locals
from support.running import run
from support.sync_clients import sync_github

EXAMPLE = example_key().pem()
OWNERS = ("acme", "other", "third")


def _fleet() -> Fleet:
    fleet = Fleet()
    for owner in (*OWNERS, "stranger"):
        fleet.add_organization(owner)
        for number in range(4):
            fleet.add_repository(owner, f"hidden-{number}", private=True)
            fleet.add_repository(owner, f"open-{number}")
    return fleet


def _app(forge: Forge, *owners: str) -> App:
    app = forge.add_app("my-app")
    for owner in owners:
        app.install(owner)
    return app


def _source(forge: Forge, app: App, **more: object) -> GitHubApp:
    return GitHubApp(app.id, private_key=app.private_key, base_url=forge.url, **more)  # type: ignore[arg-type]


def _count(forge: Forge, end: str) -> int:
    return sum(1 for request in forge.requests if request.path.endswith(end))


def test_a_hundred_concurrent_cold_calls_send_one_token_request_and_one_listing(engine: str) -> None:
    with Forge(_fleet()) as forge:
        source = _source(forge, _app(forge, "acme"))

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                calls = (client.fetch_repository_details("acme", f"hidden-{number % 4}") for number in range(100))
                assert len(await asyncio.gather(*calls)) == 100

        run(main())
        assert _count(forge, "/access_tokens") == 1
        assert _count(forge, "/app/installations") == 1


def test_threads_share_the_listing_and_the_token(engine: str) -> None:
    with Forge(_fleet(), delay=0.05) as forge:
        source = _source(forge, _app(forge, "acme"))
        names: list[str] = []

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                names.append((await client.fetch_repository_details("acme", "hidden-0")).name)

        threads = [threading.Thread(target=run, args=(main(),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert names == ["hidden-0"] * 6
        assert _count(forge, "/access_tokens") == 1
        assert _count(forge, "/app/installations") == 1


@pytest.mark.parametrize("skew", [-300.0, 0.0, 300.0])
def test_no_call_fails_in_two_hours_with_tokens_of_five_minutes(engine: str, skew: float) -> None:
    clock = ManualClock()
    with Forge(_fleet(), now=clock.time, clock_offset=skew) as forge:
        app = _app(forge, "acme")
        app.token_lifetime = 300.0
        source = _source(forge, app)

        async def main() -> None:
            async with maker(engine)(forge.url, source, clock=clock) as client:
                for _ in range(240):
                    assert (await client.fetch_repository_details("acme", "hidden-0")).name == "hidden-0"
                    clock.now += 30

        run(main())
        tokens = _count(forge, "/access_tokens")
        assert 24 <= tokens <= 30
        refused = [request for request in forge.requests if request.status == 401]
        assert len(refused) <= 1  # the first one, before the clock of the server is known


def test_a_thousand_mixed_calls_find_everything_and_use_the_budget_of_each_installation(engine: str) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge, *OWNERS)
        source = _source(forge, app)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:

                async def one(number: int) -> None:
                    owner = OWNERS[number % 3]
                    match number // 3 % 3:
                        case 0:
                            await client.fetch_repository_details(owner, f"hidden-{number % 4}")
                        case 1:
                            assert len(await client.fetch_branches(owner, f"hidden-{number % 4}")) > 0
                        case _:
                            await client.fetch_repository_details("stranger", f"open-{number % 4}")

                for start in range(0, 1000, 50):
                    await asyncio.gather(*(one(number) for number in range(start, start + 50)))
                with pytest.raises(NotFoundError):
                    await client.fetch_repository_details("stranger", "hidden-0")

        run(main())
        used = {found.account.login: found.used for found in app.installations}
        for owner in OWNERS:
            own = sum(1 for request in forge.requests if f"/repos/{owner}/" in request.path)
            assert used[owner] >= own > 200
        named = [request for request in forge.requests if "/repos/" in request.path]
        assert sum(used.values()) == len(named)
        assert not [request for request in named if request.status == 404 and "stranger" not in request.path]
        by_owner = {owner: {r.token for r in named if f"/repos/{owner}/" in r.path} for owner in OWNERS}
        assert all(len(tokens) == 1 for tokens in by_owner.values())
        assert len(set.union(*by_owner.values())) == 3
        assert _count(forge, "/app/installations") == 1


def test_an_app_that_is_uninstalled_meanwhile_is_one_clear_error(engine: str) -> None:
    clock = ManualClock()
    with Forge(_fleet(), now=clock.time) as forge:
        app = _app(forge, "acme", "other")
        source = _source(forge, app)

        async def main() -> None:
            async with maker(engine)(forge.url, source, clock=clock) as client:
                await client.fetch_repository_details("acme", "hidden-0")
                clock.now += 60
                found = app.installation_of("acme")
                assert found is not None
                found.uninstall()
                with pytest.raises(AuthError, match="uninstalled there; install it again") as caught:
                    await client.fetch_repository_details("acme", "hidden-0")
                assert caught.value.code == "app_uninstalled"
                assert (await client.fetch_repository_details("other", "hidden-0")).name == "hidden-0"
                app.install("acme")
                clock.now += 61
                assert (await client.fetch_repository_details("acme", "hidden-0")).name == "hidden-0"

        run(main())


def test_a_suspended_installation_is_one_clear_error(engine: str) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge, "acme")
        source = _source(forge, app)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                (found,) = await source.installations(client)
                assert (found.account, found.account_type, found.suspended_at) == ("acme", "Organization", None)
                pinned = source.for_installation(found.id)
            async with maker(engine)(forge.url, pinned) as client:
                await client.fetch_repository_details("acme", "hidden-0")
            app.installations[0].suspend()
            async with maker(engine)(forge.url, _source(forge, app)) as client:
                with pytest.raises(AuthError, match="suspended") as caught:
                    await client.fetch_repository_details("acme", "hidden-0")
                assert caught.value.code == "app_not_installed"

        run(main())


def test_an_app_that_the_server_does_not_know_is_one_clear_error(engine: str) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge, "acme")
        source = GitHubApp(app.id + 7, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                with pytest.raises(AuthError, match="check the id and the private key") as caught:
                    await client.fetch_repository_details("acme", "hidden-0")
                assert caught.value.code == "app_refused"

        run(main())


def test_permissions_and_repositories_that_are_not_granted_are_one_clear_error(engine: str) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge, "acme")

        async def main() -> None:
            narrowed = _source(forge, app, repositories=["hidden-1"], permissions={"contents": "read"})
            async with maker(engine)(forge.url, narrowed) as client:
                assert (await client.fetch_repository_details("acme", "hidden-1")).name == "hidden-1"
                with pytest.raises(NotFoundError):
                    await client.fetch_repository_details("acme", "hidden-2")
            for wrong in ({"repositories": ["absent"]}, {"permissions": {"contents": "write"}}):
                async with maker(engine)(forge.url, _source(forge, app, **wrong)) as client:
                    with pytest.raises(AuthError, match="not granted") as caught:
                        await client.fetch_repository_details("acme", "hidden-1")
                    assert caught.value.code == "app_not_granted"

        run(main())


def test_a_failing_token_request_is_retried_by_the_policy_of_the_call(engine: str) -> None:
    clock = ManualClock()
    with Forge(_fleet(), now=clock.time) as forge:
        app = _app(forge, "acme")

        async def read(source: GitHubApp) -> str:
            async with maker(engine)(forge.url, source, clock=clock, retry=Retry()) as client:
                return (await client.fetch_repository_details("acme", "hidden-0")).name

        for path in ("/app/installations", "/app/installations/*"):
            forge.fail(path, status=502, times=2)
            assert run(read(_source(forge, app))) == "hidden-0"
        forge.fail("/app/installations/*", status=502, times=100)
        with pytest.raises(ServerError, match="502"):
            run(read(_source(forge, app)))


BAD_KEYS = {
    "no key": "hunter2",
    "cut": EXAMPLE[:400],
    "damaged": EXAMPLE.replace("M", "m"),
    "public": "-----BEGIN PUBLIC KEY-----\nhunter2\n-----END PUBLIC KEY-----",
    "a certificate": "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----",
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_a_key_that_is_no_key_is_one_clear_error_that_does_not_show_it(tmp_path: Path, kind: str) -> None:
    engines.demand("python")
    text = BAD_KEYS[kind]
    path = tmp_path / "key.pem"
    path.write_text(text)
    for arguments in ({"private_key": text}, {"private_key": text.encode()}, {"private_key_path": path}):
        with pytest.raises(ConfigurationError, match="download a private key") as caught:
            GitHubApp(1, **arguments)
        assert caught.value.code == "app_key_invalid"
        assert caught.value.__cause__ is None
        shown = "".join(traceback.format_exception(caught.value)) + repr(list(reported_locals(caught.value)))
        assert not [line for line in text.splitlines() if len(line) > 6 and "-----" not in line and line in shown]


def test_keys_of_other_kinds_and_encrypted_ones_are_named(tmp_path: Path) -> None:
    engines.demand("python")
    rsa = load_pem_private_key(EXAMPLE.encode(), None)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    encrypted = rsa.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"password"))
    other = elliptic.private_bytes(pem, pkcs8, serialization.NoEncryption())
    for key, words in ((encrypted, "is encrypted; decrypt it first"), (other, "is no RSA key")):
        with pytest.raises(ConfigurationError, match=words):
            GitHubApp(1, private_key=key)
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        GitHubApp(1, private_key_path=tmp_path / "absent.pem")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        GitHubApp(1, private_key_path=tmp_path)
    with pytest.raises(ConfigurationError, match="is a key, not a path") as caught:
        GitHubApp(1, private_key_path=EXAMPLE)
    assert EXAMPLE.splitlines()[1] not in repr(list(reported_locals(caught.value)))
    GitHubApp(1, private_key=EXAMPLE.replace("\n", "\\n"))  # as in environment variables


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "give the app as app_id or as client_id"),
        ({"app_id": 1, "client_id": "Iv1"}, "give the app as app_id or as client_id"),
        ({"app_id": "one"}, "app_id must be the number"),
        ({"client_id": "two words"}, "client_id must be"),
        ({"app_id": 1, "permissions": {"contents": "all"}}, "must be read, write or admin"),
        ({"app_id": 1, "repositories": "name"}, "must be a list of names"),
        ({"app_id": 1, "repositories": ["acme/name"]}, "names without owners"),
        ({"app_id": 1, "private_key_path": "key.pem"}, "as private_key or as private_key_path"),
        ({"app_id": 1, "base_url": "nonsense"}, "base_url"),
    ],
)
def test_arguments_are_checked_before_anything_is_sent(arguments: dict[str, Any], words: str) -> None:
    engines.demand("python")
    with pytest.raises(ConfigurationError, match=words):
        GitHubApp(**{"private_key": EXAMPLE, **arguments})


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    engines.demand("python")
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(ConfigurationError, match=r"^GitHub Apps need an extra: pip install 'gitfleet\[app\]'$"):
        GitHubApp(1, private_key=EXAMPLE)


def test_an_app_shows_no_secret_and_cannot_be_pickled(engine: str) -> None:
    events: list[object] = []
    with Forge(_fleet()) as forge:
        source = _source(forge, _app(forge, "acme"))

        async def main() -> None:
            async with maker(engine)(forge.url, source, on_event=events.append) as client:
                await client.fetch_repository_details("acme", "hidden-0")
                forge.fail(status=403, body={"message": f"no {forge.requests[-1].token}"}, times=1)
                with pytest.raises(GitFleetError) as caught:
                    await client.fetch_repository_details("acme", "hidden-1")
                texts.append(repr(vars(caught.value)) + repr(list(reported_locals(caught.value))))

        texts: list[str] = []
        run(main())
        secrets = {request.token for request in forge.requests if request.token}
        assert len(secrets) == 2  # the JSON web token, and that of the installation
        texts += [repr(events), repr(source), repr(vars(source)), repr(vars(source._requests))]
        for secret in (*secrets, EXAMPLE.splitlines()[1]):
            assert not [text for text in texts if secret in text]
        for thing in (source, source._key):
            with pytest.raises(TypeError, match="can't be pickled"):
                pickle.dumps(thing)


def test_a_plan_has_the_budget_of_each_installation(engine: str) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge, *OWNERS)

        async def main() -> None:
            async with maker(engine)(forge.url, _source(forge, app)) as client:
                tokens = await client.session.discover_tokens()
                assert [token.label for token in tokens] == [f"my-app for {owner}" for owner in OWNERS]
                assert [token.label for token in await client.session.discover_tokens("Acme")] == ["my-app for acme"]
                accounts, planned, problems = await check_accounts(client, "github")
                assert [account.label for account in accounts] == [f"my-app for {owner}" for owner in OWNERS]
                assert len(planned) == 3
                assert problems == []

        run(main())


def test_synchronous_clients_use_apps(engine: str) -> None:
    with Forge(_fleet()) as forge:
        source = _source(forge, _app(forge, "acme"))
        with sync_github(engine, forge.url, source) as client:
            assert client.fetch_repository_details("acme", "hidden-0").name == "hidden-0"
            assert [found.account for found in run_sync(source.installations(client))] == ["acme"]
