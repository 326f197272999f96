"""Tokens from a file or the environment. No option takes a token: other users of the machine can read arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gitfleet_api import AuthError, ConfigurationError, GitFleetError, ProviderType, TokenManager

from .exit_codes import CommandError
from .hosts import is_enterprise, url_from_environment, uses_job_token
from .text_files import BYTE_ORDER_MARK, read_text

__all__ = ["VARIABLES", "FoundTokens", "find_tokens", "token_hint"]

VARIABLES: Mapping[ProviderType, tuple[str, ...]] = {
    ProviderType.GITHUB: ("GH_TOKEN", "GITHUB_TOKEN"),
    ProviderType.GITLAB: ("GITLAB_TOKEN",),
}
"""The environment variables of each provider. The first one that is set is used."""

_ENTERPRISE = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
"""The variables for GitHub Enterprise Server, before the others."""
_JOB_TOKEN, _JOB_URL = "CI_JOB_TOKEN", "CI_API_V4_URL"

_BLANK = " \t\r\n\v\f" + BYTE_ORDER_MARK
"""Characters around a token that are no part of it: a shell may read them from a file."""


class FoundTokens:
    """The tokens of all providers.

    Attributes:
        pool: the pool of all tokens.
        sources: where the tokens of a provider were found: the name of the variable, or the file and line.
        has_job_token: whether the token of GitLab is that of a CI job.
    """

    def __init__(self) -> None:
        self.pool: TokenManager = TokenManager()
        self.sources: dict[ProviderType, str] = {}
        self.has_job_token: bool = False

    def add(self, provider: ProviderType, token: str, source: str, origin: str | None = None) -> None:
        """Add a token.

        Args:
            provider: the provider.
            token: the token.
            source: where it was found.
            origin: the only server that it is sent to; None for the server of the command.

        Raises:
            CommandError: the text cannot be a token. The message does not contain the text.
        """
        try:
            self.pool.add_token(token, provider, origin=origin)
        except ConfigurationError as error:
            raise CommandError(f"{source}: {error}") from None
        self.sources[provider] = source

    def count(self, provider: ProviderType) -> int:
        """Return the number of tokens for a provider."""
        return len(self.pool.get_all_tokens(provider))


def token_hint(error: GitFleetError) -> str:
    """Return what to add to the message of an error so that it explains the fix; empty if nothing is needed."""
    if not isinstance(error, AuthError):
        return ""
    return f"; set a valid token in {' or '.join(VARIABLES[error.provider_type])}, or use --token-file"


def find_tokens(
    providers: Sequence[ProviderType], token_file: str | None, urls: Mapping[ProviderType, str | None] | None = None
) -> FoundTokens:
    """Find the tokens of some providers: first in the token file, then in the environment.

    Args:
        providers: the providers to find tokens for.
        token_file: path of the token file, ``-`` for stdin, or None.
        urls: the API roots of the providers; None for those of the environment.

    Raises:
        CommandError: the file cannot be read, or contains text that is not a token.
    """
    found = FoundTokens()
    if token_file is not None:
        _read(token_file, providers, found)
    for provider in providers:
        if found.count(provider):
            continue
        for name in _variables(provider, url_from_environment(provider) if urls is None else urls[provider]):
            tokens = [part.strip(_BLANK) for part in os.environ.get(name, "").split(",")]
            if any(tokens):
                for token in filter(None, tokens):
                    found.add(provider, token, name)
                break
        else:
            if provider is ProviderType.GITLAB and uses_job_token():
                _add_job_token(found)
    return found


def _variables(provider: ProviderType, url: str | None) -> tuple[str, ...]:
    names = VARIABLES[provider]
    return (*_ENTERPRISE, *names) if provider is ProviderType.GITHUB and is_enterprise(url) else names


def _add_job_token(found: FoundTokens) -> None:
    """Add the token of a CI job. It is sent to the server of the job only."""
    found.add(ProviderType.GITLAB, os.environ[_JOB_TOKEN].strip(_BLANK), _JOB_TOKEN, os.environ.get(_JOB_URL) or None)
    found.has_job_token = True


def _read(path: str, providers: Sequence[ProviderType], found: FoundTokens) -> None:
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8 or UTF-16"
        raise CommandError(f"cannot read the token file {path}: {reason}") from None
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
            raise CommandError(f"{source}: several providers are used: name the provider, as in github=TOKEN")
        if provider in providers:
            found.add(provider, entry, source)
    if not any(map(found.count, providers)):
        raise CommandError(f"{path} contains no token for {' or '.join(providers)}")
