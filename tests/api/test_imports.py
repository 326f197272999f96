"""Which modules are loaded when, and which names are public. `nox -s lint` checks who imports whom."""

from __future__ import annotations

import subprocess
import sys


def _loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_gitfleet_loads_nothing_else_until_a_name_is_used() -> None:
    loaded = _loaded_by("import GitFleet; assert 'RepoInfo' in dir(GitFleet)")
    assert "GitFleet" in loaded
    assert not loaded & {"gitfleet_api", "asyncio"}
    assert "gitfleet_api" in _loaded_by("import GitFleet; GitFleet.RepoInfo")


def test_importing_gitfleet_loads_no_engine() -> None:
    loaded = _loaded_by("import GitFleet, GitFleet.providers")
    assert "gitfleet_api" in loaded
    assert not loaded & {"httpx", "httpcore", "cffi", "_cffi_backend", "gitfleet_py", "gitfleet_native"}
    assert not loaded & {"importlib.metadata", "email.utils", "urllib.request", "http.client"}


def test_a_client_of_one_engine_does_not_load_the_other(engine: str) -> None:
    loaded = _loaded_by(f"import GitFleet; GitFleet.GitHubClient(backend={engine!r})")
    assert ("gitfleet_py" in loaded) == (engine == "python")
    assert ("gitfleet_native" in loaded) == (engine == "native")
    assert "httpx" not in loaded


def test_only_names_for_authors_of_engines_and_tests_are_missing_from_gitfleet() -> None:
    import GitFleet
    import GitFleet.providers
    import GitFleet.tables
    import gitfleet_api

    own = set(GitFleet.__all__) - set(GitFleet.tables.__all__)
    users = {*own, *GitFleet.providers.__all__}
    authors = {"PROTOCOL", "Column", "Projection", "Request", "Response", "Headers", "DecodeFailure", "CacheEntry"}
    authors |= {"Clock", "SystemClock", "RetryPolicy"}
    assert set(gitfleet_api.__all__) - users == authors
    assert all(getattr(GitFleet, name) is getattr(gitfleet_api, name) for name in own - {"__version__"})
    assert GitFleet.__version__ == gitfleet_api.__version__


def test_gitfleet_exports_the_tables_and_loads_them_on_first_use() -> None:
    import GitFleet
    import GitFleet.tables

    assert set(GitFleet.tables.__all__) <= set(GitFleet.__all__)
    assert all(getattr(GitFleet, name) is getattr(GitFleet.tables, name) for name in GitFleet.tables.__all__)
    assert "gitfleet_api.tables" not in _loaded_by("from GitFleet import GitHubClient")
    loaded = _loaded_by("from GitFleet import to_pandas")
    assert "gitfleet_api.tables" in loaded
    assert not loaded & {"pandas", "pyarrow", "polars"}


def test_every_public_name_exists_and_has_a_docstring() -> None:
    import GitFleet
    import GitFleet.providers

    for module in (GitFleet, GitFleet.providers):
        for name in module.__all__:
            assert getattr(module, name).__doc__, name
    assert GitFleet.providers.GitHubClient is GitFleet.GitHubClient
