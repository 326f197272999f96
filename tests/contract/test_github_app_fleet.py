"""Fleets, audits and mirrors over three organizations with one GitHub App: nothing is missing, no secret is stored."""

from __future__ import annotations

from pathlib import Path

from gitfleet_api.auth import GitHubApp
from gitfleet_fleet import Fleet
from gitfleet_mirror import Mirror
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.clients import maker
from support.running import run

OWNERS = ("acme", "other", "third")
TARGETS = tuple(f"github:{owner}" for owner in OWNERS)


def _forge() -> Forge:
    data = Data()
    for owner in OWNERS:
        data.add_organization(owner)
        for number in range(3):
            data.add_repository(owner, f"hidden-{number}", private=True, branches=2)
    return Forge(data)


def _source(forge: Forge) -> GitHubApp:
    app = forge.add_app("my-app")
    for owner in OWNERS:
        app.install(owner)
    return GitHubApp(app.id, private_key=app.private_key, base_url=forge.url)


def test_runs_plans_audits_and_mirrors_read_each_organization_with_its_own_installation(
    engine: str, tmp_path: Path
) -> None:
    with _forge() as forge:
        source = _source(forge)

        async def main() -> None:
            async with maker(engine)(forge.url, source) as client:
                fleet = Fleet(*TARGETS, clients=client)
                plan = await fleet.plan("branches")
                assert {token.label for token in plan.tokens} == {f"my-app for {owner}" for owner in OWNERS}
                assert not [problem for problem in plan.problems if problem.status is not None]
                summary = await fleet.run(("branches",), ledger=tmp_path / "run.sqlite")
                assert not summary.problems
                report = await fleet.audit()
                assert (report.repositories, report.missing) == (9, [])
                await Mirror(tmp_path / "mirror.sqlite").update(*TARGETS, clients=client, kinds=("branches",))

        run(main())
        assert Mirror(tmp_path / "mirror.sqlite").query("SELECT count(*) AS n FROM repository") == [{"n": 9}]
        for owner in OWNERS:
            tokens = {
                item.token for item in forge.requests if item.path.startswith((f"/repos/{owner}/", f"/orgs/{owner}"))
            }
            assert len(tokens) == 1
        secrets = {item.token.encode() for item in forge.requests if item.token}
        assert len(secrets) == 4  # the JSON web token, and those of three installations
        for path in tmp_path.iterdir():
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret in content]
