"""Selection of the engine, and the errors for engines that can't be loaded."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from GitFleet import (
    BackendUnavailableError,
    BackendWarning,
    ConfigurationError,
    GitHubClient,
    GitLabClient,
    backends,
    sync,
)
from gitfleet_api.backend import discovery

GOOD = """
from gitfleet_api import Backend

class {name}(Backend):
    name = "{engine}"
    protocol = {protocol}

    @classmethod
    def create(cls, *, verify=True):
        return cls()

    async def send(self, request):
        raise NotImplementedError  # the tests of the choice send nothing

    async def aclose(self):
        pass

    @classmethod
    def version(cls):
        return "fake {engine}"
"""
MODULES = {"native": ("gitfleet_native", "NativeBackend"), "python": ("gitfleet_py", "PythonBackend")}

Install = Callable[[str, str], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Replace an engine by a module with the given source; initially both engines are missing."""
    monkeypatch.setattr(discovery, "_loaded", {})
    monkeypatch.setattr(discovery, "_warned", set())
    for name in list(sys.modules):
        if name.partition(".")[0] in ("gitfleet_native", "gitfleet_py"):
            monkeypatch.delitem(sys.modules, name)
    missing = _Missing({module for module, _ in MODULES.values()}, tmp_path)
    monkeypatch.setattr(sys, "meta_path", [missing, *sys.meta_path])
    monkeypatch.syspath_prepend(tmp_path)

    def put(engine: str, source: str = "") -> None:
        module, name = MODULES[engine]
        text = source or GOOD.format(name=name, engine=engine, protocol=1)
        (tmp_path / f"{module}.py").write_text(text)

    return put


class _Missing:
    """An import hook that hides the installed engines."""

    def __init__(self, names: set[str], folder: Path) -> None:
        self._names = names
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name not in self._names:
            return None
        from importlib.util import spec_from_file_location

        file = self._folder / f"{name}.py"
        if not file.exists():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return spec_from_file_location(name, file)


@pytest.fixture(autouse=True)
def _forget_fakes() -> Any:
    yield
    for name in ("gitfleet_native", "gitfleet_py"):
        module = sys.modules.get(name)
        if module is not None and not hasattr(module, "__path__"):
            del sys.modules[name]


def test_the_native_engine_is_preferred(install: Install) -> None:
    install("native", "")
    install("python", "")
    assert GitHubClient()._use_rust is True
    assert GitHubClient(use_python_impl=True)._use_rust is False
    assert GitHubClient(backend="python")._use_rust is False


def test_the_python_engine_is_used_silently_if_the_native_one_is_not_installed(install: Install) -> None:
    install("python", "")
    assert GitHubClient()._use_rust is False
    native, python = backends()
    assert (native.installed, native.usable, native.version) == (False, False, None)
    assert native.reason == "gitfleet-native is not installed"
    assert native.remedy == "pip install 'gitfleet[native]'"
    assert (python.installed, python.usable, python.version, python.reason) == (
        True,
        True,
        "fake python",
        None,
    )


REINSTALL = "pip install --force-reinstall --no-deps gitfleet-native"
UPGRADE = "pip install --upgrade gitfleet-api gitfleet-native"
BROKEN = {
    "a broken shared library": (
        "raise OSError('libfoo.so: cannot open shared object file')",
        "libfoo.so",
        REINSTALL,
    ),
    "a missing dependency": (
        "import cffi_that_is_not_there",
        "cffi_that_is_not_there",
        "pip install 'gitfleet[native]'",
    ),
    "another protocol": (GOOD.format(name="NativeBackend", engine="native", protocol=99), "protocol 99", UPGRADE),
    "no protocol": ("class NativeBackend: pass", "protocol None", UPGRADE),
    "no class": ("", "NativeBackend", REINSTALL),
    "not a Backend": ("class NativeBackend:\n    protocol = 1", "not a Backend", REINSTALL),
    "a syntax error": ("def", "SyntaxError", REINSTALL),
}
"""The source of a broken engine, a part of the error message, and the command that fixes it."""


