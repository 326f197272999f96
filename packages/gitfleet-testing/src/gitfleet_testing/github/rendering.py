"""Repositories as JSON bytes. Each one is serialized once; a list joins the bytes."""

from __future__ import annotations

from collections.abc import Iterable

from ..data.fleet import Fleet
from ..data.models import Account, Repository
from ..http.messages import Body, dump
from . import repositories
from .accounts import short
from .urls import ApiURLs, Json
from .visibility import role, visible

__all__ = ["Renderer"]

#: Replaced by the repository's URL in the links, which are more than half of the bytes.
_URL = b"{repository}"
_LINKS = b"".join(b',"%b":"%b%b"' % (key.encode(), _URL, rest.encode()) for key, rest in repositories.LINKS)


class Renderer:
    """Renders and caches repositories. Used by the server's thread only."""

    def __init__(self, fleet: Fleet, urls: ApiURLs) -> None:
        self._fleet = fleet
        self._urls = urls
        self._rendered: dict[int, tuple[Repository, bytes]] = {}
        self._owners: dict[int, tuple[Account, bytes]] = {}
        self._permissions = {name: _tail(repositories.permissions(name)) for name in ("admin", "write", "read")}

    def listing(self, shown: Iterable[Repository], login: str | None) -> Body:
        """Return a page of repositories for this user."""
        return Body(b"[" + b",".join(self._listed(repository, login) + b"}" for repository in shown) + b"]")

    def found(self, shown: Iterable[Repository], login: str | None, total: int) -> Body:
        """Return a page of search results."""
        rows = b",".join(self._listed(repository, login) + b',"score":1.0}' for repository in shown)
        return Body(b'{"total_count":%d,"incomplete_results":false,"items":[%b]}' % (total, rows))

    def accessible(self, shown: Iterable[Repository], login: str | None, total: int, selection: str) -> Body:
        """Return a page of the repositories of an installation. ``selection`` is "all" or "selected"."""
        rows = b",".join(self._listed(repository, login) + b"}" for repository in shown)
        head = b'{"total_count":%d,"repository_selection":"%b","repositories":[' % (total, selection.encode())
        return Body(head + rows + b"]}")

    def single(self, repository: Repository, login: str | None) -> Body:
        """Return a single repository."""
        granted = role(self._fleet, repository, login)
        more = repositories.details(repository, self._fleet.owner_of(repository), granted, self._urls)
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
        """Return the object without its closing brace."""
        granted = role(self._fleet, repository, login)
        return self._without_permissions(repository) + (self._permissions[granted] if granted else b"")

    def _without_permissions(self, repository: Repository) -> bytes:
        cached = self._rendered.get(repository.id)
        # Repositories are immutable: the same object has the same bytes.
        if cached is not None and cached[0] is repository:
            return cached[1]
        parts = repositories.parts(repository, self._urls)
        created = b"".join(
            (
                dump(parts.identity)[:-1],
                self._owner(repository),
                _tail(parts.description),
                # No name needs escapes in JSON.
                _LINKS.replace(_URL, self._urls.repository(repository.full_name).encode()),
                _tail(parts.facts),
            )
        )
        if self._fleet.is_stored(repository):
            self._rendered[repository.id] = (repository, created)
        return created

    def _owner(self, repository: Repository) -> bytes:
        """Return the key ``owner``. Most rows of a list have the same one."""
        account = self._fleet.owner_of(repository)
        cached = self._owners.get(account.id)
        # Accounts are immutable, too.
        if cached is None or cached[0] is not account:
            cached = self._owners[account.id] = (account, _tail({"owner": short(account, self._urls)}))
        return cached[1]

    def _parent(self, repository: Repository, login: str | None) -> Repository | None:
        if repository.parent is None:
            return None
        owner, _, name = repository.parent.partition("/")
        found = self._fleet.find(owner, name) or self._fleet.moved(owner, name)
        return found if found is not None and visible(self._fleet, found, login) else None


def _tail(keys: Json) -> bytes:
    """Return the keys to append to an object without its closing brace."""
    return b"," + dump(keys)[1:-1]
