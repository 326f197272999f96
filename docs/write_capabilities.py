"""Writes the table of docs/capabilities.md anew: ``python docs/write_capabilities.py``."""

from __future__ import annotations

from pathlib import Path

from gitfleet_api import GitHubClient, GitLabClient
from gitfleet_api.client.capabilities import table

BEGIN, END = "<!-- table, by write_capabilities.py -->\n", "<!-- end -->"


def main() -> None:
    """Replace what stands between the two comments."""
    page = Path(__file__).with_name("capabilities.md")
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + BEGIN + table([GitHubClient, GitLabClient]) + END + after, "utf-8")


if __name__ == "__main__":
    main()
