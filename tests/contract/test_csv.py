"""CSV files of listings with line breaks in text: readers return the text that the provider sent."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gitfleet_api import GitHubClient, GitLabClient
from gitfleet_api.tables import to_csv
from support.clients import maker
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

MESSAGES = ["a\rb", "\r", "\n=1+1", "\r=1+1", 'say "hi",\r\nthen go', "plain"]
ROWS = {
    "github": [
        {"sha": f"{number}", "commit": {"message": text}, "parents": []} for number, text in enumerate(MESSAGES)
    ],
    "gitlab": [{"id": f"{number}", "message": text, "parent_ids": []} for number, text in enumerate(MESSAGES)],
}


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_a_file_has_the_text_of_each_row(engine: str, provider: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    direct, converted = tmp_path / "listing.csv", tmp_path / "objects.csv"

    async def main() -> None:
        client: GitHubClient | GitLabClient = (
            maker(engine)(server.url) if provider == "github" else gitlab(engine, server.url)
        )
        async with client:
            await client.fetch_commits("o", "r").to_csv(direct)
            to_csv(await client.fetch_commits("o", "r"), converted)

    with RawServer(always(http_response(ROWS[provider]))) as server:
        run(main())
    assert direct.read_bytes() == converted.read_bytes()
    with direct.open(encoding="utf-8", newline="") as file:
        assert [row["message"] for row in csv.DictReader(file)] == MESSAGES
    assert pandas.read_csv(direct, dtype=str, keep_default_na=False)["message"].tolist() == MESSAGES
