"""The names in the migration pages exist: in GitFleet, and in the library to migrate from."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import os
import re
import typing
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import GitFleet
import GitFleet.providers
import GitFleet.tables
from gitfleet_testing import Forge
from support.documented import DOCS, fleet
from support.plain import fetch

PAGES = ("from-pygithub.md", "from-python-gitlab.md", "from-gitfleet-0.2.md")
_ROW = re.compile(r"^\| ([^|]*) \| ([^|]*) ?\| ([^|]*) ?\|$", re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")


def spans(page: str, column: int) -> list[str]:
    """Return the code spans of a column of the tables of a page."""
    cells = [match[column + 1] for match in _ROW.finditer((DOCS / page).read_text("utf-8"))]
    found = [name for cell in cells for name in _SPAN.findall(cell)]
    assert found
    return found


def arguments(span: str) -> list[str]:
    """Return the names of the keyword arguments in a span."""
    call = ast.parse(span, mode="eval").body
    return [keyword.arg for keyword in call.keywords if keyword.arg] if isinstance(call, ast.Call) else []


def name_of(span: str) -> str:
    return span.partition("(")[0]


@pytest.mark.parametrize("page", PAGES)
def test_every_new_name_exists_and_takes_these_arguments(page: str) -> None:
    for span in spans(page, 1):
        found: Any = GitFleet
        for part in name_of(span).split("."):
            fields = [one.name for one in dataclasses.fields(found)] if dataclasses.is_dataclass(found) else []
            assert hasattr(found, part) or part in fields, span
            found = getattr(found, part, None)
        known = _parameters(found) if callable(found) else set()
        assert set(arguments(span)) <= known, span


def _parameters(found: Callable[..., Any]) -> set[str]:
    signature = inspect.signature(found)
    known = set(signature.parameters)
    if inspect.isclass(found) and issubclass(found, GitFleet.GitProviderClient):
        known |= set(inspect.signature(GitFleet.GitProviderClient).parameters)  # GitLabClient hands them on
    return known


def test_every_name_of_pygithub_exists() -> None:
    github = pytest.importorskip("github", reason="PyGithub is not installed; nox -s docs brings it")
    for span in spans("from-pygithub.md", 0):
        first, *rest = name_of(span).split(".")
        found = _pygithub(github, first)
        for part in rest:
            assert hasattr(found, part), span
            found = getattr(found, part)
        assert set(arguments(span)) <= set(inspect.signature(found).parameters) if arguments(span) else True, span


def _pygithub(github: ModuleType, name: str) -> Any:
    found = getattr(github, name, None)
    if inspect.isclass(found):
        return found
    return getattr(importlib.import_module(f"github.{name}"), name)


def test_every_name_of_python_gitlab_exists() -> None:
    gitlab = pytest.importorskip("gitlab", reason="python-gitlab is not installed; nox -s docs brings it")
    from gitlab.v4 import objects

    client = gitlab.Gitlab("http://127.0.0.1:1")
    for span in spans("from-python-gitlab.md", 0):
        first, *rest = name_of(span).split(".")
        if first[0].islower():  # attributes are what the server sends: see below
            continue
        found = client if first == "Gitlab" and rest else getattr(gitlab, first, None) or getattr(objects, first, None)
        assert found is not None, span
        if rest == ["user"]:  # set by auth()
            assert "user" in type(client).__init__.__code__.co_names, span
            continue
        for part in rest:
            hints = typing.get_type_hints(found) if inspect.isclass(found) else {}
            found = hints[part] if part in hints else getattr(found, part)
        if arguments(span):
            assert set(arguments(span)) <= set(inspect.signature(found).parameters), span


def test_every_field_of_gitlab_is_in_its_responses() -> None:
    places = {
        "project": "/projects/gnome%2Fapps%2Fcalendar",
        "branch": "/projects/gnome%2Fapps%2Fcalendar/repository/branches",
        "commit": "/projects/gnome%2Fapps%2Fcalendar/repository/commits",
        "issue": "/projects/gnome%2Fapps%2Fcalendar/issues",
        "mr": "/projects/gnome%2Fapps%2Fcalendar/merge_requests",
        "user": "/user",
    }
    with Forge(fleet()) as forge:
        responses = {name: fetch(forge, f"/api/v4{path}", forge.token) for name, path in places.items()}
    for span in spans("from-python-gitlab.md", 0):
        kind, _, field = span.partition(".")
        if kind in places:
            found = responses[kind]
            assert field in (found[0] if isinstance(found, list) else found), span


@pytest.fixture(scope="module")
def old() -> dict[str, ast.Module]:
    """The parsed modules of gitfleet 0.2, which cannot be imported next to the new ones."""
    wheel = os.environ.get("GITFLEET_OLD")
    if not wheel:
        pytest.skip("GITFLEET_OLD names no wheel of gitfleet 0.2; nox -s docs brings it")
    with zipfile.ZipFile(next(Path(wheel).glob("gitfleet-0.2*.whl"))) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".py", ".pyi"))}
    return {name: ast.parse(text) for name, text in texts.items()}


def test_every_name_of_gitfleet_0_2_exists(old: dict[str, ast.Module]) -> None:
    classes: dict[str, list[ast.ClassDef]] = {}
    exported: set[str] = set()
    for tree in old.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ImportFrom):
                exported.update(alias.asname or alias.name for alias in node.names)
            elif isinstance(node, ast.Name | ast.FunctionDef):
                exported.add(node.id if isinstance(node, ast.Name) else node.name)
    for span in spans("from-gitfleet-0.2.md", 0):
        first, *rest = name_of(span).removeprefix("providers.").split(".")
        assert first in classes or first in exported, span
        if rest:
            assert rest[0] in {name for node in classes[first] for name in _members(node)}, span
        for argument in arguments(span):
            assert any(argument in ast.dump(node) for node in classes[first]), span


def _members(tree: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id if isinstance(node.target, ast.Name) else json.dumps(ast.dump(node.target))
