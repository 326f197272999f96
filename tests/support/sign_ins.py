"""Users of the forge who have signed in, and sources of their tokens."""

from __future__ import annotations

from pathlib import Path

from gitfleet_api import ProviderType
from gitfleet_api.auth import FileStore, OAuthSource, SignIn, web_origin
from gitfleet_testing import Forge, OAuthClient

__all__ = ["application", "base_url", "signed_in", "source_of"]

LOGIN = "fleet-admin"


def base_url(provider: str, forge: Forge) -> str:
    """Base URL of the forge's API."""
    return forge.url if provider == "github" else forge.gitlab_url


def application(provider: str, forge: Forge, expires_in: float = 300.0) -> OAuthClient:
    """An application whose tokens expire."""
    app = forge.add_app("fleet-app").oauth if provider == "github" else forge.add_gitlab_application(scopes=("api",))
    app.expires_in = expires_in
    return app


def signed_in(provider: str, forge: Forge, path: Path, app: OAuthClient) -> FileStore:
    """A store with the sign-in of a user."""
    family = forge.sign_in.issued.begin(app, LOGIN, app.scopes, by_device=True)
    store, kind = FileStore(path), ProviderType(provider)
    store.write(
        SignIn(
            kind,
            web_origin(kind, base_url(provider, forge)),
            app.client_id,
            family.access_token,
            expires_at=family.expires_at,
            refresh_token=family.refresh_token,
            obtained_at=family.created_at,
            login=LOGIN,
            scopes=family.scopes,
        )
    )
    return store


def source_of(provider: str, forge: Forge, store: FileStore) -> OAuthSource:
    """A source of the user's tokens."""
    return OAuthSource(store, ProviderType(provider), base_url(provider, forge))
