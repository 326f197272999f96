"""What is imported when, and who may import whom."""

from __future__ import annotations

import ast
import graphlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("GitFleet", "gitfleet_api", "gitfleet_py", "gitfleet_native", "gitfleet_testing")
MAY_IMPORT = {
    "GitFleet": {"gitfleet_api"},
    "gitfleet_api": set[str](),
    "gitfleet_py": {"gitfleet_api"},
    "gitfleet_native": {"gitfleet_api"},
    "gitfleet_testing": set[str](),
}
HTTP = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "cffi", "socket", "ssl", "http", "certifi"}


def _folder(package: str) -> Path:
    # find_spec would import the parents of a name with dots, but these have none.
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return Path(spec.origin).parent


def _files(package: str) -> list[Path]:
    return [path for path in _folder(package).rglob("*.py") if path.name != "_gitfleet_abi.py"]


def _imports(path: Path, package: str, folder: Path) -> set[str]:
    """Full names of the modules that a file imports, those inside functions too, but not for types only."""
    parts = (package, *path.relative_to(folder).with_suffix("").parts)
    found: set[str] = set()
    for node in _run_time_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            name = ".".join(filter(None, (base, node.module)))
            found.update(f"{name}.{alias.name}" for alias in node.names)
            # "from . import module" needs nothing that the package's __init__ gathers.
            beside = path.parents[max(node.level, 1) - 1]
            if node.module is not None or not all((beside / f"{alias.name}.py").is_file() for alias in node.names):
                found.add(name)
    return found


def _run_time_nodes(tree: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        found += [node, *_run_time_nodes(node)]
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_between_the_packages_run_one_way(package: str) -> None:
    folder = _folder(package)
    for path in _files(package):
        tops = {name.partition(".")[0] for name in _imports(path, package, folder)}
        assert tops & set(PACKAGES) - {package} <= MAY_IMPORT[package], path


def test_the_api_does_no_io_of_its_own() -> None:
    folder = _folder("gitfleet_api")
    for path in _files("gitfleet_api"):
        tops = {name.partition(".")[0] for name in _imports(path, "gitfleet_api", folder)}
        assert not tops & HTTP, path


def test_the_modules_of_the_api_import_each_other_without_circles() -> None:
    folder = _folder("gitfleet_api")
    names = {
        ".".join(("gitfleet_api", *path.relative_to(folder).with_suffix("").parts)): path
        for path in _files("gitfleet_api")
    }
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        imported = _imports(path, "gitfleet_api", folder)
        # A package stands for its __init__, which only gathers what lies in it.
        graph[name] = {
            other
            for found in imported
            for other in (found, f"{found}.__init__")
            if other in names and other not in (name, "gitfleet_api.__init__")
        }
    order = list(graphlib.TopologicalSorter(graph).static_order())
    layers = [
        "errors",
        "backend.projection",
        "backend.base",
        "session.session",
        "client.base",
        "providers.github.client",
    ]
    places = [order.index(f"gitfleet_api.{layer}") for layer in layers]
    assert places == sorted(places)


def _loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_gitfleet_loads_no_engine() -> None:
    loaded = _loaded_by("import GitFleet, GitFleet.providers")
    assert "gitfleet_api" in loaded
    assert not loaded & {"httpx", "httpcore", "cffi", "_cffi_backend", "gitfleet_py", "gitfleet_native"}
    assert not loaded & {"importlib.metadata", "email.utils", "urllib.request", "http.client"}


def test_a_client_of_one_engine_loads_not_the_other(engine: str) -> None:
    loaded = _loaded_by(f"import GitFleet; GitFleet.GitHubClient(backend={engine!r})")
    assert ("gitfleet_py" in loaded) == (engine == "python")
    assert ("gitfleet_native" in loaded) == (engine == "native")
    assert "httpx" not in loaded


def test_what_people_import_lacks_only_what_writers_of_engines_and_tests_need() -> None:
    import GitFleet
    import GitFleet.providers
    import GitFleet.tables
    import gitfleet_api

    own = set(GitFleet.__all__) - set(GitFleet.tables.__all__)
    people = {*own, *GitFleet.providers.__all__}
    borders = {"PROTOCOL", "Column", "Projection", "Request", "Response", "Headers", "DecodeFailure", "CacheEntry"}
    borders |= {"Clock", "SystemClock", "RetryPolicy"}
    assert set(gitfleet_api.__all__) - people == borders
    assert all(getattr(GitFleet, name) is getattr(gitfleet_api, name) for name in own)


def test_tables_can_be_had_from_gitfleet_and_are_loaded_when_they_are_asked_for() -> None:
    import GitFleet
    import GitFleet.tables

    assert set(GitFleet.tables.__all__) <= set(GitFleet.__all__)
    assert all(getattr(GitFleet, name) is getattr(GitFleet.tables, name) for name in GitFleet.tables.__all__)
    assert "gitfleet_api.tables" not in _loaded_by("import GitFleet")
    loaded = _loaded_by("from GitFleet import to_pandas")
    assert "gitfleet_api.tables" in loaded
    assert not loaded & {"pandas", "pyarrow", "polars"}


def test_every_public_name_is_there_and_documented() -> None:
    import GitFleet
    import GitFleet.providers

    for module in (GitFleet, GitFleet.providers):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name
    assert GitFleet.providers.GitHubClient is GitFleet.GitHubClient
