"""Every field of every public dataclass is documented by one line, and what the lines of models say is true."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import itertools
import re
from pathlib import Path

import pytest

import gitfleet_api
from gitfleet_api import backend, client, models, sync
from gitfleet_api.decoding.shapes import Shape
from gitfleet_api.providers.github import shapes as github_shapes
from gitfleet_api.providers.gitlab import shapes as gitlab_shapes

MODELS = [getattr(models, name) for name in models.__all__ if dataclasses.is_dataclass(getattr(models, name))]
EVENTS = [gitfleet_api.RequestDone, gitfleet_api.Retrying, gitfleet_api.Waiting, gitfleet_api.TokenSwitched]
EVENTS.append(gitfleet_api.CacheHit)
PUBLIC = {
    found
    for module in (gitfleet_api, backend, client, sync)
    for found in (getattr(module, name) for name in module.__all__)
    if inspect.isclass(found) and dataclasses.is_dataclass(found)
}
OF_PROVIDERS = "Fields that the provider does not send are None."
NONE_ON_GITLAB = re.compile(r"None on GitLab\.|, and on GitLab")


def _name(cls: type) -> str:
    return cls.__name__


def _lines(cls: type) -> dict[str, str]:
    """The attribute docstrings of a class, by the name of the field; its bases come first."""
    found = {} if cls.__base__ is object or cls.__base__ is None else _lines(cls.__base__)
    module = importlib.import_module(cls.__module__)
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
    for node, following in itertools.pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(following, ast.Expr):
            value = following.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[node.target.id] = inspect.cleandoc(value.value)
    return found


def _section(cls: type) -> dict[str, str]:
    """The entries of the ``Attributes:`` section of a class docstring."""
    section = re.search(r"^Attributes:\n((?:    .*\n|\n)*)", (inspect.getdoc(cls) or "") + "\n", re.MULTILINE)
    return dict(re.findall(r"^    (\w+): (.+)", section[1], re.MULTILINE)) if section else {}


def _names(cls: type) -> list[str]:
    return [item.name for item in dataclasses.fields(cls) if not item.name.startswith("_")]


@pytest.mark.parametrize("cls", sorted(PUBLIC, key=_name), ids=_name)
def test_every_field_of_a_public_dataclass_has_a_line(cls: type) -> None:
    described = {**_section(cls), **_lines(cls)}
    assert [name for name in _names(cls) if not described.get(name, "").strip()] == []


@pytest.mark.parametrize("cls", [*MODELS, *EVENTS], ids=_name)
def test_fields_of_models_and_events_have_attribute_docstrings_of_one_line(cls: type) -> None:
    lines = _lines(cls)
    assert list(lines) == _names(cls)
    for name, line in lines.items():
        assert re.fullmatch(r"[A-Z`][^\n]{3,}\.", line), f"{name}: {line}"


@pytest.mark.parametrize("cls", MODELS, ids=_name)
def test_a_model_says_when_its_optional_fields_are_none(cls: type) -> None:
    lines = _lines(cls)
    silent = [item.name for item in dataclasses.fields(cls) if item.default is None and "None" not in lines[item.name]]
    assert not silent or OF_PROVIDERS in " ".join((cls.__doc__ or "").split()), silent


FILLED_OTHERWISE = ("is_pull_request", "repo")
"""Fields without a path: one is always False, and the client knows the project that it searches for code."""
GITLAB_SHAPES = {
    f"{shape.model.__name__} of {call}": shape for call, shape in gitlab_shapes.SHAPES.items() if shape.only is None
}


@pytest.mark.parametrize("shape", GITLAB_SHAPES.values(), ids=GITLAB_SHAPES)
def test_fields_that_gitlab_never_fills_are_those_whose_lines_say_so(shape: Shape) -> None:
    never = {name for name, path in shape.paths.items() if path is None and name not in FILLED_OTHERWISE}
    assert {name for name, line in _lines(shape.model).items() if NONE_ON_GITLAB.search(line)} == never


def test_the_short_form_of_an_account_is_what_other_objects_have() -> None:
    named = re.search(r"short form: only (.*?) are set", " ".join((models.UserInfo.__doc__ or "").split()))
    assert named is not None
    for shape in (github_shapes.ACCOUNT, gitlab_shapes.ACCOUNT):
        assert shape.only is not None
        assert re.findall(r"``(\w+)``", named[1]) == list(shape.only)
