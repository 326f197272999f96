"""Projects as JSON bytes. Each one is serialized once; a list joins the bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from ..data.fleet import Fleet
from ..data.models import Account, Organization, Repository
from ..data.names import split_full_name
from ..http.messages import Body, dump
from . import projects
from .urls import ApiURLs, Json
from .visibility import OWNER, group_level, level, project_level, visible

__all__ = ["Renderer"]


class Renderer:
    """Renders and caches projects. Used by the server's thread only."""

    def __init__(self, fleet: Fleet, urls: ApiURLs) -> None:
        self._fleet = fleet
        self._urls = urls
        self._rendered: dict[int, tuple[Repository, bytes, bytes]] = {}
        self._namespaces: dict[int, tuple[Account, Organization | None, bytes]] = {}
        self._settings = _tail(projects.settings())
        self._not_shared = _tail(projects.shares(()))

    def listing(
        self, shown: Iterable[Repository], login: str | None, *, simple: bool = False, rights: bool = True
    ) -> Body:
        """Return a page of projects for this user.

        Args:
            shown: the projects.
            login: the user. None for a request without a token.
            simple: whether the objects have only the keys that are visible without a token.
            rights: whether the objects contain the user's permissions.
        """
        rows = (self._object(item, login, simple=simple, rights=rights) + b"}" for item in shown)
        return Body(b"[" + b",".join(rows) + b"]")

    def rows(self, shown: Iterable[Repository], login: str | None) -> list[Json]:
        """Return projects as objects, for use inside other objects."""
        found: list[Json] = json.loads(self.listing(shown, login, rights=False).data)
        return found

    def single(self, repository: Repository, login: str | None, *, with_license: bool) -> Body:
        """Return a single project."""
        data = self._object(repository, login, simple=False, rights=True)
        if with_license:
            data += _tail(projects.license_of(repository))
        return Body(data + b"}")

    def parent_of(self, path: str) -> Organization | None:
        """Return the parent group of a path."""
        found = self._fleet.account(path.rpartition("/")[0])
        return found if isinstance(found, Organization) else None

    def _object(self, repository: Repository, login: str | None, *, simple: bool, rights: bool) -> bytes:
        """Return the object without its closing brace."""
        basic, further = self._both(repository)
        if simple or login is None:
            return basic
        groups = self._fleet.shares_of(repository)
        data = basic + further + (_tail(projects.shares(groups)) if groups else self._not_shared)
        parent = self._parent(repository, login)
        if parent is not None:
            data += b',"forked_from_project":' + self._both(parent)[0] + b"}"
        if not rights:
            return data
        if level(self._fleet, repository, login) == OWNER:
            data += b',"runners_token":"forge-runner"'
        return data + self._permissions(repository, login)

    def _both(self, repository: Repository) -> tuple[bytes, bytes]:
        cached = self._rendered.get(repository.id)
        # Repositories are immutable: the same object has the same bytes.
        if cached is None or cached[0] is not repository:
            owner = self._fleet.owner_of(repository)
            basic = dump(projects.basic(repository, owner))[:-1] + self._namespace(owner)
            further = _tail(projects.further(repository, owner, self._urls)) + self._settings
            cached = (repository, basic, further)
            if self._fleet.is_stored(repository):
                self._rendered[repository.id] = cached
        return cached[1], cached[2]

    def _namespace(self, owner: Account) -> bytes:
        """Return the key ``namespace``. Most rows of a list have the same one."""
        parent = self.parent_of(owner.login)
        cached = self._namespaces.get(owner.id)
        # Accounts are immutable, too.
        if cached is None or cached[0] is not owner or cached[1] is not parent:
            cached = self._namespaces[owner.id] = (owner, parent, _tail(projects.namespace_of(owner, parent)))
        return cached[2]

    def _permissions(self, repository: Repository, login: str) -> bytes:
        owner = self._fleet.owner_of(repository)
        group = group_level(self._fleet, owner, login) if isinstance(owner, Organization) else None
        return _permissions(project_level(repository, login), group)

    def _parent(self, repository: Repository, login: str | None) -> Repository | None:
        if repository.parent is None:
            return None
        owner, name = split_full_name(repository.parent)
        found = self._fleet.find(owner, name) or self._fleet.moved(owner, name)
        return found if found is not None and visible(self._fleet, found, login) else None


@lru_cache(maxsize=64)
def _permissions(project: int | None, group: int | None) -> bytes:
    return _tail(projects.permissions(project, group))


def _tail(keys: Json) -> bytes:
    """Return the keys to append to an object without its closing brace."""
    return b"," + dump(keys)[1:-1]
