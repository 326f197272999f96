"""Targets of commands: ``github:python``, ``gitlab:group/sub``, ``github:owner/repo``."""

from __future__ import annotations

from dataclasses import dataclass

from gitfleet_api import ConfigurationError, ProviderType
from gitfleet_api.validation import parse_provider

from .exit_codes import CommandError

__all__ = ["Target", "parse_provider_name", "parse_target"]


@dataclass(frozen=True, slots=True)
class Target:
    """An owner or a repository on a provider.

    Attributes:
        text: the argument of the user.
        provider: the provider.
        owner: a login, or the path of a group.
        repo: the name of the repository; empty for an owner.
    """

    text: str
    provider: ProviderType
    owner: str
    repo: str = ""

    @property
    def path(self) -> str:
        """The path on the provider: ``owner`` or ``owner/repo``."""
        return f"{self.owner}/{self.repo}" if self.repo else self.owner


def parse_provider_name(text: str) -> ProviderType:
    """Return the provider with the name ``text``.

    Raises:
        CommandError: no provider has this name.
    """
    try:
        return parse_provider(text.lower())
    except ConfigurationError as error:
        raise CommandError(str(error)) from None


def parse_target(text: str, *, repository: bool) -> Target:
    """Parse a target.

    Args:
        text: ``provider:owner`` or ``provider:owner/repo``.
        repository: True for a repository, False for an owner.

    Raises:
        CommandError: ``text`` has another form.
    """
    name, colon, path = text.partition(":")
    example = "github:owner/repo" if repository else "github:python"
    if not colon or not path.strip("/"):
        raise CommandError(f"{text!r} is not a valid target: use a form like {example}")
    provider = parse_provider_name(name)
    path = path.strip("/")
    if not repository:
        return Target(text, provider, path)
    owner, slash, repo = path.rpartition("/")
    if not slash:
        raise CommandError(f"{text!r} does not name a repository: use a form like {example}")
    return Target(text, provider, owner, repo)
