"""Where tokens come from: a file or the environment, never an argument, which everybody on the machine could read."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitfleet_api import AuthError, ConfigurationError, GitFleetError, ProviderType, TokenManager

from .exit_codes import CommandError

__all__ = ["VARIABLES", "FoundTokens", "find_tokens", "token_hint"]

VARIABLES: Mapping[ProviderType, tuple[str, ...]] = {
    ProviderType.GITHUB: ("GH_TOKEN", "GITHUB_TOKEN"),
    ProviderType.GITLAB: ("GITLAB_TOKEN",),
}
"""The first of them that is set counts."""


class FoundTokens:
    """The tokens for each provider.

    Attributes:
        pool: all of them.
        sources: where those of a provider come from: a variable's name, or that of the file.
    """

    def __init__(self) -> None:
        self.pool = TokenManager()
        self.sources: dict[ProviderType, str] = {}

    def add(self, provider: ProviderType, token: str, source: str) -> None:
        """Take one in.

        Raises:
            CommandError: it can't be a token. It is not shown.
        """
        try:
            self.pool.add_token(token, provider)
        except ConfigurationError as error:
            raise CommandError(f"{source}: {error}") from None
        self.sources[provider] = source

    def count(self, provider: ProviderType) -> int:
        """How many there are."""
        return len(self.pool.get_all_tokens(provider))


def token_hint(error: GitFleetError) -> str:
    """What to add to an error, so that it says what to do; empty where it does so itself."""
    if not isinstance(error, AuthError):
        return ""
    return f"; give a valid token in {' or '.join(VARIABLES[error.provider_type])}, or by --token-file"


def find_tokens(providers: Sequence[ProviderType], token_file: str | None) -> FoundTokens:
    """The tokens for these providers: those of the file, and for a provider that it has none for the environment's.

    Raises:
        CommandError: the file can't be read, or something in it is no token.
    """
    found = FoundTokens()
    if token_file is not None:
        _read(token_file, providers, found)
    for provider in providers:
        if found.count(provider):
            continue
        for name in VARIABLES[provider]:
            tokens = [part.strip() for part in os.environ.get(name, "").split(",")]
            if any(tokens):
                for token in filter(None, tokens):
                    found.add(provider, token, name)
                break
    return found


def _read(path: str, providers: Sequence[ProviderType], found: FoundTokens) -> None:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CommandError(f"can't read the token file {path}: {reason}") from None
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        name, equals, token = entry.partition("=")
        source = f"{path}, line {number}"
        if equals and name.strip() in list(ProviderType):
            provider, entry = ProviderType(name.strip()), token.strip()
        elif len(providers) == 1:
            provider = providers[0]
        else:
            raise CommandError(f"{source}: say whose token it is, as in github=TOKEN: there are several providers")
        if provider in providers:
            found.add(provider, entry, source)
    if not any(map(found.count, providers)):
        raise CommandError(f"there is no token for {' or '.join(providers)} in {path}")
