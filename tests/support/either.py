"""One call with a client of GitHub or of GitLab against the same forge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from gitfleet_api import GitProviderClient
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.running import run

__all__ = ["PROVIDERS", "Ask", "asking"]

PROVIDERS = ("github", "gitlab")
Ask = Callable[..., Any]


def asking(provider: str, engine: str, make_client: MakeClient, forge: Forge) -> Ask:
    """Return a function that makes a client, awaits what a function of the client returns, and closes the client.

    The function takes the token (that of the forge by default) and settings of the client.
    """

    def ask(call: Callable[[Any], Awaitable[object]], *, token: str | None = None, **settings: object) -> object:
        async def main() -> object:
            secret = token or forge.token
            if provider == "gitlab":
                client: GitProviderClient = gitlab(engine, forge.gitlab_url, secret, **settings)
            else:
                client = make_client(forge.url, secret, **cast("dict[str, Any]", settings))
            async with client:
                return await call(client)

        return run(main())

    return ask
