"""GitHub Apps and their installations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..access.identity import InstallationIdentity
from ..access.quotas import CORE, Quotas
from ..access.tokens import DEFAULT_LIMIT, Access, Viewer
from ..data.fleet import Fleet
from ..data.models import Account, Repository
from . import values
from .clients import OAuthClient
from .jwt import write_jwt
from .rsa import PrivateKey, PublicKey, example_key, public_key_of

__all__ = ["DEFAULT_PERMISSIONS", "App", "Installation", "checked_permissions"]

#: What an app may do if nothing else is given: read everything that the forge has.
DEFAULT_PERMISSIONS: Mapping[str, str] = {
    "actions": "read",
    "checks": "read",
    "contents": "read",
    "issues": "read",
    "members": "read",
    "metadata": "read",
    "pull_requests": "read",
    "statuses": "read",
}
_LEVELS = ("read", "write", "admin")


class Installation:
    """An app on one account. Created by ``App.install``."""

    def __init__(
        self,
        app: App,
        number: int,
        account: Account,
        repositories: frozenset[int] | None,
        permissions: Mapping[str, str],
        quotas: Quotas,
    ) -> None:
        self.app: App = app
        self.id: int = number
        self.account: Account = account
        #: Ids of the repositories that it was installed for. None: all of the account.
        self.repositories: frozenset[int] | None = repositories
        self.permissions: Mapping[str, str] = permissions
        #: The rate limits that all its tokens share.
        self.quotas: Quotas = quotas
        #: Number of tokens that were minted for it.
        self.minted: int = 0
        self.suspended: bool = False
        self.uninstalled: bool = False

    def __repr__(self) -> str:
        state = "uninstalled" if self.uninstalled else "suspended" if self.suspended else "active"
        return f"<Installation {self.id} of {self.app.slug} on {self.account.login}, {state}>"

    def covers(self, repository: Repository) -> bool:
        """Return whether it was installed for the repository.

        Args:
            repository: the repository.
        """
        mine = repository.owner.lower() == self.account.login.lower()
        return mine and (self.repositories is None or repository.id in self.repositories)

    @property
    def used(self) -> int:
        """The calls that its tokens have used in the present window of the rate limit "core"."""
        return self.quotas[CORE].state().used

    def suspend(self) -> None:
        """Respond with 403 to its tokens, and to requests for new ones."""
        self.suspended = True

    def unsuspend(self) -> None:
        """End the suspension. Tokens that have not expired are valid again."""
        self.suspended = False

    def uninstall(self) -> None:
        """Remove the app from the account: its tokens are 401, requests for new ones 404."""
        self.uninstalled = True

    def mint(
        self, repositories: frozenset[int] | None = None, permissions: Mapping[str, str] | None = None
    ) -> tuple[str, float]:
        """Return a new token and its end by the stated time. Clients request one with ``POST .../access_tokens``.

        Args:
            repositories: ids of the only repositories of the token. None: those of the installation.
            permissions: the only permissions of the token. None: those of the installation.
        """
        clock, lag = self.app.access.clock, self.app.replication_lag
        token, created, valid_from = values.github_token("ghs_"), clock.stated(), clock.now() + lag
        identity = InstallationIdentity(
            self.id,
            bot=self.app.bot,
            owner=self.account.login,
            repositories=self.repositories if repositories is None else repositories,
            permissions=self.permissions if permissions is None else {"metadata": "read", **permissions},
        )

        def problem() -> str | None:
            if self.uninstalled:
                return "revoked"
            return "suspended" if self.suspended else "unknown" if clock.now() < valid_from else None

        ends = float(int(created + self.app.token_lifetime))
        self.app.access.issue(
            Viewer(
                identity,
                token,
                self.quotas,
                service="github",
                kind="installation",
                expires_at=ends,
                problem=problem,
                created_at=created,
            )
        )
        self.minted += 1
        return token, ends


class App:
    """A GitHub App. Created by ``Forge.add_app``."""

    def __init__(
        self,
        access: Access,
        fleet: Fleet,
        number: int,
        slug: str,
        *,
        owner: str,
        permissions: Mapping[str, str],
        public_key: str | bytes | None,
        numbers: Callable[[], int],
    ) -> None:
        self.access: Access = access
        self.id: int = number
        self.slug: str = slug
        #: Login of the account that the app belongs to.
        self.owner: str = owner
        self.permissions: Mapping[str, str] = permissions
        #: Seconds from the creation of an installation token to its end.
        self.token_lifetime: float = 3600.0
        #: Seconds after its creation in which an installation token is refused with 401, as before it is replicated.
        self.replication_lag: float = 0.0
        #: The rate limits of requests with its JSON web tokens.
        self.quotas: Quotas = access.new_quotas()
        self._fleet = fleet
        self._numbers = numbers
        self._key: PrivateKey | None = example_key() if public_key is None else None
        self._public: PublicKey = self._key.public if self._key is not None else public_key_of(public_key or "")
        self._installations: dict[int, Installation] = {}
        self._oauth: OAuthClient | None = None

    def __repr__(self) -> str:
        return f"<App {self.id} {self.slug}, {len(self.installations)} installations>"

    @property
    def bot(self) -> str:
        """Login of the account that writes what the app writes."""
        return f"{self.slug}[bot]"

    @property
    def oauth(self) -> OAuthClient:
        """The app as a client of OAuth, for tokens that act for users. It has the client id and the secret.

        Raises:
            RuntimeError: the app was not created by ``Forge.add_app``.
        """
        if self._oauth is None:
            raise RuntimeError("the app was not created by Forge.add_app")
        return self._oauth

    @oauth.setter
    def oauth(self, client: OAuthClient) -> None:
        self._oauth = client

    @property
    def client_id(self) -> str:
        """The client id."""
        return self.oauth.client_id

    @property
    def public_key(self) -> PublicKey:
        """The key that the app's JSON web tokens are checked with."""
        return self._public

    @property
    def private_key(self) -> str:
        """The private key as PEM.

        Raises:
            RuntimeError: the app was added with a public key.
        """
        return self._own_key().pem()

    @property
    def installations(self) -> list[Installation]:
        """The installations that were not uninstalled, the oldest first."""
        return [found for found in list(self._installations.values()) if not found.uninstalled]

    def jwt(self, *, issued_in: float = -60.0, lifetime: float = 600.0, **claims: object) -> str:
        """Return a JSON web token of the app, for tests of other code than that which writes them.

        Args:
            issued_in: seconds from now, by the forge's stated time, to the time of issue.
            lifetime: seconds from the time of issue to the end.
            claims: further claims; they replace those above.

        Returns:
            The token.

        Raises:
            RuntimeError: the app was added with a public key.
        """
        issued = int(self.access.clock.stated() + issued_in)
        content = {"iat": issued, "exp": int(issued + lifetime), "iss": self.client_id, **claims}
        return write_jwt(self._own_key(), content)

    def install(
        self,
        account: str,
        *,
        repositories: Iterable[str] | None = None,
        permissions: Mapping[str, str] | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> Installation:
        """Install the app on an account.

        Args:
            account: login of an existing user or organization.
            repositories: names of the only repositories, without the owner. None: all, also later ones.
            permissions: what the account has granted. None: the permissions of the app.
            limit: calls per hour of all tokens of this installation together.

        Returns:
            The installation.

        Raises:
            ValueError: the account or a repository does not exist, the app is installed there already, or a number or
                permission is invalid.
        """
        found = self._fleet.account(account)
        if found is None or "/" in found.login:
            raise ValueError(f"no user or organization {account!r}: add it first")
        if self.installation_of(found.login) is not None:
            raise ValueError(f"{self.slug} is installed on {found.login} already")
        chosen = None if repositories is None else self._ids(found.login, list(repositories))
        granted = checked_permissions(self.permissions if permissions is None else permissions)
        created = Installation(self, self._numbers(), found, chosen, granted, self.access.new_quotas(limit))
        self._installations[created.id] = created
        return created

    def installation(self, number: int) -> Installation | None:
        """Return an installation that was not uninstalled, or None."""
        found = self._installations.get(number)
        return None if found is None or found.uninstalled else found

    def installation_of(self, account: str) -> Installation | None:
        """Return the installation on an account, or None."""
        return next((one for one in self.installations if one.account.login.lower() == account.lower()), None)

    def _own_key(self) -> PrivateKey:
        if self._key is None:
            raise RuntimeError("the forge has no private key of an app that was added with a public key")
        return self._key

    def _ids(self, owner: str, names: Sequence[str]) -> frozenset[int]:
        found = {name: self._fleet.find(owner, name) for name in names}
        if missing := [name for name, repository in found.items() if repository is None]:
            raise ValueError(f"no repository {owner}/{missing[0]}: add it first")
        return frozenset(repository.id for repository in found.values() if repository is not None)


def checked_permissions(permissions: Mapping[str, str]) -> dict[str, str]:
    """Return the permissions, with that for metadata, which every app has. ValueError if a level is unknown."""
    for name, level in permissions.items():
        if level not in _LEVELS:
            raise ValueError(f"the level of {name!r} must be read, write or admin: {level!r}")
    return {**permissions, "metadata": permissions.get("metadata", "read")}
