"""Names of repositories: one argument or two, validated before any request."""

from __future__ import annotations

from typing import Protocol, TypeGuard
from urllib.parse import urlsplit

from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from ..profile import ProviderProfile
from ..provider_type import ProviderType

__all__ = ["Named", "repository_names"]


class Named(Protocol):
    """Any object that names a repository: a :class:`RepoInfo`, a :class:`RepoReference`, or an object of the user's.

    If it has ``provider_type``, calls of another provider's client refuse it.
    """

    @property
    def full_name(self) -> str | None:
        """``owner/name``; on GitLab the full path with all groups, as ``group/subgroup/name``."""


def repository_names(owner: str | Named, repo: str | None, profile: ProviderProfile, base_url: str) -> tuple[str, str]:
    """Return the names of the owner and the repository that the first two arguments of a call mean.

    Two names are returned unchanged: :func:`expand` validates them, with clearer messages about single characters.

    Args:
        owner: ``owner/name``, an object with ``full_name``, or the name of the owner.
        repo: Name of the repository. None if ``owner`` names the repository.
        profile: Profile of the client.
        base_url: Base URL of the client.

    Raises:
        ConfigurationError: They do not name one repository of this provider.
    """
    if repo is None:
        return _of_one(owner, profile, base_url)
    if isinstance(owner, str):
        return owner, repo
    if _is_named(owner):
        raise ConfigurationError(
            f"give a repository or two names, not both: {shorten_repr(owner.full_name)} and {shorten_repr(repo)}"
        )
    raise ConfigurationError(f"owner must be a string, not {shorten_repr(owner)}")


def _of_one(given: str | Named, profile: ProviderProfile, base_url: str) -> tuple[str, str]:
    if isinstance(given, str):
        name: object = given
    elif _is_named(given):
        name = given.full_name
        if name is None:
            raise ConfigurationError(f"this {type(given).__name__} has no full_name, so it names no repository")
        _check_origin(given, name, profile, base_url)
    else:
        raise ConfigurationError(
            f"a repository is {_form(profile)}, an object with full_name, or two names, not {shorten_repr(given)}"
        )
    parts = name.split("/") if isinstance(name, str) else []
    if len(parts) < 2 or not all(parts) or ":" in parts[0] or (len(parts) > 2 and not profile.nested_names):
        hint = "; give the name of the repository, too" if len(parts) == 1 and parts[0] else ""
        raise ConfigurationError(f"a repository of {profile.name} is {_form(profile)}, not {shorten_repr(name)}{hint}")
    return "/".join(parts[:-1]), parts[-1]


def _form(profile: ProviderProfile) -> str:
    return "'group/name' or 'group/subgroup/name'" if profile.nested_names else "'owner/name'"


def _is_named(value: object) -> TypeGuard[Named]:
    # On the class, because objects that have any attribute, as mocks, name no repository.
    return not isinstance(value, str) and (hasattr(type(value), "full_name") or "full_name" in _attributes(value))


def _attributes(value: object) -> dict[str, object]:
    try:
        return vars(value)
    except TypeError:
        return {}


def _check_origin(given: Named, name: object, profile: ProviderProfile, base_url: str) -> None:
    """Refuse an object of another provider or, for a client of the public instance, of another server.

    The host of another client says nothing: the server may be reached by a proxy or an internal name.
    """
    provider = getattr(given, "provider_type", profile.type)
    if isinstance(provider, ProviderType) and provider is not profile.type:
        raise ConfigurationError(f"{shorten_repr(name)} is a repository of {provider}, not of {profile.type}")
    page = getattr(given, "html_url", None)
    if base_url != profile.base_url or not isinstance(page, str):
        return
    public = (urlsplit(profile.base_url).hostname or "").removeprefix("api.")
    try:
        host = urlsplit(page).hostname
    except ValueError:
        return
    if host and host != public:
        raise ConfigurationError(
            f"{shorten_repr(name)} is a repository of {shorten_repr(host)}, not of {public}; "
            "use a client with the base_url of its server"
        )
