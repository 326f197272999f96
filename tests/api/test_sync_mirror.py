"""Sync classes have the names, parameters, types and docstrings of the asynchronous ones and pass on all arguments."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing
from typing import Any, get_overloads

import pytest

import gitfleet_api
import gitfleet_api.session.listing
from gitfleet_api import providers, sync
from gitfleet_api.client.endpoints import RestRequests
from gitfleet_api.client.provider import Provider
from gitfleet_api.decoding.decoder_cache import decoder_for
from gitfleet_api.graphql.batch import BatchRequests
from gitfleet_api.graphql.endpoint import GraphQLEndpoint
from gitfleet_api.sync.batch import BatchRequests as SyncBatchRequests
from gitfleet_api.sync.endpoints import RestRequests as SyncRestRequests
from gitfleet_api.sync.graphql import GraphQLEndpoint as SyncGraphQLEndpoint
from gitfleet_api.sync.provider import Provider as SyncProvider
from support.tools import tool

CLIENTS = [(getattr(gitfleet_api, name), getattr(sync, name)) for name in ("GitProviderClient", *providers.__all__)]
PARTS = [
    (Provider, SyncProvider),
    (RestRequests, SyncRestRequests),
    (GraphQLEndpoint, SyncGraphQLEndpoint),
    (BatchRequests, SyncBatchRequests),
]
PAIRS = [*PARTS, *CLIENTS, (gitfleet_api.TokenManager, sync.TokenManager), (gitfleet_api.Listing, sync.Listing)]

NAMES = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__", "__aiter__": "__iter__"}
RETURNS = {
    "Coroutine[Any, Any, Any]": "Any",
    "Coroutine[Any, Any, Any] | Listing[T]": "Any | Listing[T]",
    "AsyncGenerator[list[T], None]": "Generator[list[T], None, None]",
    "AsyncIterator[T]": "Iterator[T]",
}
REWORDED = {
    "``async with`` (or :meth:`aclose`)": "``with`` (or :meth:`close`)",
    "Without a model: a coroutine that returns the response's": "Without a model: the response's",
    "cache hits.\n    clock:": (
        "cache hits.\n        It runs in the thread that serves all sync clients, so it must not call one of them.\n"
        "    clock:"
    ),
    "``await listing`` returns a list, ``async for item in listing`` gives the items one by one while pages arrive, "
    "and\n"
    "``async for page in listing.pages()`` gives one page at a time.": (
        "``listing.all()`` returns a list, ``for item in listing`` gives the items one by one while pages arrive, and\n"
        "``for page in listing.pages()`` gives one page at a time."
    ),
    "\n\nA listing is not a coroutine. Functions that accept only coroutines take :meth:`all`, for example\n"
    "``asyncio.run(listing.all())``.": "",
    "as a list, like ``await listing``.\n\nThis is a coroutine, as needed by ``asyncio.run``, "
    "``asyncio.create_task`` and\n``asyncio.TaskGroup.create_task``. It requests": "as a list.\n\nIt requests",
}
FOR_AUTHORS = {"profile", "batch_query", "session"}


def _reworded(text: str | None) -> str | None:
    for old, new in REWORDED.items():
        text = text and text.replace(old, new)
    return text


def _public(cls: type) -> dict[str, Any]:
    """The public members of a class, by their names in the sync class."""
    kept = {"__init__", "_use_rust", *NAMES, *NAMES.values()}
    names = [name for name in dir(cls) if name[0] != "_" or name in kept]
    return {NAMES.get(name, name): inspect.getattr_static(cls, name) for name in names if name not in FOR_AUTHORS}


def _parameters(function: Any) -> list[inspect.Parameter]:
    return list(inspect.signature(function).parameters.values())


def _function(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    return member.__func__ if isinstance(member, classmethod) else member


@pytest.mark.parametrize(("awaited", "plain"), PAIRS, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_names_parameters_types_and_docstrings_are_the_same(awaited: type, plain: type) -> None:
    ours, theirs = _public(awaited), _public(plain)
    assert set(ours) == set(theirs)
    assert plain.__name__ == awaited.__name__
    assert inspect.getdoc(plain) == _reworded(inspect.getdoc(awaited))
    for name, member in ours.items():
        mirrored, function = theirs[name], _function(member)
        if not inspect.isfunction(function):
            assert mirrored is member or isinstance(mirrored, property), name
        elif (awaited, name) != (gitfleet_api.Listing, "__init__"):  # the sync listing takes the asynchronous one
            assert type(mirrored) is type(member), name
            _compare(function, _function(mirrored))


def _compare(awaited: Any, plain: Any) -> None:
    assert not inspect.iscoroutinefunction(plain), plain
    assert inspect.getdoc(plain) == _reworded(inspect.getdoc(awaited))
    forms = [(awaited, plain), *zip(get_overloads(awaited), get_overloads(plain), strict=True)]
    for ours, theirs in forms:
        # Names, kinds, defaults and annotations, as written.
        assert _parameters(theirs) == _parameters(ours)
        returned = inspect.signature(ours).return_annotation
        assert inspect.signature(theirs).return_annotation == RETURNS.get(returned, returned)


@pytest.mark.parametrize(
    "plain", [plain for _, plain in PAIRS[:-2]], ids=lambda cls: f"{cls.__module__}.{cls.__name__}"
)
def test_annotations_of_listings_mean_the_sync_class(plain: type) -> None:
    for name, member in _public(plain).items():
        function = _function(member)
        if inspect.isfunction(function) and "Unpack" not in str(function.__annotations__):
            returned = typing.get_type_hints(function).get("return")
            origins = {typing.get_origin(part) for part in (returned, *typing.get_args(returned))}
            written = function.__annotations__.get("return", "")
            assert (sync.Listing in origins) == ("Listing[" in written), name


_DECODER = decoder_for(gitfleet_api.TagInfo, gitfleet_api.ProviderType.GITHUB, include_raw=False)


class _Recorder:
    """Replaces the asynchronous client: each method returns the arguments of its call."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __getattr__(self, name: str) -> Any:
        member = inspect.getattr_static(self._cls, name)
        if not inspect.isfunction(member):
            return name
        signature = inspect.signature(member)

        async def result(found: object) -> object:
            return found

        async def pages(found: object) -> Any:
            yield [found]

        def called(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            found = (name, {key: value for key, value in bound.arguments.items() if key != "self"})
            if "Listing" in str(signature.return_annotation) and bound.arguments.get("model", ...) is not None:
                return gitfleet_api.Listing(lambda _run, _decoder: pages(found), 1, _DECODER)
            return result(found)

        return called


@pytest.mark.parametrize(("awaited", "plain"), CLIENTS, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_every_argument_is_passed_to_the_method_of_the_same_name(awaited: type, plain: Any) -> None:
    client = plain.__new__(plain)
    client._async = _Recorder(awaited)
    called = 0
    for name, member in _public(plain).items():
        if isinstance(member, property):
            assert getattr(client, name) == name
        elif inspect.isfunction(member) and not name.startswith("__") and name != "close":
            by_name, positional, named = _arguments(member)
            found = getattr(client, name)(*positional, **named)
            [found] = found.all() if isinstance(found, sync.Listing) else [found]
            assert found == (name, by_name)
            called += 1
    assert called >= 20


def _arguments(function: Any) -> tuple[dict[str, Any], list[Any], dict[str, Any]]:
    """A different value for each parameter: all by name, then the positional and the keyword arguments."""
    by_name: dict[str, Any] = {}
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in _parameters(function)[1:]:
        value: Any = f"value of {parameter.name}"
        if parameter.kind is parameter.VAR_KEYWORD:
            value = {"of_many": value}
            named |= value
        elif parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            positional.append(value)
        by_name[parameter.name] = value
    return by_name, positional, named


@pytest.mark.parametrize(("awaited", "plain"), CLIENTS[1:], ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_every_option_reaches_the_client(awaited: type, plain: Any) -> None:
    class Made(plain):  # type: ignore[misc]
        @staticmethod
        def _asynchronous(*args: Any, **kwargs: Any) -> Any:
            bound = inspect.signature(awaited).bind(*args, **kwargs)
            bound.apply_defaults()
            taken.update(bound.arguments)
            raise InterruptedError

    taken: dict[str, Any] = {}
    by_name, positional, named = _arguments(plain.__init__)
    with pytest.raises(InterruptedError):
        Made(*positional, **named)
    assert taken == by_name


def test_the_generated_modules_are_up_to_date() -> None:
    script = tool("write_sync")
    for path in script.CLASSES:
        written = script.FOLDER / f"{script.sync_name(path)}.py"
        fresh = script.source(path)
        assert _tree(written.read_text("utf-8")) == _tree(fresh), f"run python tools/write_sync.py: {written.name}"


def _tree(text: str) -> str:
    """A module without its format and the order of its imports, which ruff changes."""
    tree = ast.parse(text)
    imports = {
        (node.module, node.level, alias.name, alias.asname)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    others = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
    return f"{sorted(imports, key=str)}\n{ast.dump(ast.Module(others, []), indent=1)}"


def test_sync_modules_are_imported_at_first_use() -> None:
    code = (
        "import sys, GitFleet, GitFleet.providers\n"
        "assert not any('sync' in name for name in sys.modules if name.startswith(('GitFleet', 'gitfleet_api')))\n"
        "import GitFleet.sync, threading\n"
        "assert 'gitfleet_api.sync.background' not in sys.modules\n"
        "GitFleet.sync.GitHubClient()\n"
        "assert 'gitfleet_api.sync.gitlab' not in sys.modules\n"
        "assert threading.active_count() == 1\n"
    )
    pytest.importorskip("GitFleet", reason="gitfleet is not installed")
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_gitfleet_sync_exports_everything() -> None:
    public = pytest.importorskip("GitFleet.sync", reason="gitfleet is not installed")
    for_packages = {"steps", "unwrap", "wrap"}  # those with a sync API of their own
    assert public.__all__ == [name for name in sync.__all__ if name not in for_packages]
    assert all(getattr(public, name) is getattr(sync, name) for name in public.__all__)
    assert all(getattr(public, name).__doc__ for name in public.__all__)
    with pytest.raises(AttributeError, match="no attribute 'GiteaClient'"):
        _ = public.GiteaClient
    with pytest.raises(AttributeError, match="no attribute 'GiteaClient'"):
        _ = sync.GiteaClient
