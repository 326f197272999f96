"""GitHub Apps: JSON web tokens, installations and their tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitfleet_testing import App, Fleet, Forge

Ask = Callable[..., Any]


@pytest.fixture
def running() -> Iterator[Forge]:
    """A forge with private and public repositories of two organizations and a user."""
    fleet = Fleet()
    fleet.add_user("octo-user")
    fleet.add_organization("Acme")
    fleet.add_organization("Other")
    fleet.add_repository("Acme", "tool")
    fleet.add_repository("Acme", "secret", private=True)
    fleet.add_repository("Acme", "hidden", private=True)
    fleet.add_repository("Other", "secret", private=True)
    fleet.add_repository("Other", "open")
    fleet.add_repository("octo-user", "notes", private=True)
    with Forge(fleet) as started:
        yield started


def post(ask: Ask, url: str, token: str | None, content: object = None) -> Any:
    return ask(url, token, method="POST", body=None if content is None else json.dumps(content).encode())


def mint(ask: Ask, forge: Forge, app: App, number: int, **content: object) -> Any:
    return post(ask, f"{forge.url}/app/installations/{number}/access_tokens", app.jwt(), content)


def test_an_app_describes_itself_and_its_installations_by_pages(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper", permissions={"issues": "write"})
    first, second = app.install("acme"), app.install("octo-user")
    own = ask(f"{running.url}/app", app.jwt())
    assert (own.status, own.json()["id"], own.json()["client_id"]) == (200, app.id, app.client_id)
    assert own.headers["x-ratelimit-limit"] == "5000"
    assert ask(f"{running.url}/app", app.jwt(iss=app.id)).json()["installations_count"] == 2
    page = ask(f"{running.url}/app/installations?per_page=1", app.jwt())
    assert [row["id"] for row in page.json()] == [first.id]
    last = ask(page.links["next"], app.jwt()).json()[0]
    assert (last["id"], last["account"]["login"], last["target_type"]) == (second.id, "octo-user", "User")
    assert last["permissions"] == {"issues": "write", "metadata": "read"}


@pytest.mark.parametrize(
    ("claims", "status", "message"),
    [
        ({"exp": -1}, 401, "'Expiration time' claim ('exp') must be a numeric value"),
        ({"exp": float("nan")}, 401, "'Expiration time' claim ('exp') must be a numeric value"),
        ({"exp": 700}, 401, "'Expiration time' claim ('exp') is too far in the future"),
        ({"iat": 120}, 401, "'Issued at' claim ('iat') must be an Integer"),
        ({"iss": None}, 401, "Missing 'issuer' claim"),
        ({"iss": "999"}, 404, "Integration not found"),
    ],
)
def test_a_refused_token_states_githubs_reason(
    running: Forge, ask: Ask, claims: dict[str, Any], status: int, message: str
) -> None:
    app = running.add_app("helper")
    now = int(running.clock.stated())
    given = {name: now + value if name in ("exp", "iat") else value for name, value in claims.items()}
    reply = ask(f"{running.url}/app", app.jwt(**given))
    assert (reply.status, reply.json()["message"].startswith(message)) == (status, True)


def test_a_changed_token_and_one_of_another_kind_cannot_be_decoded(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    head, _, signature = app.jwt().split(".")
    forged = f"{head}.{app.jwt(iss=str(app.id)).split('.')[1]}.{signature}"
    for token in (forged, running.token, "a.b.c", None):
        reply = ask(f"{running.url}/app", token)
        assert (reply.status, reply.json()["message"]) == (401, "A JSON web token could not be decoded")
    assert ask(f"{running.url}/users/octo-user", app.jwt()).json()["message"] == "Bad credentials"


def test_an_app_accepts_tokens_of_its_own_key_only(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    same = running.add_app("second", public_key=app.private_key)
    assert ask(f"{running.url}/app", app.jwt(iss=str(same.id))).status == 200
    with pytest.raises(ValueError, match="RSA key"):
        running.add_app("third", public_key="no key")
    with pytest.raises(RuntimeError, match="no private key"):
        same.jwt()


def test_tokens_are_checked_with_the_servers_clock(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    token = app.jwt(lifetime=300)
    running.clock.offset = -300
    reply = ask(f"{running.url}/app", token)
    assert reply.json()["message"].startswith("'Issued at' claim")
    running.clock.offset = 1000
    assert ask(f"{running.url}/app", token).json()["message"].startswith("'Expiration time' claim")
    assert ask(f"{running.url}/app", app.jwt()).status == 200


def test_an_installation_is_found_by_owner_and_by_repository(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    chosen, all_of_user = app.install("Acme", repositories=["secret"]), app.install("octo-user")

    def found(path: str) -> int | None:
        reply = ask(f"{running.url}{path}/installation", app.jwt())
        return reply.json()["id"] if reply.status == 200 else None

    assert [found(path) for path in ("/orgs/acme", "/users/acme", "/repos/Acme/secret")] == [chosen.id] * 3
    assert (found("/users/octo-user"), found("/repos/octo-user/notes")) == (all_of_user.id, all_of_user.id)
    assert [found(path) for path in ("/repos/Acme/tool", "/orgs/octo-user", "/orgs/Other", "/repos/No/one")] == [
        None
    ] * 4


def test_an_installation_token_sees_private_data_of_its_owner_only(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    installation = app.install("Acme", limit=10)
    minted = mint(ask, running, app, installation.id)
    token = minted.json()["token"]
    assert (minted.status, token[:4], minted.json()["repository_selection"]) == (201, "ghs_", "all")
    paths = ("/repos/Acme/secret", "/repos/Other/open", "/repos/Other/secret", "/repos/octo-user/notes", "/user")
    assert [ask(running.url + path, token).status for path in paths] == [200, 200, 404, 404, 403]
    listed = ask(f"{running.url}/installation/repositories?per_page=2", token)
    assert (listed.json()["total_count"], len(listed.json()["repositories"])) == (3, 2)
    assert len(ask(listed.links["next"], token).json()["repositories"]) == 1
    assert len(ask(f"{running.url}/orgs/Acme/repos", token).json()) == 3
    assert "x-oauth-scopes" not in listed.headers
    assert (listed.headers["x-ratelimit-limit"], installation.used) == ("10", 8)
    assert ask(f"{running.gitlab_url}/projects", token).status == 401
    assert running.writes == []


def test_all_tokens_of_an_installation_share_one_rate_limit(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    installation, other = app.install("Acme", limit=3), app.install("Other", limit=3)
    first, second = installation.mint()[0], installation.mint()[0]
    statuses = [ask(f"{running.url}/repos/Acme/secret", token).status for token in (first, second, first, second)]
    assert statuses == [200, 200, 200, 403]
    reply = ask(f"{running.url}/repos/Acme/secret", first)
    assert reply.json()["message"] == f"API rate limit exceeded for installation ID {installation.id}."
    assert ask(f"{running.url}/repos/Other/secret", other.mint()[0]).status == 200
    assert (installation.used, other.used) == (3, 1)


def test_a_token_can_be_narrowed_and_not_widened(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper", permissions={"contents": "read", "issues": "write"})
    installation = app.install("Acme", repositories=["tool", "secret"])
    narrow = mint(ask, running, app, installation.id, repositories=["secret"], permissions={"contents": "read"}).json()
    assert [row["name"] for row in narrow["repositories"]] == ["secret"]
    assert (narrow["repository_selection"], narrow["permissions"]) == (
        "selected",
        {"metadata": "read", "contents": "read"},
    )
    statuses = [ask(f"{running.url}/repos/Acme/{name}", narrow["token"]).status for name in ("secret", "hidden")]
    assert statuses == [200, 404]
    issues = ask(f"{running.url}/repos/Acme/secret/issues", narrow["token"])
    assert (issues.status, issues.json()["message"]) == (403, "Resource not accessible by integration")
    assert issues.headers["x-accepted-github-permissions"] == "issues=read"
    hidden = running.fleet.repository("Acme/hidden").id
    for content in ({"repositories": ["hidden"]}, {"repository_ids": [hidden]}, {"repositories": ["tool", "no"]}):
        reply = mint(ask, running, app, installation.id, **content)
        assert (reply.status, reply.json()["message"].startswith("There is at least one repository")) == (422, True)
    reply = mint(ask, running, app, installation.id, permissions={"contents": "write"})
    assert reply.json()["message"] == "The permissions requested are not granted to this installation."
    assert running.sign_in.last_error == reply.json()["message"]


def test_a_bot_is_the_author_of_what_an_installation_writes(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper", permissions={"issues": "write"})
    token = app.install("Acme").mint()[0]
    opened = post(ask, f"{running.url}/repos/Acme/secret/issues", token, {"title": "It breaks"})
    assert (opened.status, opened.json()["user"]["login"]) == (201, "helper[bot]")
    refused = post(ask, f"{running.url}/repos/Other/open/issues", token, {"title": "No"})
    assert (refused.status, refused.headers["x-accepted-github-permissions"]) == (403, "issues=write")


def test_tokens_end_and_are_refused_before_they_are_replicated(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    app.token_lifetime, app.replication_lag = 30, 2
    token = mint(ask, running, app, app.install("Acme").id).json()["token"]
    statuses = []
    for seconds in (0, 3, 28):
        running.clock.advance(seconds)
        statuses.append(ask(f"{running.url}/repos/Acme/secret", token).status)
    assert statuses == [401, 200, 401]


def test_an_app_can_be_suspended_and_uninstalled_in_the_middle(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    installation = app.install("Acme")
    token = installation.mint()[0]
    installation.suspend()
    for reply in (ask(f"{running.url}/repos/Acme/tool", token), mint(ask, running, app, installation.id)):
        assert (reply.status, reply.json()["message"]) == (403, "This installation has been suspended")
    installation.unsuspend()
    assert ask(f"{running.url}/repos/Acme/tool", token).status == 200
    assert ask(f"{running.url}/app/installations/{installation.id}", app.jwt(), method="DELETE").status == 204
    assert ask(f"{running.url}/repos/Acme/tool", token).status == 401
    assert mint(ask, running, app, installation.id).status == 404
    assert (app.installations, running.sign_in.token_requests) == ([], 2)


def test_an_installation_token_revokes_itself(running: Forge, ask: Ask) -> None:
    token = running.add_app("helper").install("Acme").mint()[0]
    assert [ask(f"{running.url}/installation/token", token, method="DELETE").status for _ in range(2)] == [204, 401]


def test_faults_apply_to_requests_for_tokens(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    installation = app.install("Acme")
    running.fail("/app/installations/*/access_tokens", status=500)
    running.sign_in.leave_out("expires_at")
    assert mint(ask, running, app, installation.id).status == 500
    assert "expires_at" not in mint(ask, running, app, installation.id).json()
    running.sign_in.leave_out()
    running.sign_in.replace(expires_at="soon")
    assert mint(ask, running, app, installation.id).json()["expires_at"] == "soon"
    running.sign_in.replace()
    assert mint(ask, running, app, installation.id).json()["expires_at"].endswith("Z")


def test_the_time_of_the_forge_can_be_planned(ask: Ask) -> None:
    times = [1_800_000_000.0]
    with Forge(now=lambda: times[0]) as forge:
        forge.add_token("t", limit=1, window=100)
        assert [ask(f"{forge.url}/user", "t").status for _ in range(2)] == [200, 403]
        times[0] += 101
        reply = ask(f"{forge.url}/user", "t")
        assert (reply.status, reply.headers["date"]) == (200, "Fri, 15 Jan 2027 08:01:41 GMT")


def test_graphql_accepts_an_installation_token(running: Forge, ask: Ask) -> None:
    token = running.add_app("helper").install("Acme").mint()[0]
    named = ('a: repository(owner:"Acme",name:"secret"){name}', 'b: repository(owner:"Other",name:"secret"){name}')
    query = f"{{viewer{{login}} {' '.join(named)}}}"
    found = post(ask, f"{running.url}/graphql", token, {"query": query}).json()
    assert found["data"] == {"viewer": {"login": "helper[bot]"}, "a": {"name": "secret"}, "b": None}
    assert found["errors"][0]["type"] == "NOT_FOUND"


def test_invalid_arguments_are_refused_and_change_nothing(running: Forge) -> None:
    app = running.add_app("helper")
    app.install("Acme")
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: running.add_app("Bad Name"), "slug"),
        (lambda: running.add_app("helper"), "exists already"),
        (lambda: running.add_app("second", client_id=app.client_id), "client_id"),
        (lambda: running.add_app("second", permissions={"issues": "all"}), "level"),
        (lambda: running.add_app("second", owner="nobody"), "add it first"),
        (lambda: app.install("nobody"), "add it first"),
        (lambda: app.install("Acme"), "already"),
        (lambda: app.install("Other", repositories=["no"]), "no repository"),
        (lambda: app.install("Other", limit=-1), "limit"),
        (lambda: running.authorize_device("AAAA-BBBB"), "no sign-in"),
        (lambda: running.clock.advance(-1), "seconds"),
        (lambda: running.add_token("t", expires_in=0), "expires_in"),
    ]
    for call, problem in calls:
        with pytest.raises(ValueError, match=problem):
            call()
    assert (len(app.installations), running.tokens) == (1, [running.token])


def test_odd_requests_for_tokens_are_refused(running: Forge, ask: Ask) -> None:
    app = running.add_app("helper")
    installation = app.install("Acme")
    url = f"{running.url}/app/installations/{installation.id}/access_tokens"
    for content in ({"repositories": 5}, {"repositories": "tool"}, {"repository_ids": ["x"]}, {"permissions": []}):
        assert mint(ask, running, app, installation.id, **content).status == 422
    assert post(ask, url, app.jwt(), [1]).status == 400
    assert ask(url, app.jwt(), method="POST", body=b"{").status == 400
    assert ask(f"{running.url}/app/installations/{'9' * 30}", app.jwt()).status == 404
    assert installation.minted == 0
