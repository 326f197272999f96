"""Server: the server that credentials are searched for."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..._internal.lazy_dataclass import dataclass
from ...errors import ConfigurationError
from ...http.urls import BaseUrl
from ...provider_type import ProviderType
from ..sign_in import api_origin, web_origin

__all__ = ["Server", "is_enterprise"]

_PUBLIC = frozenset(("github.com", "api.github.com"))
_TENANCY = ".ghe.com"


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a provider. Credentials of one server are sent to no other one."""

    provider: ProviderType
    """The provider."""
    web: str
    """URL of the web pages, like ``https://github.com``. Programs store credentials under its host."""
    origin: str
    """Origin of the API, like ``https://api.github.com``."""
    base_url: str | None
    """Base URL of the API; None for the public server."""

    @classmethod
    def of(cls, provider: ProviderType, host: str | None) -> Server:
        """Return the server of a host name, of a base URL of the API, or of the URL of the web pages.

        Raises:
            ConfigurationError: It is no host and no URL.
        """
        url = host if host is None or "://" in host else f"https://{host}"
        try:
            web = web_origin(provider, url)
            return cls(provider, web, api_origin(provider, web), url)
        except ConfigurationError as error:
            what = "host" if url != host else "base_url"
            raise ConfigurationError(str(error).replace("base_url", what)) from None

    @property
    def scheme(self) -> str:
        """Scheme of the server: ``https`` or ``http``."""
        return urlsplit(self.web).scheme

    @property
    def host(self) -> str:
        """Host of the web pages, with the port unless it is that of the scheme."""
        return urlsplit(self.web).netloc

    @property
    def names(self) -> tuple[str, ...]:
        """Host names of the API and of the web pages, without ports."""
        return tuple(dict.fromkeys((urlsplit(self.origin).hostname or "", urlsplit(self.web).hostname or "")))

    def is_at(self, url: str | None) -> bool:
        """Return whether a URL of the API or of the web pages is on this server."""
        try:
            return bool(url) and api_origin(self.provider, web_origin(self.provider, url)) == self.origin
        except ConfigurationError:
            return False


def is_enterprise(url: str | None) -> bool:
    """Return whether a URL is on a GitHub Enterprise Server, for which ``gh`` has own variables."""
    host = urlsplit(BaseUrl.parse(url).origin).hostname or "" if url else "github.com"
    return host not in _PUBLIC and not host.endswith(_TENANCY)
