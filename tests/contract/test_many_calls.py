"""Many calls in one process, while a clock is wrong, a token is refused and a budget ends: each gets its response."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from gitfleet_api import TokenManager
from gitfleet_testing import Forge
from gitfleet_testing.http.log import LoggedRequest
from support.clients import MakeClient
from support.clocks import SkewedClock
from support.failing import ENDLESS
from support.gitlab_clients import gitlab
from support.running import run
from support.sending import OWNER, many_repositories

CALLS = 1200
REPOSITORIES = 40

REFUSALS: dict[str, dict[str, Any]] = {
    "without a reason": {"body": {"message": "Forbidden"}},
    "suspended": {"body": {"message": "Sorry. Your account was suspended."}},
    "with most calls left": {
        "body": {"message": "Resource not accessible by personal access token"},
        "headers": {"X-RateLimit-Remaining": "4999", "RateLimit-Remaining": "4999"},
    },
}


@pytest.mark.parametrize("provider", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("ours", "theirs", "refusal"),
    [
        (3600, 0, "without a reason"),
        (-3600, 0, "suspended"),
        (0, 3600, "with most calls left"),
        (0, -3600, "without a reason"),
    ],
)
def test_all_calls_are_answered_though_a_clock_is_wrong_and_one_token_is_refused(
    engine: str, provider: str, make_client: MakeClient, refusal: str, ours: float, theirs: float
) -> None:
    def is_refused(request: LoggedRequest) -> bool:
        return request.token == "refused"

    async def main() -> list[object]:
        async with client:
            calls = (client.fetch_repository_details(OWNER, f"r{number % REPOSITORIES}") for number in range(CALLS))
            return await asyncio.gather(*calls, return_exceptions=True)

    with Forge(many_repositories(REPOSITORIES), clock_offset=theirs) as forge:
        clock = SkewedClock(ours)
        manager = TokenManager(clock=clock.time)
        forge.add_token("refused", login="octo-user")
        forge.fail(status=403, when=is_refused, times=None, **REFUSALS[refusal])
        # The budget ends in the middle, and the next window begins after a second.
        forge.limit(forge.token, remaining=700, reset_in=2)
        for token in ("refused", forge.token):
            manager.add_token(token, provider)
        settings: dict[str, Any] = {
            "token_manager": manager,
            "clock": clock,
            "max_rate_limit_wait": 30,
            "timeout": ENDLESS,
        }
        client = (
            make_client(forge.url, **settings) if provider == "github" else gitlab(engine, forge.gitlab_url, **settings)
        )
        outcomes = run(main())
        statuses = Counter(request.status for request in forge.requests)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert not failed, failed[:3]
    assert len(outcomes) == statuses[200] == CALLS
    assert statuses.total() - CALLS < 50, "the refused token is not tried again and again"
