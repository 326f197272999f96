"""Repositories as bytes: each is serialised once, lists are made by joining."""

from __future__ import annotations

from collections.abc import Iterable

from ..data.fleet import Fleet
from ..data.models import Repository
from ..http.messages import Body, dump
from . import repositories
from .addresses import Addresses, Json
from .visibility import role, visible

__all__ = ["Renderer"]


class Renderer:
    """Belongs to the one thread that serves."""

    def __init__(self, fleet: Fleet, at: Addresses) -> None:
        self._fleet = fleet
        self._at = at
        self._made: dict[int, tuple[Repository, bytes]] = {}
        self._permissions = {name: _tail(repositories.permissions(name)) for name in ("admin", "write", "read")}

    def listing(self, shown: Iterable[Repository], login: str | None) -> Body:
        """A page of repositories as this user sees them."""
        return Body(b"[" + b",".join(self._listed(repository, login) + b"}" for repository in shown) + b"]")

    def found(self, shown: Iterable[Repository], login: str | None, total: int) -> Body:
        """A page of a search's results."""
        rows = b",".join(self._listed(repository, login) + b',"score":1.0}' for repository in shown)
        return Body(b'{"total_count":%d,"incomplete_results":false,"items":[%b]}' % (total, rows))

    def single(self, repository: Repository, login: str | None) -> Body:
        """A repository asked for alone."""
        granted = role(self._fleet, repository, login)
        more = repositories.details(repository, self._fleet.owner_of(repository), granted, self._at)
        data = self._listed(repository, login) + _tail(more)
        parent = self._parent(repository, login)
        if parent is not None:
            source, known = parent, {repository.id}
            while (above := self._parent(source, login)) is not None and source.id not in known:
                known.add(source.id)
                source = above
            shown = [self._listed(item, login) + b"}" for item in (parent, source)]
            data += b',"parent":' + shown[0] + b',"source":' + shown[1]
        return Body(data + b"}")

    def _listed(self, repository: Repository, login: str | None) -> bytes:
        """The object without its closing brace."""
        granted = role(self._fleet, repository, login)
        return self._without_permissions(repository) + (self._permissions[granted] if granted else b"")

    def _without_permissions(self, repository: Repository) -> bytes:
        kept = self._made.get(repository.id)
        # Repositories are never changed but replaced: the same object means the same bytes.
        if kept is not None and kept[0] is repository:
            return kept[1]
        created = dump(repositories.listed(repository, self._fleet.owner_of(repository), self._at))[:-1]
        self._made[repository.id] = (repository, created)
        return created

    def _parent(self, repository: Repository, login: str | None) -> Repository | None:
        if repository.parent is None:
            return None
        owner, _, name = repository.parent.partition("/")
        found = self._fleet.find(owner, name) or self._fleet.moved(owner, name)
        return found if found is not None and visible(self._fleet, found, login) else None


def _tail(keys: Json) -> bytes:
    """Further keys, to be put behind an object that has no closing brace yet."""
    return b"," + dump(keys)[1:-1]
