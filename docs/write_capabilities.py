"""Write the tables of docs/capabilities.md: ``python docs/write_capabilities.py``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

from gitfleet_api import GitHubClient, GitLabClient, GitProviderClient
from gitfleet_api.client.capabilities import calls

PAGE = Path(__file__).with_name("capabilities.md")
BEGIN, END = "<!-- tables, by write_capabilities.py -->\n", "<!-- end -->"
CLIENTS: tuple[type[GitProviderClient], ...] = (GitHubClient, GitLabClient)


def tables(clients: Sequence[type[GitProviderClient]]) -> str:
    """Which provider has which method; then what is missing or different, one table per provider."""
    overview = [[f"`{name}`", *(_support(client, name) for client in clients)] for name in calls()]
    parts = [_table(["method", *map(_name, clients)], overview)]
    for client in clients:
        rows = [[f"`{name}`", _difference(client, name)] for name in calls()]
        notes = _table(["method", "difference"], [row for row in rows if row[1]])
        parts.append(f"## Differences on {_name(client)}\n\n{notes}")
    return "\n".join(parts)


def _name(client: type[GitProviderClient]) -> str:
    profile = client.__dict__["profile"]
    return str(profile.name)


def _support(client: type[GitProviderClient], name: str) -> str:
    if not client.supports(name):
        return "no"
    return "partly" if _fields(client, name) else "yes"


def _difference(client: type[GitProviderClient], name: str) -> str:
    return "; ".join(filter(None, (_fields(client, name), client.limitations.get(name))))


def _fields(client: type[GitProviderClient], name: str) -> str:
    """Which fields the provider never fills, or the only ones that it fills."""
    shape = client.shapes.get(name)
    if shape is None:
        return ""
    if shape.only is not None:
        return f"only {_quoted(shape.only)}"
    missing = [
        field.name
        for field in dataclasses.fields(shape.model)
        if shape.paths.get(field.name, field.name) is None and field.default is None
    ]
    return f"without {_quoted(missing)}" if missing else ""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, ["---"] * len(head), *rows])


def main() -> None:
    """Replace the text between the two comments."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(CLIENTS)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
