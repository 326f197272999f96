"""``import gitfleet``: the same module as ``GitFleet``, whose name differs in case only."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("GitFleet", reason="gitfleet is not installed")

import GitFleet
import gitfleet

SUBMODULES = ("endpoints", "providers", "sync", "tables", "telemetry")
MODULES = ("", *(f".{name}" for name in SUBMODULES))


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-P", *arguments], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def _stubs() -> Path:
    """The folder of the stubs, beside the package in a wheel and in an editable installation."""
    return Path(GitFleet.__file__).parents[1] / "gitfleet-stubs"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_the_same_by_both_names(name: str) -> None:
    assert importlib.import_module(f"gitfleet{name}") is importlib.import_module(f"GitFleet{name}")
    assert importlib.import_module(f"GitFleet{name}").__name__ == f"GitFleet{name}"


def test_names_that_are_loaded_on_first_access_are_the_same_objects() -> None:
    for name in dir(GitFleet):
        try:
            expected = getattr(GitFleet, name)
        except ImportError:  # its package is not installed
            continue
        assert getattr(gitfleet, name) is expected


@pytest.mark.parametrize("order", [("gitfleet", "GitFleet"), ("GitFleet", "gitfleet")])
def test_the_order_of_imports_makes_no_difference(order: tuple[str, str]) -> None:
    first, second = order
    check = f"import {first}.sync, sys, {second}.sync as other; from {second} import sync, RepoInfo; "
    same = f"other is sync is {first}.sync is sys.modules['gitfleet.sync'] is sys.modules['GitFleet.sync']"
    assert _run("-c", f"{check}print({same}, RepoInfo is {first}.RepoInfo)") == "True True\n"


def test_importing_it_loads_no_more_than_the_package_does() -> None:
    loaded = _run("-c", "import gitfleet, sys; print(*sys.modules)").split()
    assert not {"gitfleet_api", "asyncio", "GitFleet.sync"} & set(loaded)


def test_a_module_that_is_missing_is_named_as_it_was_written() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"gitfleet\.nothing"):
        importlib.import_module("gitfleet.nothing")
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        gitfleet.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_python_m_runs_the_same_command_by_both_names() -> None:
    assert _run("-m", "gitfleet", "--version") == _run("-m", "GitFleet", "--version")


def test_no_folder_differs_from_another_one_in_case_only() -> None:
    names = [path.name.lower() for path in Path(GitFleet.__file__).parents[1].glob("[gG]it[fF]leet*")]
    assert len(names) == len(set(names))
    assert Path(GitFleet.__file__).parents[1].joinpath("gitfleet.py").is_file()


@pytest.mark.parametrize("name", MODULES)
def test_the_stubs_have_every_public_name(name: str) -> None:
    stub = ast.parse((_stubs() / f"{name.removeprefix('.') or '__init__'}.pyi").read_text("utf-8"))
    imported = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    module = importlib.import_module(f"GitFleet{name}")
    optional = set().union(*getattr(module, "_OPTIONAL", {}).values()) if not name else set()
    optional |= set(module._OPTIONAL) if name == ".sync" else set()
    assert imported == {"*", *optional, *(SUBMODULES if not name else ())}
