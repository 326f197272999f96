"""All paths of a resource: tests use names or numbers, with or without the root of the API."""

from __future__ import annotations

from urllib.parse import quote, unquote

from ..data.fleet import Fleet

__all__ = ["ROOT", "path_aliases"]

ROOT = "/api/v4"


def path_aliases(path: str, fleet: Fleet) -> tuple[str, ...]:
    """Return all forms of a path: with a number and with an encoded path, with and without the root."""
    found = _aliases(path, fleet)
    return (*(ROOT + name for name in found), *found)


def _aliases(path: str, fleet: Fleet) -> tuple[str, ...]:
    kind, _, below = path.removeprefix("/").partition("/")
    key, slash, rest = below.partition("/")
    text = unquote(key)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    if kind == "projects":
        owner, _, name = text.rpartition("/")
        project = fleet.repository_by_id(number) if number else fleet.find(owner, name) or fleet.moved(owner, name)
        ids = () if project is None else (str(project.id), project.full_name)
    elif kind in ("groups", "users"):
        account = fleet.account_by_id(number) if number else fleet.account(text)
        ids = () if account is None else (str(account.id), account.login)
    else:
        ids = ()
    others = (f"/{kind}/{quote(one, safe='')}{slash}{rest}" for one in ids)
    return tuple(dict.fromkeys((path, *others)))
