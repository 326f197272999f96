"""Recipe of a client: how another process builds an equal one. It has no secret."""

from __future__ import annotations

import inspect
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .._internal.lazy_dataclass import dataclass
from .._internal.reference import Reference
from ..auth.source import TokenSource
from ..backend.base import Backend
from ..budgets.base import Budgets
from ..cache import Cache
from ..errors import ConfigurationError
from ..ratelimit.tokens import TokenManager
from .base import GitProviderClient
from .engine import is_default_engine
from .options import ClientOptions

__all__ = ["ClientRecipe", "recipe_of"]

_ADVICE = (
    "secrets are not sent to other processes. Name a place that each of them can read: "
    "token=credentials_at('environment:MY_TOKENS', '{provider}'), token=find_credentials('{provider}'), "
    "or a GitHubApp with private_key_path="
)


@dataclass(frozen=True, slots=True)
class ClientRecipe:
    """How another process builds an equal client. It has no secret and can be pickled. :func:`recipe_of` returns it."""

    client: type[GitProviderClient]
    """The class of the client."""
    base_url: str
    """Base URL of its API."""
    tokens: tuple[Reference[TokenSource], ...] = ()
    """Where its tokens are."""
    cache: Reference[Cache] | None = None
    """Where its cache is. None for no cache."""
    budgets: Reference[Budgets] | None = None
    """Where the budgets are that it shares with other processes. None for none."""
    options: tuple[tuple[str, object], ...] = ()
    """The other keyword options, as pairs of name and value."""

    def build(self) -> tuple[GitProviderClient, Cache | None]:
        """Return a new client, and its cache, which the caller closes after the client.

        Raises:
            ConfigurationError: This process lacks credentials, or something else that the recipe names.
        """
        pool = TokenManager(budgets=None if self.budgets is None else self.budgets.open())
        for token in self.tokens:
            pool.add_source(token.open())
        cache = None if self.cache is None else self.cache.open()
        options = dict(self.options)
        return self.client(None, self.base_url, pool, cache=cache, **options), cache  # type: ignore[arg-type]


def recipe_of(client: GitProviderClient) -> ClientRecipe:
    """Return the recipe of a client. ``on_event`` is left out: it stays in this process.

    Args:
        client: The client.

    Raises:
        ConfigurationError: Another process cannot build it. A token was given as text, or an option belongs to this
            process. The message says what to do.
    """
    given = client._given  # noqa: SLF001  the one place that reads it
    cache = given.get("cache")
    stored = None if cache is None else cache.reference()
    if cache is not None and stored is None:
        raise ConfigurationError(f"a {type(cache).__name__} belongs to one process; use a SQLiteCache")
    if given.get("clock") is not None:
        raise ConfigurationError("clock= belongs to one process: a client that other processes build has none")
    options = (*_options(given), *_own_options(client))
    recipe = ClientRecipe(type(client), client.base_url, _tokens(client), stored, _budgets(client), options)
    try:
        pickle.dumps(recipe)
    except Exception as error:  # noqa: BLE001  whatever the objects of the user raise
        raise ConfigurationError(
            f"an option of the client cannot be sent to another process: {error}; use a function of a module"
        ) from None
    return recipe


def _tokens(client: GitProviderClient) -> tuple[Reference[TokenSource], ...]:
    advice = _ADVICE.format(provider=client.provider_type)
    if any(token.source is None for token in client.session.tokens()):
        raise ConfigurationError(f"a token of the client was given as text, and {advice}")
    found = []
    for source in client.session.sources():
        reference = source.reference()
        if reference is None:
            raise ConfigurationError(f"{source.name} was given as text, or is known to this process only, and {advice}")
        found.append(reference)
    return tuple(found)


def _budgets(client: GitProviderClient) -> Reference[Budgets] | None:
    budgets = client.session.budgets()
    reference = None if budgets is None else budgets.reference()
    if budgets is not None and reference is None:
        raise ConfigurationError(
            f"{budgets!r} can't be opened by another process: use a file (SQLiteBudgets), or Redis with its password "
            f"in the variable GITFLEET_REDIS_PASSWORD of each process"
        )
    return reference


def _options(given: ClientOptions) -> list[tuple[str, object]]:
    """Return the options of all clients as another process needs them.

    Raises:
        ConfigurationError: One of them is a secret, or belongs to this process.
    """
    options: dict[str, object] = {name: given.get(name) for name in given if name not in ("cache", "clock", "on_event")}
    proxy, verify, backend = given.get("proxy"), given.get("verify"), given.get("backend")
    if isinstance(proxy, str) and "@" in urlsplit(proxy).netloc:
        raise ConfigurationError(
            "the URL of the proxy has a password, which is not sent to other processes: set HTTPS_PROXY there"
        )
    if isinstance(verify, str | os.PathLike):
        options["verify"] = str(Path(verify).absolute())
    if isinstance(backend, Backend):
        if not is_default_engine(backend):
            raise ConfigurationError("a Backend object belongs to one process; name an engine: backend='native'")
        options["backend"] = backend.name
    return list(options.items())


def _own_options(client: GitProviderClient) -> list[tuple[str, object]]:
    """Return the options that the class of the client adds.

    Raises:
        ConfigurationError: It does not say which values they have.
    """
    own: Mapping[str, object] = client._own_options  # noqa: SLF001  the one place that reads it
    known = {*ClientOptions.__annotations__, *own, "self", "token", "base_url", "token_manager", "use_python_impl"}
    parameters = inspect.signature(type(client).__init__).parameters.values()
    others = [item.name for item in parameters if item.kind is not item.VAR_KEYWORD and item.name not in known]
    if others:
        raise ConfigurationError(
            f"another process cannot build a {type(client).__name__}: its option {others[0]} is not in _own_options"
        )
    return list(own.items())
