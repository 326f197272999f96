"""What a forge knows about sign-ins: programs, users' decisions, tokens, and counters for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..access.tokens import Access
from ..data.fleet import ADMIN, Fleet
from ..data.models import User
from . import values
from .app_registry import Apps
from .apps import App
from .clients import GITHUB, GITLAB, GITLAB_SCOPES, OAuthClient, Service
from .codes import AuthorizationCodes
from .device import DeviceRequest, DeviceRequests
from .families import Families, TokenFamily

__all__ = ["SignInState"]

_GITLAB_LIFETIME = 7200.0
_GITLAB_DEVICE_LIFETIME = 300.0


class SignInState:
    """The state of sign-ins, for settings and assertions of tests.

    Args:
        fleet: the users.
        access: receives the tokens.
    """

    def __init__(self, fleet: Fleet, access: Access) -> None:
        self.access: Access = access
        self.apps: Apps = Apps(fleet, access)
        self.devices: DeviceRequests = DeviceRequests(access.clock)
        self.codes: AuthorizationCodes = AuthorizationCodes(access.clock)
        self.issued: Families = Families(access)
        #: Login of the user who approves in the browser. None: the user denies.
        self.consent: str | None = ADMIN
        #: Names of the fields that responses with a token lack, such as "expires_at".
        self.left_out: frozenset[str] = frozenset()
        #: Wrong values of fields in responses with a token, by name.
        self.replaced: Mapping[str, object] = {}
        #: Number of requests for tokens: of installations and of users, for refreshes, and polls of the device flow.
        self.token_requests: int = 0
        #: Number of tokens that were issued.
        self.tokens_issued: int = 0
        #: The error of the last request for a token that was refused: its code, or the message. None: none was.
        self.last_error: str | None = None
        self._fleet = fleet
        self._clients: dict[tuple[Service, str], OAuthClient] = {}

    @property
    def families(self) -> list[TokenFamily]:
        """The families of users' tokens, the oldest first."""
        return list(self.issued.all)

    @property
    def live_families(self) -> list[TokenFamily]:
        """The families that were not revoked."""
        return [family for family in self.families if family.revoked is None]

    @property
    def revoked_families(self) -> list[TokenFamily]:
        """The families that were revoked. Their ``revoked`` says why."""
        return [family for family in self.families if family.revoked is not None]

    @property
    def waiting_codes(self) -> list[str]:
        """The codes of the device flow that no user has approved or denied yet."""
        return [one.user_code for one in self.devices.all if one.login is None and not one.denied]

    def leave_out(self, *names: str) -> None:
        """Leave out these fields of responses with a token from now on. Without names: none.

        Args:
            names: such as "expires_at", "expires_in" or "refresh_token".
        """
        self.left_out = frozenset(names)

    def replace(self, **fields: object) -> None:
        """State these values in responses with a token from now on, whatever is true. Without fields: the true ones.

        Args:
            fields: values by name, such as ``expires_at="soon"`` or ``expires_in=-1``.
        """
        self.replaced = fields

    def add_app(
        self,
        slug: str,
        *,
        app_id: int | None = None,
        client_id: str | None = None,
        permissions: Mapping[str, str] | None = None,
        public_key: str | bytes | None = None,
        owner: str | None = None,
        redirect_uris: Iterable[str] = (),
    ) -> App:
        """Add a GitHub App; see Forge.add_app."""
        chosen = values.github_token("Iv23li", 14) if client_id is None else client_id
        self._check_new(GITHUB, chosen)
        app = self.apps.add(slug, app_id, permissions, public_key, owner)
        app.oauth = self._add(
            OAuthClient(GITHUB, chosen, values.gitlab_token()[:40], redirect_uris=tuple(redirect_uris), is_app=True)
        )
        return app

    def add_oauth_app(self, *, client_id: str | None = None, redirect_uris: Iterable[str] = ()) -> OAuthClient:
        """Add an OAuth app of GitHub; see Forge.add_oauth_app."""
        chosen = values.github_token("Ov23li", 14) if client_id is None else client_id
        self._check_new(GITHUB, chosen)
        secret = values.gitlab_token()[:40]
        return self._add(OAuthClient(GITHUB, chosen, secret, redirect_uris=tuple(redirect_uris), expires_in=None))

    def add_gitlab_application(
        self,
        *,
        client_id: str | None = None,
        redirect_uris: Iterable[str] = ("http://127.0.0.1/",),
        scopes: Iterable[str] = GITLAB_SCOPES,
        confidential: bool = False,
    ) -> OAuthClient:
        """Add an application of GitLab; see Forge.add_gitlab_application."""
        chosen = values.gitlab_token() if client_id is None else client_id
        self._check_new(GITLAB, chosen)
        return self._add(
            OAuthClient(
                GITLAB,
                chosen,
                f"gloas-{values.gitlab_token()}" if confidential else None,
                scopes=tuple(scopes),
                redirect_uris=tuple(redirect_uris),
                expires_in=_GITLAB_LIFETIME,
                refresh_expires_in=None,
                code_expires_in=_GITLAB_DEVICE_LIFETIME,
            )
        )

    def client(self, service: Service, client_id: str | None) -> OAuthClient | None:
        """Return a client, or None if it does not exist."""
        return self._clients.get((service, client_id or ""))

    def authorize_device(self, user_code: str, login: str = ADMIN) -> None:
        """Approve a sign-in of the device flow; see Forge.authorize_device.

        Args:
            user_code: the code that the program shows.
            login: the user.

        Raises:
            ValueError: no sign-in waits with this code, or the user does not exist.
        """
        request = self._waiting(user_code)
        if not isinstance(self._fleet.account(login), User):
            raise ValueError(f"no user {login!r}: add it first")  # noqa: TRY004  # a wrong value
        request.login = login

    def deny_device(self, user_code: str) -> None:
        """Deny a sign-in of the device flow; see Forge.deny_device.

        Args:
            user_code: the code that the program shows.

        Raises:
            ValueError: no sign-in waits with this code.
        """
        self._waiting(user_code).denied = True

    def shown(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return the fields of a response with a new token, and count it."""
        self.tokens_issued += 1
        return {name: value for name, value in {**fields, **self.replaced}.items() if name not in self.left_out}

    def user_id(self, login: str) -> int:
        """Return the id of a user."""
        account = self._fleet.account(login)
        return 0 if account is None else account.id

    def _waiting(self, user_code: str) -> DeviceRequest:
        return self.devices.of_user_code(user_code)

    def _check_new(self, service: Service, client_id: str) -> None:
        if not client_id or self.client(service, client_id) is not None:
            raise ValueError(f"client_id must be new and not empty: {client_id!r}")

    def _add(self, client: OAuthClient) -> OAuthClient:
        self._clients = {**self._clients, (client.service, client.client_id): client}
        return client
