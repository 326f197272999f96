"""The apps of a forge, found by their ids and by their JSON web tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from ..access.tokens import Access
from ..data.fleet import ADMIN, Fleet
from ..data.models import User
from .apps import DEFAULT_PERMISSIONS, App, checked_permissions
from .jwt import UNKNOWN_ISSUER, JWTRefusal, check_jwt
from .rsa import PublicKey

__all__ = ["Apps"]

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,33})")
_FIRST_APP, _FIRST_INSTALLATION = 1001, 50_000_001


class Apps:
    """The apps of a forge.

    Args:
        fleet: the data.
        access: receives the tokens of installations.
    """

    def __init__(self, fleet: Fleet, access: Access) -> None:
        self._fleet = fleet
        self._access = access
        self._apps: list[App] = []
        self._numbers = itertools.count(_FIRST_INSTALLATION)

    def add(
        self,
        slug: str,
        app_id: int | None,
        permissions: Mapping[str, str] | None,
        public_key: str | bytes | None,
        owner: str | None,
    ) -> App:
        """Add an app; see Forge.add_app. The caller sets its ``oauth``."""
        if not _SLUG.fullmatch(slug):
            raise ValueError(f"slug must have lower-case letters, digits and hyphens, at most 34: {slug!r}")
        number = _FIRST_APP + len(self._apps) if app_id is None else app_id
        if any(app.slug == slug or app.id == number for app in self._apps):
            raise ValueError(f"an app with this slug or id exists already: {slug!r}, {number}")
        owner = ADMIN if owner is None else owner
        if self._fleet.account(owner) is None:
            raise ValueError(f"no user or organization {owner!r}: add it first")
        granted = checked_permissions(DEFAULT_PERMISSIONS if permissions is None else permissions)
        created = App(
            self._access,
            self._fleet,
            number,
            slug,
            owner=owner,
            permissions=granted,
            public_key=public_key,
            numbers=lambda: next(self._numbers),
        )
        with self._fleet.lock:
            if not isinstance(self._fleet.account(created.bot), User):
                self._fleet.add_user(created.bot, kind="Bot", name=None)
        self._apps.append(created)
        return created

    def find(self, issuer: str) -> App | None:
        """Return the app with this id or client id, or None."""
        return next((app for app in list(self._apps) if issuer in (str(app.id), app.client_id)), None)

    def authenticate(self, token: str | None) -> App | JWTRefusal:
        """Return the app that has signed a token, or why the token is refused."""
        checked = check_jwt(token, self._key_of, self._access.clock.stated())
        if isinstance(checked, JWTRefusal):
            return checked
        return self.find(checked) or UNKNOWN_ISSUER

    def _key_of(self, issuer: str) -> PublicKey | None:
        app = self.find(issuer)
        return None if app is None else app.public_key
