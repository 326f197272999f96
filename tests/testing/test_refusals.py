"""Tokens that the forge refuses, and tokens that share a rate limit."""

from __future__ import annotations

import httpx
import pytest

from gitfleet_testing import Fleet, Forge


@pytest.fixture
def served() -> Fleet:
    """A fleet with two organizations."""
    fleet = Fleet()
    for owner in ("acme", "elsewhere"):
        fleet.add_organization(owner)
        fleet.add_repository(owner, "tool")
    return fleet


def _status(forge: Forge, path: str, token: str, *, gitlab: bool = False) -> httpx.Response:
    base = forge.gitlab_url if gitlab else forge.url
    return httpx.get(f"{base}{path}", headers={"authorization": f"Bearer {token}"}, trust_env=False)


def test_a_suspended_account_is_refused_everywhere_until_the_fault_is_cancelled(served: Fleet) -> None:
    with Forge(served) as forge:
        forge.add_token("other")
        fault = forge.refuse("other")
        responses = [_status(forge, path, "other") for path in ("/repos/acme/tool", "/user", "/rate_limit")]
        assert [response.status_code for response in responses] == [403, 403, 403]
        assert "suspended" in responses[0].text
        gitlab = _status(forge, "/user", "other", gitlab=True)
        assert (gitlab.status_code, gitlab.json()["message"]) == (
            403,
            "403 Forbidden - Your account has been blocked.",
        )
        assert _status(forge, "/repos/acme/tool", forge.token).status_code == 200
        fault.cancel()
        assert _status(forge, "/repos/acme/tool", "other").status_code == 200
        assert fault.hits == 4


def test_an_organization_refuses_a_token_by_name_and_by_number(served: Fleet) -> None:
    with Forge(served) as forge:
        forge.refuse(forge.token, "sso", owner="acme")
        number = served.repository("acme/tool").id
        refused = [
            _status(forge, "/repos/acme/tool", forge.token),
            _status(forge, f"/repositories/{number}", forge.token),
            _status(forge, "/orgs/acme/repos", forge.token),
            _status(forge, "/projects/acme%2Ftool", forge.token, gitlab=True),
            _status(forge, f"/projects/{number}", forge.token, gitlab=True),
        ]
        assert {response.status_code for response in refused} == {403}
        assert refused[0].headers["x-github-sso"].startswith("required; url=https://github.com/orgs/acme/sso")
        assert "x-github-sso" not in refused[3].headers
        assert _status(forge, "/repos/elsewhere/tool", forge.token).status_code == 200


def test_a_reason_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="reason must be one of suspended"):
        Forge().refuse("t", "tired")  # type: ignore[arg-type]


def test_tokens_share_a_rate_limit(served: Fleet) -> None:
    with Forge(served) as forge:
        forge.add_token("first", limit=10)
        forge.add_token("second", shares="first")
        _status(forge, "/user", "first")
        assert _status(forge, "/user", "second").headers["x-ratelimit-remaining"] == "8"
        with pytest.raises(ValueError, match="existing token"):
            forge.add_token("third", shares="no-such-token")
