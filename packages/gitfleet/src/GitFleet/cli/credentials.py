"""Tokens of a command: from a file, or found where the user has them.

No option takes a token: other users of the machine can read arguments.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from gitfleet_api import AuthError, Budgets, ConfigurationError, GitFleetError, ProviderType, TokenManager
from gitfleet_api.auth import CREDENTIAL_SOURCES, FoundCredentials, TokenSource, credentials_at, find_credentials
from gitfleet_api.auth.found.environment import VARIABLES

from .exit_codes import CommandError
from .hosts import url_from_environment
from .text_files import read_text

__all__ = ["VARIABLES", "FoundTokens", "find_tokens", "sources_to_omit", "token_hint"]

_ALL = "all"
_EXPLAINED = frozenset(("not_signed_in", "sign_in_again", "account_changed", "wrong_client"))
"""Codes of errors whose message says what to do."""


class FoundTokens:
    """The tokens of all providers.

    Args:
        budgets: where other processes state what they use of the tokens; None if they are not asked.

    Attributes:
        pool: the pool of all tokens.
        token_sources: the sources of tokens of a provider that are in the pool.
        sources: where the tokens of a provider were found: the name of a variable, the file and line, or a command.
        has_job_token: whether the token of GitLab is that of a CI job.
        by_reference: whether all tokens come from sources that other processes can open.
    """

    def __init__(self, budgets: Budgets | None = None, *, by_reference: bool = False) -> None:
        self.by_reference: bool = by_reference
        self.pool: TokenManager = TokenManager(budgets=budgets)
        self.token_sources: dict[ProviderType, list[TokenSource]] = {}
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

    def add_found(self, found: FoundCredentials) -> None:
        """Add credentials that were found. They are sent to their server only."""
        self.has_job_token |= found.kind == "job"
        if found.source == "environment" and not self.by_reference:
            for token in found.access_tokens:
                self.pool.add_token(token.token, found.provider, origin=found.origin)
        else:
            self.add_source(found)
        self.sources[found.provider] = found.where

    def add_source(self, source: TokenSource) -> None:
        """Add a source of tokens."""
        self.pool.add_source(source)
        self.token_sources.setdefault(source.provider, []).append(source)
        self.sources[source.provider] = source.name

    def count(self, provider: ProviderType) -> int:
        """Return the number of tokens, and of sources of tokens, for a provider."""
        return len(self.pool.get_all_tokens(provider)) + len(self.token_sources.get(provider, ()))


def sources_to_omit(given: Sequence[str]) -> frozenset[str]:
    """Return the sources of credentials that --without, or else GITFLEET_WITHOUT, switches off.

    Args:
        given: the values of --without. Each can be several names, separated by commas, or ``all``.

    Raises:
        CommandError: a name is unknown.
    """
    texts = given or [os.environ.get("GITFLEET_WITHOUT", "")]
    names = {name.strip() for text in texts for name in text.split(",") if name.strip()}
    unknown = names - {*CREDENTIAL_SOURCES, _ALL}
    if unknown:
        option = "--without" if given else "GITFLEET_WITHOUT"
        known = ", ".join((*CREDENTIAL_SOURCES, _ALL))
        raise CommandError(f"{option}: unknown source {min(unknown)!r}; known are {known}")
    return frozenset(CREDENTIAL_SOURCES if _ALL in names else names)


def token_hint(error: GitFleetError) -> str:
    """Return what to add to the message of an error so that it explains the fix; empty if nothing is needed."""
    if not isinstance(error, AuthError) or error.code in _EXPLAINED:
        return ""
    return f"; set a valid token in {' or '.join(VARIABLES[error.provider_type])}, or use --token-file"


def find_tokens(
    providers: Sequence[ProviderType],
    token_file: str | None,
    urls: Mapping[ProviderType, str | None] | None = None,
    without: Collection[str] | None = None,
    app: tuple[str | None, str | None] = (None, None),
    budgets: Budgets | None = None,
    *,
    by_reference: bool = False,
) -> FoundTokens:
    """Find the tokens of some providers: in the token file, or of a GitHub App, or where the user has credentials.

    Args:
        providers: the providers to find tokens for.
        token_file: path of the token file, ``-`` for stdin, or None.
        urls: the API roots of the providers; None for those of the environment.
        without: sources of credentials to omit; None for those of GITFLEET_WITHOUT.
        app: id and path of the key of a GitHub App; None for those of GITFLEET_APP_ID and GITFLEET_APP_KEY_FILE.
        budgets: where other processes state what they use of the tokens; None if they are not asked.
        by_reference: whether other processes must be able to open the same tokens.

    Raises:
        CommandError: the file cannot be read, or contains text that is not a token.
        ConfigurationError: the API root is no URL, or the key of the app cannot be used.
    """
    omitted = sources_to_omit(()) if without is None else without
    found = FoundTokens(budgets, by_reference=by_reference)
    if token_file is not None and by_reference:
        _refer_to(token_file, providers, found, urls or {})
    elif token_file is not None:
        _read(token_file, providers, found)
    for provider in providers:
        if found.count(provider):
            continue
        url = url_from_environment(provider) if urls is None else urls[provider]
        source = _app(*app, url) if provider is ProviderType.GITHUB else None
        if source is not None:
            found.add_source(source)
            continue
        credentials = find_credentials(provider, url, without=omitted)
        if credentials is not None:
            found.add_found(credentials)
    return found


def _app(app_id: str | None, key: str | None, url: str | None) -> TokenSource | None:
    """Return the GitHub App of --app-id and --app-key, or of the environment; None if there is none."""
    app_id = app_id or os.environ.get("GITFLEET_APP_ID") or None
    key = key or os.environ.get("GITFLEET_APP_KEY_FILE") or None
    if app_id is None and key is None:
        return None
    if app_id is None or key is None:
        raise CommandError("a GitHub App needs --app-id and --app-key (or GITFLEET_APP_ID and GITFLEET_APP_KEY_FILE)")
    from gitfleet_api.auth import GitHubApp

    if app_id.isdigit():
        return GitHubApp(app_id, private_key_path=key, base_url=url)
    return GitHubApp(client_id=app_id, private_key_path=key, base_url=url)


def _refer_to(
    path: str, providers: Sequence[ProviderType], found: FoundTokens, urls: Mapping[ProviderType, str | None]
) -> None:
    """Add the tokens of a file by its path."""
    if path == "-":
        raise CommandError("--executor: workers cannot read the tokens of stdin; name a file or a variable")
    given = FoundTokens()
    _read(path, providers, given)
    for provider in providers:
        if given.count(provider):
            found.add_source(credentials_at(f"file:{path}", provider, urls.get(provider)))


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
