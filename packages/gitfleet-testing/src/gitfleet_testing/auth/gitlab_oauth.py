"""GitLab's OAuth endpoints below /oauth: codes with PKCE, the device flow, rotating refresh tokens, revocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from ..http.messages import Body, Headers, Request, Response, json_response
from .clients import GITLAB, OAuthClient
from .families import TokenFamily
from .parameters import parameters_of
from .sign_in import SignInState

__all__ = ["GitLabOAuth"]

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_REALM = "Doorkeeper"
_NO_STORE: Headers = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_ERRORS = {
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client.",
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included, or "
    "unsupported authentication method.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "unsupported_response_type": "The authorization server does not support this response type.",
    "unauthorized_client": "You are not authorized to revoke this token",
    "invalid_code_challenge_method": "The code_challenge_method must be S256.",
    "access_denied": "The resource owner or authorization server denied the request.",
    "authorization_pending": "The authorization request is still pending as the end user hasn't yet completed the "
    "user-interaction steps.",
    "slow_down": "The authorization request is still pending and polling should continue, but the interval must be "
    "increased by 5 seconds for this and all subsequent requests.",
    "expired_token": "The device_code has expired, and the device authorization session has concluded.",
    "invalid_token": "The access token is invalid",
}
_EXPIRED, _REVOKED = "The access token expired", "The access token was revoked"
_PAGE = b"<!doctype html><title>Device sign-in</title><p>Use forge.authorize_device(user_code, login)."
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


class _Refused(NamedTuple):
    error: str
    description: str | None = None
    status: int = 400


class GitLabOAuth:
    """The endpoints. Used by the server's thread only.

    Args:
        sign_in: programs, tokens and decisions.
        origin: scheme, host and port.
    """

    def __init__(self, sign_in: SignInState, origin: str) -> None:
        self._sign_in = sign_in
        self._origin = origin

    def respond(self, request: Request) -> Response:  # noqa: PLR0911  # one line per route
        """Return the response to a request below /oauth."""
        match request.method, request.path:
            case "GET", "/oauth/authorize":
                return self._authorize(request)
            case "POST", "/oauth/token":
                return self._token(request)
            case "POST", "/oauth/authorize_device":
                return self._authorize_device(request)
            case "POST", "/oauth/revoke":
                return self._revoke(request)
            case "GET", "/oauth/token/info":
                return self._info(request)
            case "GET", "/oauth/device":
                return Response(200, Body(_PAGE), _HTML)
            case _:
                return json_response({"error": "404 Not Found"}, 404)

    def _authorize(self, request: Request) -> Response:
        given = request.parameters
        client = self._sign_in.client(GITLAB, given.get("client_id"))
        target = given.get("redirect_uri", "")
        # These problems are shown to the user: the address to redirect to cannot be trusted.
        if client is None:
            return Response(401, Body(_ERRORS["invalid_client"].encode()), _HTML)
        if not client.redirects_to(target):
            text = b"The requested redirect uri is malformed or doesn't match client redirect URI."
            return Response(400, Body(text), _HTML)
        state = {"state": given["state"]} if "state" in given else {}
        found = self._code(client, target, given)
        if isinstance(found, _Refused):
            self._sign_in.last_error = found.error
            description = found.description or _ERRORS[found.error]
            return _redirect(target, {"error": found.error, "error_description": description, **state})
        return _redirect(target, {"code": found, **state})

    def _code(self, client: OAuthClient, target: str, given: Mapping[str, str]) -> str | _Refused:
        if given.get("response_type") != "code":
            return _Refused("unsupported_response_type")
        scopes, login, challenge = (
            client.granted(given.get("scope")),
            self._sign_in.consent,
            given.get("code_challenge"),
        )
        if scopes is None:
            return _Refused("invalid_scope")
        method = given.get("code_challenge_method", "plain")
        if challenge is not None and method != "S256":
            return _Refused("invalid_code_challenge_method")
        if challenge is None and client.client_secret is None:
            return _Refused("invalid_request", "Code challenge is required.")
        if login is None:
            return _Refused("access_denied")
        return self._sign_in.codes.issue(client, login, scopes, target, challenge, method)

    def _token(self, request: Request) -> Response:
        self._sign_in.token_requests += 1
        given = parameters_of(request)
        client = self._client(given)
        if client is None:
            return self._refused(_Refused("invalid_client", status=401))
        grants = {
            "authorization_code": self._exchange,
            "refresh_token": self._refresh,
            _DEVICE_GRANT: self._poll,
        }
        grant = given.get("grant_type")
        if grant is None:
            return self._refused(_missing("grant_type"))
        if grant not in grants:
            return self._refused(_Refused("unsupported_grant_type"))
        found = grants[grant](client, given)
        if isinstance(found, _Refused):
            return self._refused(found)
        return json_response(self._sign_in.shown(_token_fields(found)), 200, _NO_STORE)

    def _exchange(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        for name in ("code", "redirect_uri"):
            if name not in given:
                return _missing(name)
        code = self._sign_in.codes.take(given["code"], client)
        if code is None or code.redirect_uri != given["redirect_uri"] or not code.accepts(given.get("code_verifier")):
            return _Refused("invalid_grant")
        return self._sign_in.issued.begin(client, code.login, code.scopes, by_device=False)

    def _refresh(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        token = given.get("refresh_token")
        if token is None:
            return _missing("refresh_token")
        family = self._sign_in.issued.of_refresh_token(token)
        if family is None or family.client is not client:
            return _Refused("invalid_grant")
        if token != family.refresh_token:
            # A former token: somebody else may have it, so that none of the family is valid any more.
            family.revoked = family.revoked or "reuse"
        if not self._sign_in.issued.can_refresh(family):
            return _Refused("invalid_grant")
        self._sign_in.issued.refresh(family)
        return family

    def _poll(self, client: OAuthClient, given: Mapping[str, str]) -> TokenFamily | _Refused:
        if "device_code" not in given:
            return _missing("device_code")
        waiting = self._sign_in.devices.of_device_code(client, given["device_code"])
        if waiting is None:
            return _Refused("invalid_grant")
        state = self._sign_in.devices.poll(waiting)
        if state != "approved" or waiting.login is None:
            named = {"pending": "authorization_pending", "expired": "expired_token", "denied": "access_denied"}
            return _Refused(named.get(state, state))
        self._sign_in.devices.finish(waiting)
        return self._sign_in.issued.begin(client, waiting.login, waiting.scopes, by_device=True)

    def _authorize_device(self, request: Request) -> Response:
        given = parameters_of(request)
        client = self._sign_in.client(GITLAB, given.get("client_id"))
        if client is None or not client.device_flow:
            return self._refused(_Refused("invalid_client", status=401))
        scopes = client.granted(given.get("scope"))
        if scopes is None:
            return self._refused(_Refused("invalid_scope"))
        started = self._sign_in.devices.begin(client, scopes)
        page = f"{self._origin}/oauth/device"
        fields = {
            "device_code": started.device_code,
            "user_code": started.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?{urlencode({'user_code': started.user_code})}",
            "expires_in": round(client.code_expires_in),
            "interval": round(started.interval),
        }
        return json_response(fields, 200, _NO_STORE)

    def _revoke(self, request: Request) -> Response:
        given = parameters_of(request)
        client, token = self._client(given), given.get("token", "")
        if client is None:
            return self._refused(_Refused("unauthorized_client", status=403))
        family = self._sign_in.issued.of_access_token(token) or self._sign_in.issued.of_refresh_token(token)
        if family is not None and family.client is not client:
            return self._refused(_Refused("unauthorized_client", status=403))
        if family is not None:
            family.revoked = family.revoked or "revoked"
        # An unknown token is no error (RFC 7009).
        return json_response({})

    def _info(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else request.parameters.get("access_token", "")
        family, clock = self._sign_in.issued.of_access_token(given), self._sign_in.access.clock
        known = self._sign_in.access.known(given)
        if known is None or known.service != GITLAB or known.kind != "oauth":
            return self._refused(_Refused("invalid_token", status=401))
        if family is None or family.revoked is not None:
            return self._refused(_Refused("invalid_token", _REVOKED, 401))
        left = None if family.expires_at is None else round(family.expires_at - clock.stated())
        if left is not None and left <= 0:
            return self._refused(_Refused("invalid_token", _EXPIRED, 401))
        fields = {
            "resource_owner_id": self._sign_in.user_id(family.login),
            "scope": list(family.scopes),
            "expires_in": left,
            "application": {"uid": family.client.client_id},
            "created_at": int(family.created_at),
            "scopes": list(family.scopes),
            "expires_in_seconds": left,
        }
        return json_response(fields)

    def _client(self, given: Mapping[str, str]) -> OAuthClient | None:
        client = self._sign_in.client(GITLAB, given.get("client_id"))
        if client is None or client.client_secret is None:
            return client
        return client if given.get("client_secret") == client.client_secret else None

    def _refused(self, refused: _Refused) -> Response:
        self._sign_in.last_error = refused.error
        description = refused.description or _ERRORS[refused.error]
        shown = f'Bearer realm="{_REALM}", error="{refused.error}", error_description="{description}"'
        body = {"error": refused.error, "error_description": description}
        return json_response(body, refused.status, (("WWW-Authenticate", shown), *_NO_STORE))


def _missing(name: str) -> _Refused:
    return _Refused("invalid_request", f"Missing required parameter: {name}.")


def _token_fields(family: TokenFamily) -> dict[str, object]:
    fields: dict[str, object] = {"access_token": family.access_token, "token_type": "Bearer"}
    if family.client.expires_in is not None:
        fields |= {"expires_in": round(family.client.expires_in), "refresh_token": family.refresh_token}
    return {**fields, "scope": " ".join(family.scopes), "created_at": int(family.created_at)}


def _redirect(target: str, parameters: Mapping[str, str]) -> Response:
    url = f"{target}{'&' if '?' in target else '?'}{urlencode(parameters)}"
    return Response(302, Body(b""), (("Location", url), *_HTML))
