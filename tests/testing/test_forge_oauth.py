"""GitHub's OAuth: the device flow, the web flow, refreshes and revocation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from gitfleet_testing import Forge, OAuthClient

Ask = Callable[..., Any]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
JSON = {"Accept": "application/json"}


def send(ask: Ask, url: str, headers: dict[str, str] | None = None, **fields: str) -> Any:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = {**form, **(JSON if headers is None else headers)}
    return ask(url, token=None, method="POST", body=urlencode(fields).encode(), headers=sent)


def token(ask: Ask, forge: Forge, client: OAuthClient, **fields: str) -> Any:
    return send(ask, f"{forge.origin}/login/oauth/access_token", client_id=client.client_id, **fields).json()


def begin(ask: Ask, forge: Forge, client: OAuthClient, **fields: str) -> Any:
    return send(ask, f"{forge.origin}/login/device/code", client_id=client.client_id, **fields).json()


def signed_in(ask: Ask, forge: Forge, client: OAuthClient) -> Any:
    started = begin(ask, forge, client)
    forge.authorize_device(started["user_code"], "octo-user")
    return token(ask, forge, client, grant_type=DEVICE, device_code=started["device_code"])


def test_a_program_waits_until_the_user_approves(small: Forge, ask: Ask) -> None:
    client = small.add_oauth_app()
    started = begin(ask, small, client, scope="repo read:org")
    assert (started["expires_in"], started["interval"]) == (900, 5)
    assert started["verification_uri"] == f"{small.origin}/login/device"
    assert small.sign_in.waiting_codes == [started["user_code"]]
    fields = {"grant_type": DEVICE, "device_code": started["device_code"]}
    pending = token(ask, small, client, **fields)
    assert (pending["error"], "error_description" in pending, "error_uri" in pending) == (
        "authorization_pending",
        True,
        True,
    )
    small.authorize_device(started["user_code"].lower(), "octo-user")
    small.clock.advance(5)
    granted = token(ask, small, client, **fields)
    assert granted.keys() == {"access_token", "token_type", "scope"}
    assert (granted["access_token"][:4], granted["scope"]) == ("gho_", "repo,read:org")
    own = ask(f"{small.url}/user", granted["access_token"])
    assert (own.json()["login"], own.headers["x-oauth-scopes"]) == ("octo-user", "repo, read:org")
    assert token(ask, small, client, **fields)["error"] == "incorrect_device_code"
    assert (small.sign_in.token_requests, small.sign_in.tokens_issued) == (3, 1)


def test_polling_too_fast_adds_five_seconds(small: Forge, ask: Ask) -> None:
    client = small.add_oauth_app()
    fields = {"grant_type": DEVICE, "device_code": begin(ask, small, client)["device_code"]}
    errors = []
    for seconds in (0, 4, 9, 15):
        small.clock.advance(seconds)
        errors.append(token(ask, small, client, **fields))
    assert [one["error"] for one in errors] == [
        "authorization_pending",
        "slow_down",
        "slow_down",
        "authorization_pending",
    ]
    assert [one.get("interval") for one in errors] == [None, 10, 15, None]


def test_the_device_flow_ends_with_one_error_each(small: Forge, ask: Ask) -> None:
    client = small.add_oauth_app()
    denied, late = begin(ask, small, client), begin(ask, small, client)
    small.deny_device(denied["user_code"])
    assert token(ask, small, client, grant_type=DEVICE, device_code=denied["device_code"])["error"] == "access_denied"
    small.clock.advance(900)
    with pytest.raises(ValueError, match="expired"):
        small.authorize_device(late["user_code"])
    assert token(ask, small, client, grant_type=DEVICE, device_code=late["device_code"])["error"] == "expired_token"
    assert token(ask, small, client, grant_type=DEVICE, device_code="no")["error"] == "incorrect_device_code"
    assert token(ask, small, client, grant_type="password")["error"] == "unsupported_grant_type"
    client.device_flow = False
    assert begin(ask, small, client)["error"] == "device_flow_disabled"
    assert small.sign_in.last_error == "device_flow_disabled"
    unknown = send(ask, f"{small.origin}/login/device/code", client_id="no")
    assert (unknown.status, unknown.json()) == (404, {"error": "Not Found"})


def test_responses_are_forms_unless_the_client_accepts_json(small: Forge, ask: Ask) -> None:
    client = small.add_oauth_app()
    reply = send(ask, f"{small.origin}/login/device/code", headers={}, client_id=client.client_id)
    assert reply.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert dict(parse_qsl(reply.body.decode()))["user_code"] in small.sign_in.waiting_codes
    body = json.dumps({"client_id": client.client_id}).encode()
    sent = {**JSON, "Content-Type": "application/json"}
    reply = ask(f"{small.origin}/login/device/code", token=None, method="POST", body=body, headers=sent)
    assert reply.json()["interval"] == 5


def test_tokens_of_users_of_an_app_end_and_are_refreshed_once(small: Forge, ask: Ask) -> None:
    client = small.add_app("helper").oauth
    first = signed_in(ask, small, client)
    assert (first["access_token"][:4], first["refresh_token"][:4]) == ("ghu_", "ghr_")
    assert (first["expires_in"], first["refresh_token_expires_in"], first["scope"]) == (28800, 15897600, "")
    assert ask(f"{small.url}/repos/Acme/secret", first["access_token"]).status == 200
    small.clock.advance(28800)
    assert ask(f"{small.url}/user", first["access_token"]).status == 401
    second = token(ask, small, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert ask(f"{small.url}/user", second["access_token"]).json()["login"] == "octo-user"
    again = token(ask, small, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again["error"] == small.sign_in.last_error == "bad_refresh_token"
    assert [(one.refreshes, one.revoked) for one in small.sign_in.families] == [(1, None)]
    assert ask(f"{small.url}/user", second["access_token"]).status == 200


def test_a_user_lists_the_installations_of_the_app_that_they_can_access(small: Forge, ask: Ask) -> None:
    app = small.add_app("helper")
    small.fleet.add_organization("Other")
    first, second, _ = app.install("Acme"), app.install("octo-user"), app.install("Other")
    granted = signed_in(ask, small, app.oauth)
    page = ask(f"{small.url}/user/installations?per_page=1", granted["access_token"])
    assert (page.json()["total_count"], page.json()["installations"][0]["id"]) == (2, first.id)
    last = ask(page.links["next"], granted["access_token"]).json()
    assert last["installations"][0]["id"] == second.id
    assert int(page.headers["x-ratelimit-used"]) == 1
    assert ask(f"{small.url}/user/installations", "octo").json()["installations"][0]["app_slug"] == "forge-actions"


def test_a_refresh_ends_the_former_token_at_once(small: Forge, ask: Ask) -> None:
    client = small.add_app("helper").oauth
    first = signed_in(ask, small, client)
    wrong = token(ask, small, client, grant_type="refresh_token", client_secret="no", refresh_token="ghr_no")
    assert wrong["error"] == "incorrect_client_credentials"
    token(ask, small, client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert ask(f"{small.url}/user", first["access_token"]).status == 401


def test_the_web_flow_redirects_with_a_code_and_the_state(small: Forge, ask: Ask) -> None:
    client = small.add_app("helper", redirect_uris=["http://127.0.0.1/callback"]).oauth
    query = {"client_id": client.client_id, "state": "s1", "redirect_uri": "http://127.0.0.1:4711/callback"}
    url = f"{small.origin}/login/oauth/authorize?{urlencode(query)}"
    target = urlsplit(ask(url, token=None).headers["location"])
    given = parse_qs(target.query)
    assert (target.netloc, given["state"]) == ("127.0.0.1:4711", ["s1"])
    secret = client.client_secret or ""
    granted = token(ask, small, client, client_secret=secret, code=given["code"][0])
    assert granted["token_type"] == "bearer"
    again = token(ask, small, client, client_secret=secret, code=given["code"][0])
    assert again["error"] == "bad_verification_code"
    small.sign_in.consent = None
    assert "error=access_denied" in ask(url, token=None).headers["location"]


def test_a_program_revokes_a_token_of_its_own(small: Forge, ask: Ask) -> None:
    client = small.add_app("helper").oauth
    granted = signed_in(ask, small, client)
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    url = f"{small.url}/applications/{client.client_id}/token"
    body = json.dumps({"access_token": granted["access_token"]}).encode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    statuses = [
        ask(url, token=None, method=method, body=body, headers=headers).status
        for method in ("POST", "DELETE", "DELETE", "POST")
    ]
    assert statuses == [200, 204, 404, 404]
    assert ask(f"{small.url}/user", granted["access_token"]).status == 401
    assert [one.revoked for one in small.sign_in.revoked_families] == ["revoked"]


def test_faults_apply_to_the_endpoints_of_the_web_host(small: Forge, ask: Ask) -> None:
    client = small.add_oauth_app()
    url = f"{small.origin}/login/oauth/access_token"
    small.fail("/login/oauth/access_token", status=500)
    small.fail("/login/oauth/*", status=200, headers={"Content-Type": "text/html"}, body="<html>")
    small.stall("/login/oauth/access_token", seconds=0.05)
    replies = [send(ask, url, client_id=client.client_id) for _ in range(3)]
    assert [reply.status for reply in replies] == [500, 200, 200]
    assert (replies[1].body, replies[2].json()["error"]) == (b"<html>", "incorrect_client_credentials")


def test_the_endpoints_are_at_the_root_of_the_origin_with_a_prefix(ask: Ask) -> None:
    with Forge(prefix="/api/v3") as forge:
        client = forge.add_app("helper").oauth
        assert begin(ask, forge, client)["interval"] == 5
        assert send(ask, f"{forge.url}/login/device/code", client_id=client.client_id).status == 404
