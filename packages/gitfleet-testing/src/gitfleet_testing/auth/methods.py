"""The methods of a forge for sign-ins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..data.fleet import ADMIN
from .apps import App
from .clients import GITLAB_SCOPES, OAuthClient
from .sign_in import SignInState

__all__ = ["SignInMethods"]


class SignInMethods:
    """Methods that add programs and act as the user in a browser."""

    sign_in: SignInState
    """The state of sign-ins: settings, counters, families of tokens and the last error."""

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
        """Add a GitHub App. Use ``install`` of the result to install it, and its attributes to set times.

        Args:
            slug: its name in URLs. The account "slug[bot]" is added to the fleet.
            app_id: None: a new number.
            client_id: None: a new id.
            permissions: level ("read", "write" or "admin") by permission. None: read everything that the forge has.
            public_key: PEM text of an RSA key that its JSON web tokens are checked with. None: that of
                ``app.private_key``, which is the same for all apps.
            owner: login of the account that it belongs to. None: ``fleet-admin``.
            redirect_uris: where the browser may be redirected to.

        Returns:
            The app. ``app.oauth`` is its client for tokens of users.

        Raises:
            ValueError: an argument is invalid, or exists already.
        """
        return self.sign_in.add_app(
            slug,
            app_id=app_id,
            client_id=client_id,
            permissions=permissions,
            public_key=public_key,
            owner=owner,
            redirect_uris=redirect_uris,
        )

    def add_oauth_app(self, *, client_id: str | None = None, redirect_uris: Iterable[str] = ()) -> OAuthClient:
        """Add an OAuth app of GitHub, whose tokens have scopes and do not expire.

        Args:
            client_id: None: a new id.
            redirect_uris: where the browser may be redirected to.

        Returns:
            The client. Its fields can be changed.

        Raises:
            ValueError: the client id exists already.
        """
        return self.sign_in.add_oauth_app(client_id=client_id, redirect_uris=redirect_uris)

    def add_gitlab_application(
        self,
        *,
        client_id: str | None = None,
        redirect_uris: Iterable[str] = ("http://127.0.0.1/",),
        scopes: Iterable[str] = GITLAB_SCOPES,
        confidential: bool = False,
    ) -> OAuthClient:
        """Add an application of GitLab, whose tokens expire after two hours.

        Args:
            client_id: None: a new id.
            redirect_uris: where the browser may be redirected to. On a loopback address, the port is not compared.
            scopes: the scopes that it can get. A request without scopes receives the first one.
            confidential: whether it has a secret. Without one, a proof key (PKCE) is required.

        Returns:
            The client. Its fields can be changed.

        Raises:
            ValueError: the client id exists already.
        """
        return self.sign_in.add_gitlab_application(
            client_id=client_id, redirect_uris=redirect_uris, scopes=scopes, confidential=confidential
        )

    def authorize_device(self, user_code: str, login: str = ADMIN) -> None:
        """Enter the code of the device flow and approve, as the user.

        Args:
            user_code: the code that the program shows.
            login: the user.

        Raises:
            ValueError: no sign-in waits with this code, or the user does not exist.
        """
        self.sign_in.authorize_device(user_code, login)

    def deny_device(self, user_code: str) -> None:
        """Enter the code of the device flow and deny.

        Args:
            user_code: the code that the program shows.

        Raises:
            ValueError: no sign-in waits with this code.
        """
        self.sign_in.deny_device(user_code)
