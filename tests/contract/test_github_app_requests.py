"""GitHub Apps: the requests that an app sends, on each kind of server, and their refusals."""

from __future__ import annotations

import json

import pytest

from gitfleet_api import AuthError, ConfigurationError, GitHubClient, RateLimitError, Retry
from gitfleet_api.auth import GitHubApp
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.auth.apps import App
from gitfleet_testing.auth.rsa import example_key
from support import engines
from support.clients import maker
from support.clocks import ManualClock
from support.running import run

KEY = example_key().pem()
MANY = 205


def _forge(*owners: str, prefix: str = "", clock: ManualClock | None = None) -> Forge:
    fleet = Fleet()
    for owner in owners:
        fleet.add_organization(owner)
        fleet.add_repository(owner, "hidden", private=True)
    return Forge(fleet, prefix=prefix, now=None if clock is None else clock.time)


def _installed(forge: Forge, *owners: str) -> App:
    app = forge.add_app("my-app")
    for owner in owners:
        app.install(owner)
    return app


def _paths(forge: Forge, part: str) -> list[str]:
    return [request.path for request in forge.requests if part in request.path]


def test_all_requests_to_an_enterprise_server_are_below_its_prefix(engine: str) -> None:
    with _forge("acme", prefix="/api/v3") as forge:
        app = _installed(forge, "acme")
        source = GitHubApp(client_id=app.client_id, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                assert (await client.fetch_repository_details("acme", "hidden")).name == "hidden"

        run(main())
        (installation,) = app.installations
        assert [request.path for request in forge.requests] == [
            "/api/v3/app/installations",
            f"/api/v3/app/installations/{installation.id}/access_tokens",
            "/api/v3/repos/acme/hidden",
        ]


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        (None, "https://api.github.com"),
        ("https://api.github.com", "https://api.github.com"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com"),
        ("https://api.octo.ghe.com", "https://api.octo.ghe.com"),
    ],
)
def test_an_app_is_for_the_server_of_its_base_url_alone(base_url: str | None, origin: str) -> None:
    engines.demand("python")
    app = GitHubApp(1, private_key=KEY, base_url=base_url)
    assert app.origin == origin
    assert app.for_installation(7).origin == origin
    with pytest.raises(ConfigurationError, match=f"for {origin}"):
        GitHubClient(app, "https://elsewhere.example.com/api/v3")


def test_an_installation_that_is_suspended_meanwhile_is_one_clear_error_until_that_ends(engine: str) -> None:
    clock = ManualClock()
    with _forge("acme", clock=clock) as forge:
        app = _installed(forge, "acme")
        (installation,) = app.installations
        source = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source, clock=clock) as client:
                assert [found.account for found in await source.installations(client)] == ["acme"]
                await client.fetch_repository_details("acme", "hidden")
                installation.suspend()
                clock.now += 3400  # the token is renewed before its hour ends
                with pytest.raises(AuthError, match="an owner of the account can unsuspend it") as caught:
                    await client.fetch_repository_details("acme", "hidden")
                assert caught.value.code == "app_suspended"
                installation.unsuspend()
                clock.now += 61
                assert (await client.fetch_repository_details("acme", "hidden")).name == "hidden"

        run(main())


def test_the_installations_of_all_pages_are_found(engine: str) -> None:
    owners = [f"org-{number}" for number in range(MANY)]
    with _forge(*owners) as forge:
        app = _installed(forge, *owners)
        source = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                assert (await client.fetch_repository_details(owners[-1], "hidden")).name == "hidden"
                assert (await client.fetch_repository_details(owners[0], "hidden")).name == "hidden"

        run(main())
        assert len(_paths(forge, "/app/installations")) == 3 + 2  # pages, and tokens of two installations
        assert sum(installation.minted for installation in app.installations) == 2


@pytest.mark.parametrize("path", ["/app/installations", "/app/installations/*"])
def test_a_rate_limit_of_the_requests_of_an_app_is_waited_for(engine: str, path: str) -> None:
    clock = ManualClock()
    with _forge("acme", clock=clock) as forge:
        app = _installed(forge, "acme")
        source = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source, clock=clock) as client:
                forge.secondary_limit(path, retry_after=30, times=1)
                with pytest.raises(RateLimitError):  # this client waits for no limit
                    await client.fetch_repository_details("acme", "hidden")
            async with maker(engine)(forge.url, source, clock=clock, retry=Retry(), max_rate_limit_wait=120) as client:
                forge.secondary_limit(path, retry_after=30, times=1)
                assert (await client.fetch_repository_details("acme", "hidden")).name == "hidden"

        run(main())
        assert sum(clock.sleeps) >= 30
        assert len([request for request in forge.requests if request.status == 403]) == 2


def test_permissions_and_repositories_are_sent_and_what_is_not_granted_is_refused_to_each_call(engine: str) -> None:
    with _forge("acme") as forge:
        app = _installed(forge, "acme")
        permissions = {"contents": "read", "issues": "write"}

        async def main() -> None:
            source = GitHubApp(
                app.id,
                private_key=app.private_key,
                base_url=forge.url,
                permissions=permissions,
                repositories=["hidden"],
            )
            wide = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)
            async with maker(engine)(forge.url, source) as client, maker(engine)(forge.url, wide) as other:
                for _ in range(2):
                    with pytest.raises(AuthError, match="grant it, or ask for less") as caught:
                        await client.fetch_repository_details("acme", "hidden")
                    assert (caught.value.code, caught.value.status) == ("app_not_granted", 422)
                assert (await other.fetch_repository_details("acme", "hidden")).name == "hidden"

        run(main())
        bodies = [request.body for request in forge.requests if request.path.endswith("/access_tokens")]
        assert [json.loads(body) for body in bodies if body] == [
            {"permissions": permissions, "repositories": ["hidden"]}
        ] * 2
        assert bodies.count(b"") == 1


def test_the_installation_id_of_a_webhook_needs_no_listing(engine: str) -> None:
    with _forge("acme", "other") as forge:
        app = _installed(forge, "acme", "other")
        source = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)
        installation = app.installation_of("other")
        assert installation is not None
        payload = {"action": "opened", "installation": {"id": installation.id}}

        async def main() -> None:
            own = source.for_installation(payload["installation"]["id"])  # type: ignore[index]
            async with maker(engine)(forge.url, own) as client:
                assert (await client.fetch_repository_details("other", "hidden")).name == "hidden"
            with pytest.raises(ConfigurationError, match="positive"):
                source.for_installation(True)
            async with maker(engine)(forge.url, source.for_installation(installation.id + 99)) as client:
                with pytest.raises(AuthError, match="the number belongs to another app") as caught:
                    await client.fetch_repository_details("other", "hidden")
                assert caught.value.code == "app_uninstalled"

        run(main())
        assert [path for path in _paths(forge, "/app/") if path.endswith("/app/installations")] == []
        assert [installation.minted for installation in app.installations] == [0, 1]


def test_the_error_of_an_exhausted_installation_names_it(engine: str) -> None:
    with _forge("acme", "other") as forge:
        app = _installed(forge, "acme", "other")
        source = GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)

        async def main() -> None:
            async with maker(engine)(forge.url, source, max_rate_limit_wait=0) as client:
                await client.fetch_repository_details("acme", "hidden")
                forge.limit([request.token for request in forge.requests if request.token][-1], remaining=0)
                with pytest.raises(RateLimitError):
                    await client.fetch_repository_details("acme", "hidden")
                with pytest.raises(RateLimitError, match="with my-app for acme until"):
                    await client.fetch_repository_details("acme", "hidden")
                await client.fetch_repository_details("other", "hidden")

        run(main())
