"""Discovery of the installed engines, and selection of the one to use."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from typing import NamedTuple

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import BackendUnavailableError, ConfigurationError
from .base import PROTOCOL, Backend

__all__ = ["ENVIRONMENT_VARIABLE", "BackendInfo", "BackendWarning", "backends", "find_backend"]

ENVIRONMENT_VARIABLE = "GITFLEET_BACKEND"


class BackendWarning(RuntimeWarning):
    """An installed engine can't be loaded, and GitFleet falls back to another one."""


class _Engine(NamedTuple):
    name: str
    module: str
    class_name: str
    distribution: str
    command: str


# In order of preference. Other engines are passed to clients as Backend objects.
_ENGINES = (
    _Engine("native", "gitfleet_native", "NativeBackend", "gitfleet-native", "pip install 'gitfleet[native]'"),
    _Engine("python", "gitfleet_py", "PythonBackend", "gitfleet-py", "pip install gitfleet"),
)
_BY_NAME = {engine.name: engine for engine in _ENGINES}


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """The state of an engine, as ``GitFleet.backends()`` lists it.

    Attributes:
        name: ``native`` or ``python``.
        installed: whether its package is installed.
        usable: whether it can be loaded.
        version: version of the engine; None if it is not usable.
        reason: the reason why it is not usable; None if it is.
        remedy: the command that fixes it; None if it is usable.
    """

    name: str
    installed: bool
    usable: bool
    version: str | None
    reason: str | None
    remedy: str | None = None


class _Unusable(Exception):
    def __init__(self, reason: str, *, remedy: str, installed: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.installed = installed


_loaded: dict[str, type[Backend]] = {}
_warned: set[str] = set()


def find_backend(name: str | None = None, *, use_python_impl: bool = False) -> type[Backend]:
    """Return the class of the engine to use.

    Args:
        name: ``native`` or ``python``; None uses the environment variable GITFLEET_BACKEND, or else the first of native
            and python that can be loaded.
        use_python_impl: the same as ``python``.

    Raises:
        ConfigurationError: The name is unknown, or the arguments contradict each other.
        BackendUnavailableError: The requested engine can't be loaded, or no engine is installed.
    """
    if use_python_impl:
        if name not in (None, "python"):
            raise ConfigurationError(f"use_python_impl=True contradicts backend={shorten_repr(name)}; give one of them")
        name = "python"
    source = "use_python_impl=True" if use_python_impl else "backend"
    if name is None:
        name, source = os.environ.get(ENVIRONMENT_VARIABLE) or None, ENVIRONMENT_VARIABLE
    if name is None:
        return _first_usable()
    if name not in _BY_NAME:
        raise ConfigurationError(f"{source} must be 'native' or 'python', not {shorten_repr(name)}")
    engine = _BY_NAME[name]
    try:
        return _load(engine)
    except _Unusable as unusable:
        raise BackendUnavailableError(
            f"the {name} engine, requested by {source}, can't be used: {unusable.reason}. To fix it: {unusable.remedy}"
        ) from unusable.__cause__


def _first_usable() -> type[Backend]:
    tried: list[str] = []
    remedies: list[str] = []
    for engine in _ENGINES:
        try:
            return _load(engine)
        except _Unusable as unusable:
            tried.append(f"{engine.name}: {unusable.reason}")
            remedies.insert(0, unusable.remedy)
            if unusable.installed and engine is not _ENGINES[-1]:
                _warn_once(engine, unusable)
    raise BackendUnavailableError(f"no engine can be used ({'; '.join(tried)}). To fix it: {' or '.join(remedies)}")


def _warn_once(engine: _Engine, unusable: _Unusable) -> None:
    if engine.name not in _warned:
        _warned.add(engine.name)
        problem = f"the {engine.name} engine is installed but can't be loaded ({unusable.reason})"
        message = f"{problem}; falling back to another one. To fix it: {unusable.remedy}"
        warnings.warn(message, BackendWarning, stacklevel=1 + _levels_inside())


def _levels_inside() -> int:
    """Return the number of frames from the caller up to the line, outside this package, that creates the client."""
    package = __name__.partition(".")[0]
    frame, levels = sys._getframe(1), 0  # noqa: SLF001  the documented name; inspect takes 5 ms to import
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, levels = frame.f_back, levels + 1
    return levels


def _load(engine: _Engine) -> type[Backend]:
    if engine.name not in _loaded:
        _loaded[engine.name] = _import(engine)
    return _loaded[engine.name]


def _import(engine: _Engine) -> type[Backend]:
    # Without --force-reinstall pip does not touch an installed package, even if it is broken.
    reinstall = f"pip install --force-reinstall --no-deps {engine.distribution}"
    # An import also finds out whether a package is installed; importing importlib.metadata takes 27 ms.
    try:
        module = importlib.import_module(engine.module)
        found = getattr(module, engine.class_name)
    except ModuleNotFoundError as error:
        if error.name == engine.module:
            reason = f"{engine.distribution} is not installed"
            raise _Unusable(reason, remedy=engine.command, installed=False) from error
        reason = f"{engine.distribution} needs {error.name}, which is not installed"
        raise _Unusable(reason, remedy=engine.command) from error
    except Exception as error:  # a broken installation may raise anything, and the other engine may still work
        raise _Unusable(f"{type(error).__name__}: {error}", remedy=reinstall) from error
    protocol = getattr(found, "protocol", None)
    if protocol != PROTOCOL:
        raise _Unusable(
            f"{engine.distribution} implements protocol {protocol}, this gitfleet-api requires protocol {PROTOCOL}: "
            "install the same version of both",
            remedy=f"pip install --upgrade gitfleet-api {engine.distribution}",
        )
    if not (isinstance(found, type) and issubclass(found, Backend)):
        raise _Unusable(f"{engine.module}.{engine.class_name} is not a Backend", remedy=reinstall)
    return found


def backends() -> list[BackendInfo]:
    """List all engines in order of preference, with their state. Raises no error and emits no warning."""
    infos: list[BackendInfo] = []
    for engine in _ENGINES:
        try:
            version = _load(engine).version()
        except _Unusable as unusable:
            infos.append(BackendInfo(engine.name, unusable.installed, False, None, unusable.reason, unusable.remedy))
        else:
            infos.append(BackendInfo(engine.name, True, True, version, None))
    return infos
