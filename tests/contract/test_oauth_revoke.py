"""A sign-in is revoked at the server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gitfleet_api import AuthError
from gitfleet_api.auth import revoke
from gitfleet_testing import Forge
from support.pools import PROVIDERS, client_of
from support.running import run
from support.sending import many_repositories
from support.sign_ins import application, signed_in


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_sign_in_is_revoked_at_the_server(engine: str, provider: str, tmp_path: Path) -> None:
    with Forge(many_repositories(1)) as forge:
        app = application(provider, forge)
        (sign_in,) = signed_in(provider, forge, tmp_path / "s.json", app).all()

        async def main() -> None:
            async with client_of(provider, engine, forge) as client:
                if provider == "github":
                    assert not await revoke(client, sign_in)
                    assert not forge.requests
                other = {"client_id": "unknown"} if provider == "gitlab" else {"client_secret": "wrong"}
                with pytest.raises(AuthError):
                    await revoke(client, replace(sign_in, **other))
                assert await revoke(client, replace(sign_in, client_secret=app.client_secret))
                assert await revoke(client, replace(sign_in, client_secret=app.client_secret))  # no error

        run(main())
        assert [family.revoked for family in forge.sign_in.families] == ["revoked"]
