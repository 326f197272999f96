"""Who the tokens are, what they may do, and how many calls each has left."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from gitfleet_api import AuthError, GitFleetError, GitProviderClient, ProviderType, UserInfo
from gitfleet_api.client import Call, TokenInfo, gather_all, whole_number

from .model import PlannedToken, PlanProblem

__all__ = ["Account", "check_accounts"]

_WINDOWS = {ProviderType.GITHUB: 3600.0, ProviderType.GITLAB: 60.0}
"""Seconds of a full window of the main budget, by the documentation of the providers."""


@dataclass
class Account:
    """A principal of a server.

    Attributes:
        token: One of its tokens; None for requests without a token.
        label: Username, or label of the token. None without a token.
        limits: Calls in a full window, by resource.
    """

    token: TokenInfo | None
    label: str | None
    limits: dict[str, int] = field(default_factory=dict)

    def window(self, client: GitProviderClient, resource: str) -> float:
        """Return the seconds of a full window."""
        shortest = 60.0 if resource.endswith("search") else _WINDOWS.get(client.provider_type, 3600.0)
        return max(shortest, client.session.calls_left(self.token, resource)[1] or 0.0)


async def check_accounts(
    client: GitProviderClient, server: str
) -> tuple[list[Account], list[PlannedToken], list[PlanProblem]]:
    """Return the principals of a client, its tokens, and what is wrong with these.

    Args:
        client: The client.
        server: How texts name its server.
    """
    try:
        tokens = await client.session.discover_tokens()
    except GitFleetError as error:
        problem = PlanProblem(server, None, None, f"no token could be obtained: {error.message}")
        return [], [], [problem]
    if not tokens:
        account = Account(None, None)
        await _learn_limits(client, account)
        return [account], [], []
    checked = await gather_all(_check(client, server, token) for token in tokens)
    accounts: dict[object, Account] = {}
    for account, shown, _ in checked:
        if shown.is_valid and account.token is not None:
            account.label = account.token.principal.login or account.token.label  # it may have been identified
            accounts.setdefault(account.token.principal, account)
    problems = [problem for _, _, problem in checked if problem is not None]
    return list(accounts.values()), [shown for _, shown, _ in checked], problems


async def _check(
    client: GitProviderClient, server: str, token: TokenInfo
) -> tuple[Account, PlannedToken, PlanProblem | None]:
    account = Account(token, token.label)
    scopes: tuple[str, ...] | None = None
    login = token.username
    try:
        scopes = await _learn_limits(client, account)
        if login is None:
            login = await _identify(client, token)
        if scopes is None and client.provider_type is ProviderType.GITLAB:
            scopes = await _granted(client, token)
    except AuthError as error:
        problem = PlanProblem(token.label, None, None, f"the server refuses this token: {error.message}")
        return account, PlannedToken(server, token.label, False, login, None), problem
    except GitFleetError as error:
        problem = PlanProblem(token.label, None, None, f"this token could not be checked: {error.message}")
        return account, PlannedToken(server, token.label, True, login, scopes), problem
    return account, PlannedToken(server, token.label, True, login, scopes), None


async def _learn_limits(client: GitProviderClient, account: Account) -> tuple[str, ...] | None:
    """Note the limits of a principal by resource, and return the scopes of its token if the response names them."""
    profile, token = client.profile, account.token
    is_github = client.provider_type is ProviderType.GITHUB
    if profile.check_path is None or (token is None and not is_github):
        return None
    url = client.session.url(profile.check_path("" if token is None else token.token))
    try:
        response = await client.session.send(Call("GET", url, token=token, free=is_github))
    except AuthError:
        raise
    except GitFleetError:
        return None  # an Enterprise Server without rate limits, or a token that may not even request its user
    limit = whole_number(response.headers.get(profile.limit_headers[0].replace("remaining", "limit")))
    if limit is not None and not is_github:
        account.limits["core"] = limit
    if is_github:
        account.limits |= _resources(response.body)
    if profile.scopes_header is None or (named := response.headers.get(profile.scopes_header)) is None:
        return None
    return tuple(name.strip() for name in named.split(",") if name.strip())


def _resources(body: bytes) -> dict[str, int]:
    try:
        found = json.loads(body)["resources"]
        return {name: item["limit"] for name, item in found.items() if isinstance(item["limit"], int)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


async def _identify(client: GitProviderClient, token: TokenInfo) -> str | None:
    """Return the login of a token's user, so that tokens of one user count as one budget. None for an app."""
    session = client.session
    if session.token_header(token)[0] == "job-token" or (token.account and token.account.owners is not None):
        return None
    decoder = session.decoder(UserInfo, client.shapes["fetch_user_info"])
    try:
        login = (await session.get_one(session.url("/user"), decoder, token=token)).login
    except AuthError:
        raise
    except GitFleetError:
        return None
    session.identify(token, login)
    return login


async def _granted(client: GitProviderClient, token: TokenInfo) -> tuple[str, ...] | None:
    """Return the scopes that GitLab states for an access token."""
    try:
        call = Call("GET", client.session.url("/personal_access_tokens/self"), token=token)
        found: Any = json.loads((await client.session.send(call)).body)
        return tuple(str(name) for name in found["scopes"])
    except (GitFleetError, ValueError, KeyError, TypeError):
        return None
