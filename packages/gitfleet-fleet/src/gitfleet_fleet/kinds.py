"""What is done for each repository: a call of the clients by its name, or a function of the user."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, cast, get_args, get_type_hints

from gitfleet_api import CallMeter, ConfigurationError, ConflictError, GitProviderClient, NotFoundError, ProviderType
from gitfleet_api.client import Provider, shorten_repr

from .repository import Repository

__all__ = ["Kind", "LanguageShare", "Work", "kind_of", "kinds"]

PerRepository = Callable[[GitProviderClient, Repository], Awaitable[object]]
"""A function of the user: a coroutine function of a client and a repository."""

_PREFIXES = ("fetch_repository_", "fetch_")
_GIT_KINDS = frozenset(("branches", "commits", "contributors"))
"""Lists that are empty if the repository has no commits; :meth:`Kind.shows_empty` decides whether that is why."""
_ALIASES = {"pulls": "pull_requests", "prs": "pull_requests", "mrs": "pull_requests", "merge_requests": "pull_requests"}
_OF_A_COMMIT = ("fetch_commit", "fetch_commit_files")
_EMPTY = "Repository is empty"
"""Part of GitHub's message, with status 409, for calls that need a commit."""
_NO_COMMIT = "Commit Not Found"
"""Part of GitLab's message, with status 404, for a commit that does not exist."""
_NO_COMMITS = (204, 409)
"""Statuses by which GitHub says that a repository is empty: for contributors and for commits."""


@dataclass(frozen=True, slots=True)
class LanguageShare:
    """One language of a repository: a row of the kind ``languages``."""

    language: str
    """Name of the language, as ``Python``."""
    amount: float
    """Amount of code: bytes on GitHub, percent on GitLab."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done for each repository.

    Attributes:
        name: Name of the call, as ``branches``, or of the function.
        method: Name of the client's method. None for a function of the user.
        function: The function of the user. None for a method.
        arguments: Further keyword arguments of the method.
        model: Class of the rows. None if it is unknown.
    """

    name: str
    method: str | None = None
    function: PerRepository | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    model: type | None = None

    async def rows(self, client: GitProviderClient, repo: Repository) -> list[Any]:
        """Do it for one repository and return its rows.

        Raises:
            Exception: Whatever the call raises.
        """
        if self.function is not None:
            return rows_of(await self.function(client, repo))
        assert self.method is not None  # noqa: S101  a kind has one of the two
        result = getattr(client, self.method)(repo.owner, repo.name, **self.arguments)
        return rows_of(await result)

    def check(self, client: GitProviderClient) -> None:
        """Check the arguments, without sending anything.

        Raises:
            ConfigurationError: The method has no such argument, or a value is invalid.
        """
        if self.method is None or not client.supports(self.method):
            return
        method = getattr(client, self.method)
        try:
            inspect.signature(method).bind("owner", "name", **self.arguments)
        except TypeError as error:
            raise ConfigurationError(f"{self.name}: {error}") from None
        result = method("owner", "name", **self.arguments)  # a listing sends nothing before it is read
        if inspect.iscoroutine(result):
            result.close()

    def batch_size(self, client: GitProviderClient) -> int:
        """Return for how many repositories one request can be sent: more than 1 for details on GitHub with a token.

        GitLab's batches lack fields that the single calls have, as the license.
        """
        is_batch = self.method == "fetch_repository_details" and client.provider_type is ProviderType.GITHUB
        if not is_batch or client.batch_query is None or not client.session.tokens():
            return 1
        return client.batch_query.largest

    def shows_empty(self, rows: list[Any], meter: CallMeter, provider: ProviderType) -> bool:
        """Return whether no rows mean that the repository has no commits.

        Args:
            rows: The rows.
            meter: The requests that returned them.
            provider: The provider.
        """
        if rows or self.name not in _GIT_KINDS:
            return False
        if self.name == "branches" or any(meter.statuses[status] for status in _NO_COMMITS):
            return True
        if self.name == "contributors":  # GitHub leaves out addresses without an account
            return provider is ProviderType.GITLAB or bool(self.arguments.get("anonymous"))
        return not any(self.arguments.values())  # commits of a period, a path or a branch may be none

    def means_empty(self, error: Exception) -> bool:
        """Return whether an error means that the repository has no commits.

        Args:
            error: The error of the call.
        """
        if isinstance(error, ConflictError):
            return _EMPTY in error.message
        is_newest = self.method in _OF_A_COMMIT and self.arguments.get("ref") is None
        return is_newest and isinstance(error, NotFoundError) and _NO_COMMIT in error.message


