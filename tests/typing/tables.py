"""What a type checker must see of tables and documents, and refuse. Not run: checked by test_types.py.

Data frames are of other libraries, which may be missing here: nothing is said of their types.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import GitFleet.sync
from GitFleet import GitHubClient, RepoInfo, to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars


def functions(repos: list[RepoInfo], stream: Iterator[RepoInfo]) -> None:
    assert_type(to_dict(repos[0]), dict[str, Any])
    assert_type(to_json(repos[0]), str)
    assert_type(to_json(stream, indent=2), str)
    to_csv(repos, "a.csv")
    to_csv(stream, Path("a.csv"), model=RepoInfo)
    to_csv([], io.StringIO(), model=RepoInfo)
    to_parquet(repos, Path("a.parquet"))
    to_pandas(stream)
    to_polars([], model=RepoInfo)
    to_arrow(repos)


async def methods(client: GitHubClient, sync: GitFleet.sync.GitHubClient) -> None:
    listing = client.fetch_repositories("x")
    await listing.to_csv(io.StringIO())
    await listing.to_parquet("a.parquet")
    await listing.to_pandas()
    plain = sync.fetch_repositories("x")
    plain.to_csv("a.csv")
    plain.to_polars()


async def mistakes(client: GitHubClient, repos: list[RepoInfo]) -> None:
    to_csv(repos)  # type: ignore[call-arg]
    to_csv(repos, io.BytesIO())  # type: ignore[arg-type]
    to_parquet(repos, io.StringIO())  # type: ignore[arg-type]
    to_pandas(repos[0])  # type: ignore[arg-type]
    to_polars(repos, model="RepoInfo")  # type: ignore[arg-type]
    to_arrow(client.fetch_repositories("x"))  # type: ignore[arg-type]
    await client.fetch_repositories("x").to_parquet(io.BytesIO())  # type: ignore[arg-type]
