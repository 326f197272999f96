"""SignIn: the tokens that a user has obtained by OAuth on one server."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

from .._internal.lazy_dataclass import dataclass, field
from .._internal.redacted import RedactedStr
from ..errors import ConfigurationError
from ..http.urls import BaseUrl
from ..provider_type import ProviderType

__all__ = ["SignIn", "api_origin", "hide_texts", "sign_in_from", "sign_in_json", "web_origin"]

_PUBLIC = {ProviderType.GITHUB: "https://api.github.com", ProviderType.GITLAB: "https://gitlab.com/api/v4"}
_API_PATHS = {ProviderType.GITHUB: "/api/v3", ProviderType.GITLAB: "/api/v4"}
_RESIDENT = ".ghe.com"
"""Servers of GitHub with data residency; their API is on ``api.NAME.ghe.com``."""
_SECRETS = ("access_token", "refresh_token", "client_secret")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in by OAuth on one server. ``repr`` leaves the secrets out, and it cannot be pickled."""

    provider: ProviderType
    """The provider."""
    server: str
    """URL of the web pages, like ``https://github.com``; see :func:`web_origin`."""
    client_id: str
    """Id of the OAuth application, or of the GitHub App, that the user has authorized."""
    access_token: str = field(repr=False)
    """The access token."""
    expires_at: float | None = None
    """When the access token expires, in epoch seconds by this machine's clock. None if it does not expire."""
    refresh_token: str | None = field(default=None, repr=False)
    """The refresh token. None if the access token cannot be renewed."""
    refresh_expires_at: float | None = None
    """When the refresh token expires, in epoch seconds. None if it does not, or if that is unknown."""
    obtained_at: float = 0.0
    """When the access token was obtained, in epoch seconds by this machine's clock."""
    login: str | None = None
    """Login of the user. None if it could not be read."""
    scopes: tuple[str, ...] = ()
    """Scopes of the access token; empty for a GitHub App, which has permissions instead."""
    client_secret: str | None = field(default=None, repr=False)
    """Secret of the application, if it needs one for renewals. None for most command-line programs."""

    def __post_init__(self) -> None:
        for name in _SECRETS:
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, RedactedStr(value))

    @property
    def host(self) -> str:
        """The server without the scheme, like ``github.com``."""
        return self.server.partition("://")[2]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SignIn holds secrets and can't be pickled; keep it in a store")


def web_origin(provider: ProviderType, base_url: str | None = None) -> str:
    """Return the URL of a server's web pages, where users sign in.

    Args:
        provider: The provider.
        base_url: Base URL of the API, or of the web pages. None for the provider's public server.

    Raises:
        ConfigurationError: It is no URL.
    """
    base = BaseUrl.parse(_PUBLIC[provider] if base_url is None else base_url)
    parts = urlsplit(base.text.removesuffix(_API_PATHS[provider]))
    host = parts.netloc
    if provider is ProviderType.GITHUB:
        if host == "api.github.com" or (host.startswith("api.") and host.endswith(_RESIDENT)):
            host = host.removeprefix("api.")
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}{parts.path}"


def api_origin(provider: ProviderType, server: str) -> str:
    """Return the origin of the API of a server.

    Args:
        provider: The provider.
        server: URL of the web pages; see :func:`web_origin`.
    """
    origin = BaseUrl.parse(server).origin
    scheme, _, host = origin.partition("://")
    is_apart = host == "github.com" or (host.endswith(_RESIDENT) and not host.startswith("api."))
    return f"{scheme}://api.{host}" if is_apart and provider is ProviderType.GITHUB else origin


def hide_texts(values: dict[str, Any]) -> dict[str, Any]:
    """Return an object of JSON whose texts have a redacted ``repr``: an ``object_hook`` for stores."""
    return {name: RedactedStr(value) if isinstance(value, str) else value for name, value in values.items()}


def sign_in_json(sign_in: SignIn) -> dict[str, Any]:
    """Return the JSON object of a sign-in for a store; it has the secrets."""
    names = ("server", "client_id", "expires_at", "refresh_expires_at", "obtained_at", "login", *_SECRETS)
    values: dict[str, Any] = {name: getattr(sign_in, name) for name in names}
    return {"provider": sign_in.provider.value, "scopes": list(sign_in.scopes), **values}


def sign_in_from(values: Any) -> SignIn:
    """Return the sign-in of a JSON object of a store.

    Raises:
        ConfigurationError: It has not the shape of one. The message shows no value.
    """
    if not isinstance(values, dict):
        raise ConfigurationError("a sign-in is no object")
    required, optional = ("server", "client_id", "access_token"), ("refresh_token", "login", "client_secret")
    times = ("expires_at", "refresh_expires_at")
    scopes = values.get("scopes", [])
    is_valid = (
        all(isinstance(values.get(name), str) and values[name] for name in required)
        and all(isinstance(values.get(name), str | None) for name in optional)
        and all(isinstance(values.get(name), int | float | None) for name in times)
        and isinstance(values.get("obtained_at", 0.0), int | float)
        and isinstance(scopes, list)
        and all(isinstance(item, str) for item in scopes)
        and values.get("provider") in [kind.value for kind in ProviderType]
    )
    if not is_valid:
        raise ConfigurationError("a sign-in has not the fields that it must have")
    plain = ("server", "client_id", "login")
    kept: dict[str, Any] = {name: values.get(name) for name in (*required, *optional, *times)}
    kept |= {name: str(kept[name]) for name in plain if kept[name] is not None}
    return SignIn(
        ProviderType(values["provider"]), scopes=tuple(scopes), obtained_at=values.get("obtained_at", 0.0), **kept
    )