def rows_of(result: object) -> list[Any]:
    """Return the rows of what a call returned: those of a list; one row for one object; none for None.

    Raises:
        ConfigurationError: It is an iterator, whose rows nothing would read, or something that was not awaited.
    """
    if isinstance(result, Iterator | AsyncIterator | Awaitable):
        if inspect.iscoroutine(result):
            result.close()
        raise ConfigurationError(
            f"the function returned a {type(result).__name__}; await it, and return a list of rows"
        )
    if result is None:
        return []
    if isinstance(result, list | tuple) and not hasattr(result, "_fields"):  # a named tuple is one object
        return list(result)
    return [result]


async def _languages(client: GitProviderClient, repo: Repository) -> list[LanguageShare]:
    amounts = await client.fetch_languages(repo.owner, repo.name)
    return [LanguageShare(language, amount) for language, amount in amounts.items()]


def kinds() -> dict[str, str]:
    """Return the methods that can be called for each repository, by the name of their kind."""
    found = {}
    for name, method in (pair for base in Provider.__mro__ for pair in vars(base).items()):
        if name.startswith("fetch_") and inspect.isfunction(method) and "repo" in inspect.signature(method).parameters:
            prefix = next(prefix for prefix in _PREFIXES if name.startswith(prefix))
            found[name.removeprefix(prefix)] = name
    return found


def kind_of(what: str | PerRepository, arguments: Mapping[str, object]) -> Kind:
    """Return the kind that a name or a function means.

    Args:
        what: Name of a per-repository method, with or without ``fetch_``, or a coroutine function of a client and a
            :class:`Repository`.
        arguments: Further arguments of the method.

    Raises:
        ConfigurationError: There is no such method, or the function is not a coroutine function.
    """
    if not isinstance(what, str):
        return _kind_of_function(what, arguments)
    known = kinds()
    name = what.removeprefix("fetch_").removeprefix("repository_").replace("-", "_")
    name = _ALIASES.get(name, name)
    if name not in known:
        close = get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise ConfigurationError(
            f"no call for each repository is named {shorten_repr(what)}; {hint}known are {', '.join(known)}"
        )
    if name == "languages":
        if arguments:
            raise ConfigurationError(f"languages: no argument is named {next(iter(arguments))!r}")
        return Kind(name, function=_languages, model=LanguageShare)
    return Kind(name, known[name], None, dict(arguments), _model_of(known[name]))


def _kind_of_function(what: object, arguments: Mapping[str, object]) -> Kind:
    call = getattr(what, "__call__", None)  # noqa: B004  an object with an async __call__ is fine
    if not callable(what) or not (inspect.iscoroutinefunction(what) or inspect.iscoroutinefunction(call)):
        raise ConfigurationError(
            "the call is a name as 'branches' or an `async def` function of a client and a repository, "
            f"not {shorten_repr(what)}"
        )
    if arguments:
        raise ConfigurationError("a function gets no further arguments; use functools.partial")
    named = getattr(what, "func", what)  # of a functools.partial
    return Kind(getattr(named, "__name__", type(named).__name__), function=cast("PerRepository", what))


def _model_of(method: str) -> type | None:
    result = get_type_hints(getattr(Provider, method)).get("return")
    if isinstance(result, type) and not get_args(result):
        return result
    model = get_args(result)[0] if get_args(result) else None
    return model if isinstance(model, type) else None


@dataclass(frozen=True, slots=True)
class Work:
    """One kind for one repository, or for as many as one request can be sent for."""

    client: GitProviderClient
    kind: Kind
    repos: list[Repository]
