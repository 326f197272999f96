"""The clients of a fleet, and which of them serves a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from gitfleet_api import ConfigurationError, GitProviderClient, ProviderType

__all__ = ["Clients", "web_host"]


def web_host(client: GitProviderClient) -> str:
    """Return the host, with a port if the URL has one, of the web pages of a client's server."""
    parts = urlsplit(client.base_url)
    # github.com and *.ghe.com have their API at a host of their own, an Enterprise Server has it below /api/v3.
    return parts.netloc.removeprefix("api.") if not parts.path else parts.netloc


class Clients:
    """The clients of a fleet.

    Args:
        clients: One client, or several for different servers.

    Raises:
        ConfigurationError: There is none, or something is not a client, or two are for the same server.
    """

    def __init__(self, clients: GitProviderClient | Iterable[GitProviderClient] | None) -> None:
        given: Sequence[object] = (
            () if clients is None else (clients,) if isinstance(clients, GitProviderClient) else tuple(clients)
        )
        if not given:
            raise ConfigurationError("a Fleet needs a client: Fleet('github:python', clients=GitHubClient(token=...))")
        self._clients: list[GitProviderClient] = []
        for client in given:
            if not isinstance(client, GitProviderClient):
                raise ConfigurationError(f"clients must be asynchronous clients, not {type(client).__name__}")
            if any(client.base_url == known.base_url for known in self._clients):
                raise ConfigurationError(
                    f"two clients are for {client.base_url}; use one with a TokenManager that has all tokens"
                )
            self._clients.append(client)
        self._labels = {client.base_url: self._label(client) for client in self._clients}

    def __iter__(self) -> Iterator[GitProviderClient]:
        return iter(self._clients)

    def label(self, client: GitProviderClient) -> str:
        """Return how texts name the server of a client: the provider, or the host if that is not unique."""
        return self._labels[client.base_url]

    def of_provider(self, provider: ProviderType) -> GitProviderClient:
        """Return the client that the name of a provider means: its only one, or the one for the public server.

        Raises:
            ConfigurationError: There is none, or several for other servers.
        """
        found = [client for client in self._clients if client.provider_type is provider]
        if len(found) == 1:
            return found[0]
        if not found:
            raise ConfigurationError(f"no client for {provider!s}: add one to clients=")
        public = [client for client in found if client.base_url == type(client).profile.base_url]
        if public:
            return public[0]
        hosts = ", ".join(web_host(client) for client in found)
        raise ConfigurationError(f"{provider!s}: several clients; name one by its host: {hosts}")

    def of_host(self, host: str) -> GitProviderClient | None:
        """Return the client whose web pages or API are at a host; None if there is none."""
        wanted = host.lower().removeprefix("www.")
        for client in self._clients:
            if wanted in (web_host(client).lower(), urlsplit(client.base_url).netloc.lower()):
                return client
        for client in self._clients:  # ssh addresses have no port, or another one
            if wanted.partition(":")[0] == (urlsplit(client.base_url).hostname or "").removeprefix("api."):
                return client
        return None

    def _label(self, client: GitProviderClient) -> str:
        provider = client.provider_type
        try:
            is_meant = self.of_provider(provider) is client
        except ConfigurationError:
            is_meant = False
        return str(provider) if is_meant else web_host(client)
