"""What a command is about: ``github:python``, ``gitlab:group/sub``, ``github:owner/repo``."""

from __future__ import annotations

from dataclasses import dataclass

from gitfleet_api import ConfigurationError, ProviderType
from gitfleet_api.validation import parse_provider

from .exit_codes import CommandError

__all__ = ["Target", "parse_provider_name", "parse_target"]


@dataclass(frozen=True, slots=True)
class Target:
    """An owner, or a repository.

    Attributes:
        text: as it was given.
        provider: who has it.
        owner: a login, or the path of a group.
        repo: name of a repository, or empty.
    """

    text: str
    provider: ProviderType
    owner: str
    repo: str = ""

    @property
    def path(self) -> str:
        """The provider's name of it: ``owner`` or ``owner/repo``."""
        return f"{self.owner}/{self.repo}" if self.repo else self.owner


def parse_provider_name(text: str) -> ProviderType:
    """The provider called ``text``.

    Raises:
        CommandError: there is none.
    """
    try:
        return parse_provider(text.lower())
    except ConfigurationError as error:
        raise CommandError(str(error)) from None


def parse_target(text: str, *, repository: bool) -> Target:
    """What ``text`` names.

    Args:
        text: ``provider:owner`` or ``provider:owner/repo``.
        repository: whether it must be a repository.

    Raises:
        CommandError: it is not of that form.
    """
    name, colon, path = text.partition(":")
    example = "github:owner/repo" if repository else "github:python"
    if not colon or not path.strip("/"):
        raise CommandError(f"{text!r} says not at which provider: write it like {example}")
    provider = parse_provider_name(name)
    path = path.strip("/")
    if not repository:
        return Target(text, provider, path)
    owner, slash, repo = path.rpartition("/")
    if not slash:
        raise CommandError(f"{text!r} names no repository: write it like {example}")
    return Target(text, provider, owner, repo)
