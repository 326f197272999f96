"""A process that lists an owner and the branches of its repositories with a cache that processes share.

Reads its settings from stdin, and writes how many rows it has received to stdout.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from gitfleet_api import Cache, GitHubClient, RedisCache, SQLiteCache, TokenManager


async def _work(settings: dict[str, Any]) -> int:
    pool = TokenManager()
    for token in settings["tokens"]:
        pool.add_token(token, "github")
    place = settings["cache"]
    cache: Cache = RedisCache(place) if place.startswith("redis") else SQLiteCache(place)
    async with GitHubClient(
        base_url=settings["url"], token_manager=pool, backend=settings["engine"], cache=cache
    ) as client:
        repositories = await client.fetch_repositories(settings["owner"], kind="organization")
        some = repositories[:: len(repositories) // 20]
        branches = await asyncio.gather(*(client.fetch_branches(item.full_name) for item in some))
    await cache.aclose()
    return len(repositories) + sum(map(len, branches))


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(_work(json.loads(sys.stdin.read())))))