@pytest.mark.parametrize(("source", "reason", "remedy"), BROKEN.values(), ids=BROKEN.keys())
def test_the_python_engine_is_used_with_one_warning_if_the_native_one_is_broken(
    install: Install, source: str, reason: str, remedy: str
) -> None:
    install("native", source or "x = 1")
    install("python", "")
    with pytest.warns(BackendWarning) as caught:
        assert GitHubClient()._use_rust is False
    assert len(caught) == 1
    assert reason in str(caught[0].message)
    assert str(caught[0].message).endswith(f"To fix it: {remedy}")
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert GitHubClient()._use_rust is False
        native = backends()[0]
    assert (native.installed, native.usable) == (True, False)
    assert reason in (native.reason or "")
    assert native.remedy == remedy


@pytest.mark.parametrize("client", [GitHubClient, GitLabClient, sync.GitHubClient, sync.GitLabClient])
def test_the_warning_names_the_line_that_creates_the_client(install: Install, client: Callable[[], object]) -> None:
    install("native", "x = 1")
    install("python", "")
    with pytest.warns(BackendWarning) as caught:
        client()
    assert [item.filename for item in caught] == [__file__]


@pytest.mark.parametrize(("source", "reason", "remedy"), BROKEN.values(), ids=BROKEN.keys())
def test_a_requested_engine_that_is_broken_is_an_error(install: Install, source: str, reason: str, remedy: str) -> None:
    install("native", source or "x = 1")
    install("python", "")
    with pytest.raises(BackendUnavailableError) as caught:
        GitHubClient(backend="native")
    message = str(caught.value)
    assert reason in message
    assert message.endswith(f"To fix it: {remedy}")


def test_the_error_for_another_protocol_has_both_versions(install: Install) -> None:
    install("python", GOOD.format(name="PythonBackend", engine="python", protocol=7))
    with pytest.raises(BackendUnavailableError, match=r"protocol 7.*protocol 1"):
        GitHubClient(use_python_impl=True)


@pytest.mark.parametrize("missing", ["native", "python"])
def test_a_requested_engine_that_is_not_installed_is_an_error(install: Install, missing: Any) -> None:
    install("python" if missing == "native" else "native", "")
    with pytest.raises(BackendUnavailableError) as caught:
        GitHubClient(backend=missing)
    error = caught.value
    assert isinstance(error, ImportError)
    assert isinstance(error, ValueError)
    assert isinstance(error, ConfigurationError)
    assert error.code == "backend_unavailable"
    assert missing in str(error)
    assert "is not installed" in str(error)
    assert "pip install" in str(error)


@pytest.mark.usefixtures("install")
def test_the_error_without_any_engine_has_both_reasons_and_both_commands() -> None:
    with pytest.raises(BackendUnavailableError) as caught:
        GitHubClient()
    for word in ("native: gitfleet-native is not installed", "python: gitfleet-py is not installed"):
        assert word in str(caught.value)
    assert "pip install gitfleet" in str(caught.value)
    assert "pip install 'gitfleet[native]'" in str(caught.value)
    assert [info.usable for info in backends()] == [False, False]


@pytest.mark.parametrize("name", ["native", "python"])
def test_the_environment_chooses_the_engine(install: Install, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    install("native", "")
    install("python", "")
    monkeypatch.setenv("GITFLEET_BACKEND", name)
    assert GitHubClient().backend.name == name


def test_an_argument_overrides_the_environment(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("native", "")
    install("python", "")
    monkeypatch.setenv("GITFLEET_BACKEND", "native")
    assert GitHubClient(use_python_impl=True).backend.name == "python"
    assert GitHubClient(backend="python").backend.name == "python"


def test_an_empty_environment_variable_is_ignored(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("python", "")
    monkeypatch.setenv("GITFLEET_BACKEND", "")
    assert GitHubClient().backend.name == "python"


def test_an_unknown_engine_in_the_environment_is_an_error(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("python", "")
    monkeypatch.setenv("GITFLEET_BACKEND", "rust")
    with pytest.raises(ConfigurationError, match=r"GITFLEET_BACKEND must be .*not 'rust'"):
        GitHubClient()


def test_an_engine_in_the_environment_that_is_not_installed_is_an_error(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("python", "")
    monkeypatch.setenv("GITFLEET_BACKEND", "native")
    with pytest.raises(BackendUnavailableError, match="GITFLEET_BACKEND"):
        GitHubClient()
