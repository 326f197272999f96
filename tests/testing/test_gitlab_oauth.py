"""GitLab's OAuth: codes with PKCE, the device flow, rotating refresh tokens, tokens with scopes and of jobs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from gitfleet_testing import Forge, OAuthClient

Ask = Callable[..., Any]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
TARGET = "http://127.0.0.1:4711/"


def send(ask: Ask, forge: Forge, path: str, client: OAuthClient, **fields: str) -> Any:
    body = urlencode({"client_id": client.client_id, **fields}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(f"{forge.origin}/oauth/{path}", token=None, method="POST", body=body, headers=headers)


def browser(ask: Ask, forge: Forge, client: OAuthClient, **changes: str) -> Any:
    query = {
        "client_id": client.client_id,
        "redirect_uri": TARGET,
        "response_type": "code",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return ask(f"{forge.origin}/oauth/authorize?{urlencode(query)}", token=None)


def code_of(reply: Any) -> str:
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]


def signed_in(ask: Ask, forge: Forge, client: OAuthClient) -> Any:
    code = code_of(browser(ask, forge, client))
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": TARGET, "code_verifier": VERIFIER}
    return send(ask, forge, "token", client, **fields).json()


def refresh(ask: Ask, forge: Forge, client: OAuthClient, token: str) -> Any:
    return send(ask, forge, "token", client, grant_type="refresh_token", refresh_token=token)


def test_a_code_is_exchanged_once_with_its_verifier(small: Forge, ask: Ask) -> None:
    client = small.add_gitlab_application()
    small.sign_in.consent = "octo-user"
    reply = browser(ask, small, client, scope="api")
    assert (reply.status, parse_qs(urlsplit(reply.headers["location"]).query)["state"]) == (302, ["s1"])
    fields = {"grant_type": "authorization_code", "code": code_of(reply), "redirect_uri": TARGET}
    granted = send(ask, small, "token", client, **fields, code_verifier=VERIFIER)
    assert granted.headers["cache-control"] == "no-store"
    assert granted.json() == {
        "access_token": granted.json()["access_token"],
        "token_type": "Bearer",
        "expires_in": 7200,
        "refresh_token": granted.json()["refresh_token"],
        "scope": "api",
        "created_at": granted.json()["created_at"],
    }
    token = granted.json()["access_token"]
    assert ask(f"{small.gitlab_url}/projects/Acme%2Fsecret", token).status == 200
    assert ask(f"{small.gitlab_url}/user", token).json()["username"] == "octo-user"
    assert ask(f"{small.url}/user", token).status == 401
    assert send(ask, small, "token", client, **fields, code_verifier=VERIFIER).json()["error"] == "invalid_grant"


def test_a_wrong_verifier_address_or_client_is_refused(small: Forge, ask: Ask) -> None:
    client, other = small.add_gitlab_application(), small.add_gitlab_application(confidential=True)
    for changes in ({"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:9/"}, {}):
        fields = {
            "grant_type": "authorization_code",
            "redirect_uri": TARGET,
            "code": code_of(browser(ask, small, client)),
        }
        reply = send(
            ask, small, "token", client, **(fields | {"code_verifier": VERIFIER} | changes if changes else fields)
        )
        assert (reply.status, reply.json()["error"]) == (400, "invalid_grant")
        assert 'error="invalid_grant"' in reply.headers["www-authenticate"]
    reply = send(ask, small, "token", other, grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    assert (reply.status, reply.json()["error"], small.sign_in.last_error) == (401, "invalid_client", "invalid_client")
    for fields, error in (({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type")):
        assert send(ask, small, "token", client, **fields).json()["error"] == error


def test_the_browser_returns_an_error_or_stays(small: Forge, ask: Ask) -> None:
    client = small.add_gitlab_application()
    assert browser(ask, small, client, redirect_uri="https://evil.invalid/").status == 400
    assert browser(ask, small, client, client_id="no").status == 401
    for changes, error in (
        ({"scope": "sudo"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_code_challenge_method"),
    ):
        assert f"error={error}" in browser(ask, small, client, **changes).headers["location"]
    small.sign_in.consent = None
    assert "error=access_denied" in browser(ask, small, client).headers["location"]


def test_refresh_tokens_rotate_and_a_former_one_revokes_the_family(small: Forge, ask: Ask) -> None:
    client = small.add_gitlab_application()
    first, other = signed_in(ask, small, client), signed_in(ask, small, client)
    second = refresh(ask, small, client, first["refresh_token"]).json()
    url = f"{small.gitlab_url}/user"
    assert [ask(url, one["access_token"]).status for one in (first, second)] == [401, 200]
    reused = refresh(ask, small, client, first["refresh_token"])
    assert (reused.status, reused.json()["error"]) == (400, "invalid_grant")
    refused = ask(url, second["access_token"])
    assert (refused.status, refused.json()["error"]) == (401, "invalid_token")
    assert refused.json()["error_description"].startswith("Token was revoked.")
    assert refresh(ask, small, client, second["refresh_token"]).json()["error"] == "invalid_grant"
    assert [(one.revoked, one.refreshes) for one in small.sign_in.families] == [("reuse", 1), (None, 0)]
    assert (len(small.sign_in.live_families), len(small.sign_in.revoked_families)) == (1, 1)
    assert ask(url, other["access_token"]).status == 200


def test_a_token_ends_and_says_so(small: Forge, ask: Ask) -> None:
    client = small.add_gitlab_application()
    client.expires_in = 30
    token = signed_in(ask, small, client)
    info = ask(f"{small.origin}/oauth/token/info", token["access_token"]).json()
    assert (info["scope"], info["application"], info["expires_in"] <= 30) == (
        ["read_api"],
        {"uid": client.client_id},
        True,
    )
    small.clock.advance(31)
    refused = ask(f"{small.gitlab_url}/user", token["access_token"])
    assert refused.json()["error_description"].startswith("Token is expired.")
    assert refused.headers["www-authenticate"].startswith(
        'Bearer realm="Protected by OAuth 2.0", error="invalid_token"'
    )
    info = ask(f"{small.origin}/oauth/token/info", token["access_token"])
    assert (info.status, info.json()["error_description"]) == (401, "The access token expired")
    assert refresh(ask, small, client, token["refresh_token"]).status == 200


def test_the_device_flow_of_gitlab(small: Forge, ask: Ask) -> None:
    client = small.add_gitlab_application()
    started = send(ask, small, "authorize_device", client, scope="api").json()
    assert (started["expires_in"], started["interval"]) == (300, 5)
    assert started["verification_uri_complete"].endswith(f"/oauth/device?user_code={started['user_code']}")
    fields = {"grant_type": DEVICE, "device_code": started["device_code"]}
    pending = send(ask, small, "token", client, **fields)
    assert (pending.status, pending.json()["error"]) == (400, "authorization_pending")
    assert send(ask, small, "token", client, **fields).json()["error"] == "slow_down"
    small.authorize_device(started["user_code"], "octo-user")
    small.clock.advance(10)
    granted = send(ask, small, "token", client, **fields).json()
    assert ask(f"{small.gitlab_url}/user", granted["access_token"]).json()["username"] == "octo-user"
    late = send(ask, small, "authorize_device", client).json()
    small.clock.advance(300)
    assert send(ask, small, "token", client, grant_type=DEVICE, device_code=late["device_code"]).json()["error"] == (
        "expired_token"
    )


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_a_revoked_token_ends_both(small: Forge, ask: Ask, name: str) -> None:
    client, other = small.add_gitlab_application(), small.add_gitlab_application()
    token = signed_in(ask, small, client)
    assert send(ask, small, "revoke", other, token=token[name]).status == 403
    revoked = send(ask, small, "revoke", client, token=token[name])
    assert (revoked.status, revoked.json()) == (200, {})
    assert ask(f"{small.gitlab_url}/user", token["access_token"]).status == 401
    assert refresh(ask, small, client, token["refresh_token"]).json()["error"] == "invalid_grant"
    assert send(ask, small, "revoke", client, token="unknown").status == 200


def test_scopes_limit_a_token(small: Forge, ask: Ask) -> None:
    small.add_token("user", login="octo-user", scopes=["read_user"])
    small.add_token("reader", login="octo-user", scopes=["read_api"])
    refused = ask(f"{small.gitlab_url}/projects", "user")
    assert (refused.status, refused.json()["error"]) == (403, "insufficient_scope")
    assert [ask(f"{small.gitlab_url}{path}", "reader").status for path in ("/user", "/projects")] == [200, 200]
    assert ask(f"{small.gitlab_url}/user", "user").status == 200
    assert ask(f"{small.url}/user", "reader").headers["x-oauth-scopes"] == "read_api"


def test_a_personal_token_describes_itself(small: Forge, ask: Ask) -> None:
    small.add_token("short", login="octo-user", scopes=["read_user"], expires_in=60)
    url = f"{small.gitlab_url}/personal_access_tokens/self"
    shown = ask(url, token=None, headers={"PRIVATE-TOKEN": "short"}).json()
    assert (shown["scopes"], shown["active"], len(shown["expires_at"])) == (["read_user"], True, 10)
    assert ask(url, "octo").json()["expires_at"] is None
    assert ask(url, signed_in(ask, small, small.add_gitlab_application())["access_token"]).status == 400
    assert ask(url, token=None).status == 401
    assert ask(f"{small.url}/user", "short").headers["github-authentication-token-expiration"].endswith(" UTC")
    small.clock.advance(60)
    assert ask(url, "short").json()["error"] == "invalid_token"
    assert ask(f"{small.url}/user", "short").json()["message"] == "Bad credentials"


def test_a_job_token_reads_its_job_and_releases(small: Forge, ask: Ask) -> None:
    small.add_job_token("glcbt-1", login="octo-user")

    def status(path: str, header: str = "JOB-TOKEN") -> int:
        reply: int = ask(f"{small.gitlab_url}{path}", token=None, headers={header: "glcbt-1"}).status
        return reply

    assert [status(path) for path in ("/job", "/projects/Acme%2Fsecret/releases")] == [200, 200]
    assert [status(path) for path in ("/projects/Acme%2Fsecret", "/projects/Acme%2FTool", "/user")] == [404, 200, 401]
    assert [status("/job", header) for header in ("PRIVATE-TOKEN",)] == [401]
    assert ask(f"{small.url}/user", "glcbt-1").status == 401
