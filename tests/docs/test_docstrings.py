"""Everything public has a docstring with its errors and its endpoint, and is in the reference."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from GitFleet import GitHubClient, GitLabClient, GitProviderClient
from support.documented import DOCS

PACKAGES = (
    *("GitFleet", "gitfleet_api", "gitfleet_fleet", "gitfleet_mirror", "gitfleet_py", "gitfleet_native"),
    "gitfleet_testing",
)
# The façades for the authors of engines and providers: the reference has a page for each.
FOR_AUTHORS = ("backend", "client", "errors")
MODULES = (
    *(
        "GitFleet",
        "GitFleet.endpoints",
        "GitFleet.providers",
        "GitFleet.sync",
        "GitFleet.tables",
        "gitfleet_api",
        "gitfleet_fleet",
        "gitfleet_mirror",
        "gitfleet_py",
    ),
    *("gitfleet_native", "gitfleet_testing", "gitfleet_testing.faults"),
    *(f"gitfleet_api.{name}" for name in FOR_AUTHORS),
)
CLIENTS = (GitHubClient, GitLabClient)
CALLS = sorted(name for name in dir(GitProviderClient) if name.startswith(("fetch_", "get_", "validate_", "search_")))
# These take the endpoint as an argument, or use GraphQL.
WITHOUT_ENDPOINT = {"fetch_all", "fetch_many_repository_details"}


def _has(client: type[GitProviderClient], call: str) -> bool:
    return call in WITHOUT_ENDPOINT or client.supports(call)


def _own(found: Any) -> bool:
    return str(getattr(found, "__module__", "")).partition(".")[0] in PACKAGES


def _members(owner: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties, its own and inherited ones, that are written in our packages."""
    for name in dir(owner):
        if name.startswith("_"):
            continue
        found = inspect.getattr_static(owner, name)
        found = getattr(found, "__func__", found)
        if isinstance(found, property):
            found = found.fget
        if inspect.isfunction(found) and _own(found):
            yield f"{owner.__name__}.{name}", found


def _public() -> dict[str, Any]:
    """Every public class, function, method and property, by its name; each once."""
    found: dict[str, Any] = {}
    for module_name in MODULES:
        try:
            module = importlib.import_module(module_name)
        except ImportError:
            if module_name == "gitfleet_native":  # not built here
                continue
            raise
        for name in module.__all__:
            thing = getattr(module, name)
            if (inspect.isclass(thing) or inspect.isfunction(thing)) and _own(thing):
                found.setdefault(f"{thing.__module__}.{thing.__qualname__}", thing)
                if inspect.isclass(thing):
                    found |= {f"{thing.__module__}.{member}": method for member, method in _members(thing)}
    return found


PUBLIC = _public()


def test_there_is_much_that_is_public() -> None:
    assert len(PUBLIC) > 400


def test_everything_public_has_a_docstring() -> None:
    generated = re.compile(r"^[A-Za-z]+\(.*\)$", re.DOTALL)  # what dataclasses make up is none
    missing = [name for name, thing in PUBLIC.items() if not thing.__doc__ or generated.match(thing.__doc__)]
    assert missing == []


def _raised(function: Any) -> set[str]:
    """The classes of errors that stand in its ``raise`` statements, but not those inside of functions within it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    found: set[str] = set()
    left: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            found.add(node.exc.func.id)
        left += ast.iter_child_nodes(node)
    return {name for name in found if name[0].isupper()}


def test_errors_that_are_raised_are_named() -> None:
    silent = {}
    for name, thing in PUBLIC.items():
        # A class says in its own docstring what making one raises.
        function = thing.__init__ if inspect.isclass(thing) else thing
        if not inspect.isfunction(function) or not _own(function) or dataclasses.is_dataclass(thing):
            continue
        unnamed = {error for error in _raised(function) if error not in (thing.__doc__ or "")}
        if unnamed:
            silent[name] = unnamed
    assert not silent, "\n".join(f"{name}: {errors}" for name, errors in sorted(silent.items()))


@pytest.mark.parametrize(("client", "call"), [(one, call) for one in CLIENTS for call in CALLS if _has(one, call)])
def test_a_call_names_its_endpoint_and_its_errors(client: type[GitProviderClient], call: str) -> None:
    said = inspect.getdoc(getattr(client, call)) or ""
    assert call in WITHOUT_ENDPOINT or re.search(r"``(GET|POST) /", said), said
    assert "Raises:" in said, said


@pytest.mark.parametrize("name", [name for name, thing in PUBLIC.items() if not inspect.isclass(thing)])
def test_arguments_that_are_described_exist_and_none_is_left_out(name: str) -> None:
    function = PUBLIC[name]
    described = _described(inspect.getdoc(function) or "")
    if described:
        taken = [parameter for parameter in inspect.signature(function).parameters if parameter not in ("self", "cls")]
        assert sorted(described) == sorted(taken)


def _described(docstring: str) -> list[str]:
    section = re.search(r"^Args:\n((?:    .*\n|\n)*)", docstring + "\n", re.MULTILINE)
    return re.findall(r"^    \*{0,2}(\w+):", section[1], re.MULTILINE) if section else []


def test_everything_public_is_in_the_reference() -> None:
    reference = "\n".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
    shown = {line.rpartition(".")[2] for line in re.findall(r"^\.\. auto[a-z]+:: ([\w.]+)", reference, re.MULTILINE)}
    faults = set(importlib.import_module("gitfleet_testing.faults").__all__)  # shown as a module
    packages = ("GitFleet", "GitFleet.providers", "gitfleet_api", "gitfleet_fleet", "gitfleet_mirror", "gitfleet_py")
    for name in (*packages, "gitfleet_testing", "gitfleet_api.backend", "gitfleet_api.client"):
        public = {one for one in importlib.import_module(name).__all__ if not one.startswith("__")}
        assert public - shown - faults == set(), name
    # GitFleet.sync.Fleet is not in __all__, because `import *` must work without gitfleet-fleet.
    for name, others in (
        ("GitFleet.sync", {"Fleet"}),
        ("GitFleet.tables", set()),
        ("GitFleet.endpoints", set()),
        ("GitFleet.auth", set()),
    ):
        public = {*importlib.import_module(name).__all__, *others}
        assert public == set(re.findall(rf"^\.\. auto[a-z]+:: {re.escape(name)}\.(\w+)", reference, re.MULTILINE))


def test_the_index_of_the_reference_has_every_name_that_users_import() -> None:
    index = (DOCS / "reference" / "index.md").read_text("utf-8")
    listed = re.findall(r"^   (\w+)$", index, re.MULTILINE)
    for name in ("GitFleet", "GitFleet.providers"):
        public = {one for one in importlib.import_module(name).__all__ if not one.startswith("__")}
        assert public - set(listed) == set(), name
