"""Device flow: the user enters a code on a web page while the program waits. For GitHub and GitLab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from .._internal.lazy_dataclass import dataclass, field
from .._internal.redacted import RedactedStr
from ..errors import AuthError, DecodeError, GitFleetError, NetworkError, RateLimitError, ServerError
from ..provider_type import ProviderType
from .exchanging import SignInClient, exchange_for
from .oauth_endpoint import fetch_login, post_form, refusal, sign_in_of, token_url
from .sign_in import SignIn, web_origin
from .source import Exchange, local_now

__all__ = ["DeviceCode", "finish_device", "start_device"]

_CODE_PATHS = {ProviderType.GITHUB: "/login/device/code", ProviderType.GITLAB: "/oauth/authorize_device"}
_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL, _LIFE = 5.0, 900.0
"""Seconds between two requests, and the life of a code, if the server states none (RFC 8628)."""
_SLOWER = 5.0
_FAILURES = 5
"""Temporary failures in sequence after which it gives up."""
_TEMPORARY = (NetworkError, ServerError, RateLimitError, DecodeError)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code that the user enters on a web page. It has a secret and cannot be pickled."""

    user_code: str
    """The code to show to the user, like ``ABCD-1234``."""
    verification_url: str
    """URL of the page where the user enters it."""
    verification_url_complete: str | None
    """URL of the page with the code filled in. None if the server has none."""
    expires_at: float
    """When the code expires, in epoch seconds by this machine's clock."""
    interval: float
    """Seconds between two requests whether the user has entered it."""
    client_id: str
    """Id of the application."""
    scopes: tuple[str, ...]
    """Scopes that were requested."""
    device_code: str = field(repr=False)
    """The program's own code."""
    client_secret: str | None = field(default=None, repr=False)
    """Secret of the application, or None."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "device_code", RedactedStr(self.device_code))
        if self.client_secret is not None:
            object.__setattr__(self, "client_secret", RedactedStr(self.client_secret))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a DeviceCode holds a secret and can't be pickled")


async def start_device(
    client: SignInClient, client_id: str, scopes: Sequence[str] = (), *, client_secret: str | None = None
) -> DeviceCode:
    """Return a code for the user to enter; then call :func:`finish_device`.

    Args:
        client: A client of the server. It needs no token.
        client_id: Id of the OAuth application, or of the GitHub App.
        scopes: Scopes to request; none for a GitHub App.
        client_secret: Secret of the application, if the server requires it.

    Raises:
        AuthError: ``device_flow_disabled``, ``wrong_client``, or ``sign_in_refused`` for other reasons.
        ServerError: The server failed.
        NetworkError: There was no response.
    """
    client_secret = None if client_secret is None else RedactedStr(client_secret)
    exchange, provider = exchange_for(client), client.profile.type
    url = web_origin(provider, exchange.base_url) + _CODE_PATHS[provider]
    form = {"client_id": client_id, "scope": " ".join(scopes) or None}
    status, values = await post_form(exchange, provider, url, form)
    names = ("device_code", "user_code", "verification_uri")
    if "error" in values or not all(isinstance(values.get(name), str) for name in names):
        raise refusal(provider, status, values, form, url)
    _check_shown(values, provider, url)
    complete = values.get("verification_uri_complete")
    return DeviceCode(
        user_code=values["user_code"],
        verification_url=values["verification_uri"],
        verification_url_complete=complete if _is_page(complete) else None,
        expires_at=local_now(exchange) + _number(values.get("expires_in"), _LIFE),
        interval=_number(values.get("interval"), _INTERVAL),
        client_id=client_id,
        scopes=tuple(scopes),
        device_code=values["device_code"],
        client_secret=client_secret,
    )


def _check_shown(values: dict[str, Any], provider: ProviderType, url: str) -> None:
    """Raise if what the user sees or opens is no code or no page: terminals obey control characters."""
    code: str = values["user_code"]
    if not (code.isascii() and code.isprintable()) or not _is_page(values["verification_uri"]):
        raise DecodeError("the response has a code or an address that cannot be shown", provider, url=url)


def _is_page(address: object) -> bool:
    is_url = isinstance(address, str) and address.startswith(("https://", "http://"))
    return is_url and isinstance(address, str) and address.isascii() and address.isprintable()


async def finish_device(client: SignInClient, code: DeviceCode) -> SignIn:
    """Wait until the user has entered a code, and return the sign-in. It is not stored.

    Waits as long between requests as the server says, and longer if it says ``slow_down``.

    Args:
        client: The client that :func:`start_device` was called with, or one like it.
        code: The code.

    Raises:
        AuthError: ``device_code_expired``, ``access_denied`` (the user has refused), ``device_flow_disabled``,
            ``wrong_client``, or ``sign_in_refused`` for other reasons.
        ServerError: The server failed several times in sequence.
        NetworkError: There was no response several times in sequence.
    """
    exchange, provider = exchange_for(client), client.profile.type
    server = web_origin(provider, exchange.base_url)
    form = {
        "client_id": code.client_id,
        "client_secret": code.client_secret,
        "device_code": code.device_code,
        "grant_type": _GRANT,
    }
    status, values = await _poll(exchange, provider, token_url(provider, server), form, code)
    now = local_now(exchange)
    secret = code.client_secret
    found = sign_in_of(values, now, provider, server, code.client_id, scopes=code.scopes, client_secret=secret)
    if found is None:
        raise refusal(provider, status, values, form, token_url(provider, server))
    return await with_login(exchange, found)


async def with_login(exchange: Exchange, found: SignIn) -> SignIn:
    """Return a new sign-in with the login of its user."""
    from dataclasses import replace

    return replace(found, login=await fetch_login(exchange, found.access_token))


async def _poll(
    exchange: Exchange, provider: ProviderType, url: str, form: dict[str, str | None], code: DeviceCode
) -> tuple[int, dict[str, Any]]:
    """Return status and object of the first response that says neither pending nor slow_down."""
    interval, failures, slower = code.interval, 0, 0.0
    while True:
        await exchange.sleep(max(0.0, min(interval, code.expires_at - local_now(exchange))))
        if local_now(exchange) >= code.expires_at:
            raise _expired(provider, url)
        try:
            status, values = await post_form(exchange, provider, url, form)
        except _TEMPORARY as error:
            failures += 1
            if failures >= _FAILURES:
                raise
            interval += _pause(error)
            continue
        failures = 0
        name = values.get("error")
        if name == "slow_down":
            slower += _SLOWER  # more each time: the server may have begun with a longer interval
            interval = max(interval + slower, _number(values.get("interval"), 0.0))
        elif name != "authorization_pending":
            return status, values


def _pause(error: GitFleetError) -> float:
    """Return the seconds to add to the interval after a failure: servers that are overloaded get more time."""
    return _SLOWER if isinstance(error, ServerError | RateLimitError) else 0.0


def _expired(provider: ProviderType, url: str) -> AuthError:
    text = "the code has expired before it was entered; begin again"
    return AuthError(text, provider, code="device_code_expired", url=url)


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else default
