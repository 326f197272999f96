"""Routes: which server a request of a client is for, and where the links of its response must lead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlsplit

from gitfleet_api import GitProviderClient, ProviderType
from gitfleet_api.http.urls import BaseUrl, has_dots

__all__ = ["Links", "Refused", "Route", "Routes", "Upstream"]

_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE)
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)+")
_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?{}|\[\]-]|%[0-9A-Fa-f]{2})*")
_CONTROLS = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_CREDENTIALS = frozenset(("private_token", "access_token", "job_token", "client_secret"))
_ENTERPRISE = {ProviderType.GITHUB: "/api/v3", ProviderType.GITLAB: "/api/v4"}
_UPLOADS = "/uploads"
_GRAPHQL = ("/graphql", "/api/graphql")


class Refused(Exception):
    """A request that is not sent.

    Attributes:
        status: HTTP status of the response.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


Links = tuple[tuple[str, str], ...]
"""Pairs of a beginning of URLs and what replaces it."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server that the proxy may send requests to."""

    provider: ProviderType
    """Its provider. The name is the first part of paths on the proxy."""
    client: GitProviderClient
    """The client that sends the requests."""

    @property
    def base(self) -> BaseUrl:
        """Base URL of its API."""
        return BaseUrl.parse(self.client.base_url)

    @property
    def graphql_url(self) -> str | None:
        """URL of its GraphQL API. None if there is none."""
        found = self.client.profile.graphql_url
        return None if found is None else found(self.client.base_url)

    @property
    def uploads(self) -> BaseUrl | None:
        """Where files of releases are sent: another host, or another path. None if the API itself takes all."""
        base = self.base
        if self.provider is not ProviderType.GITHUB:
            return None
        if base.origin == "https://api.github.com":
            return BaseUrl("https://uploads.github.com", "")
        return BaseUrl(base.origin, "/api/uploads") if base.path == "/api/v3" else None


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes."""

    upstream: Upstream
    """The server."""
    url: str
    """Absolute URL to request."""
    links: Links = ()
    """Beginnings of links in the response, and what replaces each for the client. Empty: links are unchanged."""


class Routes:
    """The servers of a proxy.

    Three forms lead to a server: a path ``/github/...`` of the proxy itself, the whole URL as clients send it to an
    HTTP proxy, and the ``Host`` header of the server, as on a Unix socket.

    Args:
        upstreams: The servers.
    """

    def __init__(self, upstreams: Sequence[Upstream]) -> None:
        self.upstreams: tuple[Upstream, ...] = tuple(upstreams)
        # Of two on one host, the one with the longer path first.
        self._by_path = sorted(self.upstreams, key=lambda item: -len(item.base.path))

    def find(self, target: str, host: str | None, scheme: str | None) -> Route:
        """Return the route of a request.

        Args:
            target: The target in the request line.
            host: Value of the ``Host`` header. None if there is none.
            scheme: ``http`` or ``https``; None on a Unix socket, whose clients resolve links by themselves.

        Raises:
            Refused: The target is invalid, or no server of the proxy has it.
        """
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is not None:
            if "@" in absolute[2]:
                raise Refused(400, "the URL contains a user name or password")
            path, query = _checked(absolute[3] or "/")
            return self._by_host(absolute[2], path, query, absolute[1].lower())
        path, query = _checked(target)
        if host is not None and self._hosts(host):
            return self._by_host(host, path, query, scheme)
        return self._by_prefix(path, query, host, scheme)

    def _hosts(self, authority: str) -> list[Upstream]:
        return [item for item in self._by_path if any(_is_host_of(authority, base) for base in _roots(item))]

    def _by_host(self, authority: str, path: str, query: str, scheme: str | None) -> Route:
        found = self._hosts(authority)
        if not found:
            raise Refused(403, "this proxy serves only the hosts of its providers")
        for item in found:
            # The client has the URLs of the server, but may have to use another scheme.
            links = [(base.text, f"{scheme}:{base.text.partition(':')[2]}") for base in _roots(item)]
            for base in _roots(item):
                is_graphql = base.origin + path == item.graphql_url
                if _is_host_of(authority, base) and (is_graphql or path.startswith(f"{base.path}/")):
                    changed = () if scheme is None else tuple(pair for pair in links if pair[0] != pair[1])
                    return Route(item, base.origin + path + query, changed)
        raise Refused(404, "this path is not part of the API")

    def _by_prefix(self, path: str, query: str, host: str | None, scheme: str | None) -> Route:
        for item in self.upstreams:
            name, enterprise = f"/{item.provider}", _ENTERPRISE[item.provider]
            if path.startswith((f"{enterprise}/", f"{name}/")):
                used = name if path.startswith(f"{name}/") else ""
                rest = path[len(used) :]
                if rest.startswith(f"{enterprise}/"):
                    used, rest = used + enterprise, rest[len(enterprise) :]
                return Route(item, _url(item, rest) + query, _links(item, host, scheme, used))
        github = next((item for item in self.upstreams if item.provider is ProviderType.GITHUB), self.upstreams[0])
        if path == "/api/graphql" and github.graphql_url is not None:
            return Route(github, github.graphql_url + query)
        names = ", ".join(f"/{item.provider}/" for item in self.upstreams)
        raise Refused(404, f"no such path; the APIs are below {names}")


def _roots(item: Upstream) -> list[BaseUrl]:
    """Return the beginnings of all URLs of a server."""
    return [item.base, *([] if item.uploads is None else [item.uploads])]


def _url(item: Upstream, path: str) -> str:
    """Return the URL for a path below the name of a server."""
    if item.graphql_url is not None and path in _GRAPHQL:
        return item.graphql_url
    if item.uploads is not None:
        for name in (_UPLOADS, f"/api{_UPLOADS}"):
            if path.startswith(f"{name}/"):
                return item.uploads.text + path.removeprefix(name)
    return item.base.text + path


def _links(item: Upstream, host: str | None, scheme: str | None, path: str) -> Links:
    """Return the links of responses for a client that uses a path of the proxy as its base URL."""
    if host is None or not _HOST.fullmatch(host):
        return ()
    root = f"{scheme or 'http'}://{host}{path}"
    uploads = () if item.uploads is None else ((item.uploads.text, f"{root}{_UPLOADS}"),)
    return ((item.base.text, root), *uploads)


def _checked(target: str) -> tuple[str, str]:
    """Return the path and the query of a target; the query is empty, or begins with a question mark."""
    path, mark, query = target.partition("?")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query):
        raise Refused(400, "the path or the query contains a character that must be percent-encoded")
    if "//" in path or has_dots(path) or _CONTROLS.search(path):
        raise Refused(400, "the path contains '.', '..', an empty segment or a control character")
    names = {unquote_plus(pair.partition("=")[0]).lower() for pair in re.split("[&;]", query)}
    if names & _CREDENTIALS:
        raise Refused(400, "credentials in a query are not accepted; send the secret in a header")
    return path, mark + query


def _is_host_of(authority: str, base: BaseUrl) -> bool:
    found = _HOST.fullmatch(authority)
    if found is None or found[1].strip("[]").lower() != base.host.lower():
        return False
    port, own = found[2], urlsplit(base.origin).port
    return port in (None, "80", "443") if own is None else port == str(own)
