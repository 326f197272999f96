"""GitHub's OAuth endpoints, which are on the web host: the device flow, the web flow and refreshes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from ..http.messages import Body, Request, Response, dump, json_response
from .clients import GITHUB, OAuthClient
from .families import TokenFamily
from .parameters import parameters_of
from .sign_in import SignInState

__all__ = ["GitHubOAuth"]

_DOCS = "https://docs.github.com"
_TROUBLE = f"{_DOCS}/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/"
_DEVICE_ERRORS = f"{_DOCS}/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
#: The description and the page of each error. All have status 200, as on the service.
_ERRORS = {
    "authorization_pending": ("The authorization request is still pending.", _DEVICE_ERRORS),
    "slow_down": ("Too many requests have been made in the same timeframe.", _DEVICE_ERRORS),
    "expired_token": ("The device_code has expired.", _DEVICE_ERRORS),
    "incorrect_device_code": ("The device_code provided is not valid.", _DEVICE_ERRORS),
    "access_denied": ("The authorization request was denied.", _DEVICE_ERRORS),
    "unsupported_grant_type": (f"The grant type must be {_DEVICE_GRANT}.", _DEVICE_ERRORS),
    "device_flow_disabled": ("Device Flow must be explicitly enabled for this App", _DOCS),
    "incorrect_client_credentials": (
        "The client_id and/or client_secret passed are incorrect.",
        f"{_TROUBLE}#incorrect-client-credentials",
    ),
    "bad_verification_code": ("The code passed is incorrect or expired.", f"{_TROUBLE}#bad-verification-code"),
    "bad_refresh_token": ("The refresh token passed is incorrect or expired.", f"{_TROUBLE}#bad-refresh-token"),
    "redirect_uri_mismatch": (
        "The redirect_uri MUST match the registered callback URL for this application.",
        f"{_TROUBLE}#redirect-uri-mismatch2",
    ),
}
_PAGE = b"<!doctype html><title>Device Activation</title><p>Use forge.authorize_device(user_code, login)."


class _Refused(NamedTuple):
    error: str
    more: Mapping[str, object] = MappingProxyType({})


class GitHubOAuth:
    """The endpoints. Used by the server's thread only.

    Args:
        sign_in: programs, tokens and decisions.
        origin: scheme, host and port.
    """

    def __init__(self, sign_in: SignInState, origin: str) -> None:
        self._sign_in = sign_in
        self._origin = origin

    def respond(self, request: Request) -> Response:
        """Return the response to a request below /login."""
        match request.method, request.path:
            case "POST", "/login/device/code":
                return self._device_code(request)
            case "POST", "/login/oauth/access_token":
                return self._access_token(request)
            case "GET", "/login/oauth/authorize":
                return self._authorize(request)
            case "GET", "/login/device":
                return Response(200, Body(_PAGE), (("Content-Type", "text/html; charset=utf-8"),))
            case _:
                return _encoded(request, {"error": "Not Found"}, 404)

    def _device_code(self, request: Request) -> Response:
        given = parameters_of(request)
        client = self._sign_in.client(GITHUB, given.get("client_id"))
        if client is None:
            return _encoded(request, {"error": "Not Found"}, 404)
        if not client.device_flow:
            return self._refused(request, _Refused("device_flow_disabled"), 400)
        started = self._sign_in.devices.begin(client, client.granted(given.get("scope")) or ())
        fields = {
            "device_code": started.device_code,
            "user_code": started.user_code,
            "verification_uri": f"{self._origin}/login/device",
            "expires_in": round(client.code_expires_in),
            "interval": round(started.interval),
        }
        return _encoded(request, fields)

    def _access_token(self, request: Request) -> Response:
        self._sign_in.token_requests += 1
        given = parameters_of(request)
        client = self._sign_in.client(GITHUB, given.get("client_id"))
        if client is None:
            self._sign_in.last_error = "Not Found"
            return _encoded(request, {"error": "Not Found"}, 404)
        grant = given.get("grant_type")
        if grant == "refresh_token":
            found = self._refresh(client, given)
        elif grant == _DEVICE_GRANT:
            found = self._poll(client, given)
        elif grant in (None, "authorization_code"):
            found = self._exchange(client, given)
        else:
            found = _Refused("unsupported_grant_type")
        if isinstance(found, _Refused):
            return self._refused(request, found)
        return _encoded(request, self._sign_in.shown(_token_fields(found, self._sign_in.access.clock.now())))

    def _poll(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        if not client.device_flow:
            return _Refused("device_flow_disabled")
        waiting = self._sign_in.devices.of_device_code(client, given.get("device_code", ""))
        if waiting is None:
            return _Refused("incorrect_device_code")
        state = self._sign_in.devices.poll(waiting)
        if state == "slow_down":
            return _Refused("slow_down", {"interval": round(waiting.interval)})
        if state != "approved" or waiting.login is None:
            named = {"pending": "authorization_pending", "expired": "expired_token", "denied": "access_denied"}
            return _Refused(named[state])
        self._sign_in.devices.finish(waiting)
        return self._sign_in.issued.begin(client, waiting.login, waiting.scopes, by_device=True)

    def _refresh(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        token = given.get("refresh_token", "")
        family = self._sign_in.issued.of_refresh_token(token)
        by_device = family is not None and family.by_device
        # Tokens of the device flow need no secret to refresh.
        if given.get("client_secret") != client.client_secret and not (by_device and "client_secret" not in given):
            return _Refused("incorrect_client_credentials")
        usable = family is not None and family.client is client and token == family.refresh_token
        if family is None or not usable or not self._sign_in.issued.can_refresh(family):
            return _Refused("bad_refresh_token")
        self._sign_in.issued.refresh(family)
        return family

    def _exchange(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        if given.get("client_secret") != client.client_secret:
            return _Refused("incorrect_client_credentials")
        code = self._sign_in.codes.take(given.get("code"), client)
        if code is None or not code.accepts(given.get("code_verifier")):
            return _Refused("bad_verification_code")
        if given.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            return _Refused("redirect_uri_mismatch")
        return self._sign_in.issued.begin(client, code.login, code.scopes, by_device=False)

    def _authorize(self, request: Request) -> Response:
        given = request.parameters
        client = self._sign_in.client(GITHUB, given.get("client_id"))
        if client is None:
            return _encoded(request, {"error": "Not Found"}, 404)
        target = given.get("redirect_uri", client.redirect_uris[0] if client.redirect_uris else "")
        state = {"state": given["state"]} if "state" in given else {}
        if not client.redirects_to(target):
            return self._refused(request, _Refused("redirect_uri_mismatch"))
        login, challenge = self._sign_in.consent, given.get("code_challenge")
        if login is None:
            denied = {"error": "access_denied", "error_description": "The user has denied your application access."}
            return _redirect(target, {**denied, "error_uri": _TROUBLE, **state})
        scopes = client.granted(given.get("scope")) or ()
        method = given.get("code_challenge_method", "plain")
        code = self._sign_in.codes.issue(client, login, scopes, target, challenge, method)
        return _redirect(target, {"code": code, **state})

    def _refused(self, request: Request, refused: _Refused, status: int = 200) -> Response:
        self._sign_in.last_error = refused.error
        description, page = _ERRORS[refused.error]
        fields = {"error": refused.error, "error_description": description, "error_uri": page, **refused.more}
        return _encoded(request, fields, status)

    def revoke(self, request: Request, client_id: str, kind: str) -> Response:
        """Return the response to a request for a token or a grant below /applications/CLIENT_ID."""
        given = parameters_of(request)
        client = self._sign_in.client(GITHUB, client_id)
        if client is None or given.get("client_secret") != client.client_secret:
            return _message(401, "Bad credentials") if client is not None else _message(404, "Not Found")
        family = self._sign_in.issued.of_access_token(given.get("access_token", ""))
        known = family is not None and family.client is client and family.revoked is None
        if family is None or not known:
            return _message(404, "Not Found")
        if request.method == "DELETE" and kind in ("token", "grant"):
            for one in self._sign_in.issued.all:
                # A grant is all that a user has given to a program.
                if one is family or (kind == "grant" and one.client is client and one.login == family.login):
                    one.revoked = one.revoked or "revoked"
            return Response(204)
        if request.method != "POST" or kind != "token":
            return _message(404, "Not Found")
        shown = {"login": family.login, "id": self._sign_in.user_id(family.login), "type": "User"}
        fields = {"token": family.access_token, "scopes": list(family.scopes), "user": shown}
        return json_response({**fields, "app": {"client_id": client_id}})


def _token_fields(family: TokenFamily, now: float) -> dict[str, object]:
    fields: dict[str, object] = {"access_token": family.access_token}
    client = family.client
    if client.expires_in is not None:
        fields |= {"expires_in": round(client.expires_in), "refresh_token": family.refresh_token}
        if family.refresh_ends is not None:
            fields["refresh_token_expires_in"] = round(family.refresh_ends - now)
    return {**fields, "scope": ",".join(family.scopes), "token_type": "bearer"}


def _redirect(target: str, parameters: Mapping[str, str]) -> Response:
    url = f"{target}{'&' if '?' in target else '?'}{urlencode(parameters)}"
    return Response(302, Body(b""), (("Location", url), ("Content-Type", "text/html; charset=utf-8")))


def _encoded(request: Request, fields: Mapping[str, object], status: int = 200) -> Response:
    """Return the fields as JSON if the client accepts JSON, else as a form."""
    if "json" in request.headers.get("accept", ""):
        return Response(status, Body(dump(fields)), (("Content-Type", "application/json; charset=utf-8"),))
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    return Response(status, Body(urlencode(fields).encode()), (("Content-Type", kind),))


def _message(status: int, message: str) -> Response:
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return json_response(body, status)
