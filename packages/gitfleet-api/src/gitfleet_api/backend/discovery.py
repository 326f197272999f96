"""Which engines there are, which one to take, and why one can't be had."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import NamedTuple

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import BackendUnavailableError, ConfigurationError
from .base import PROTOCOL, Backend

__all__ = ["ENVIRONMENT_VARIABLE", "BackendInfo", "BackendWarning", "backends", "find_backend"]

ENVIRONMENT_VARIABLE = "GITFLEET_BACKEND"


class BackendWarning(RuntimeWarning):
    """An engine is installed but can't be used; another one takes its place."""


class _Engine(NamedTuple):
    name: str
    module: str
    class_name: str
    distribution: str
    command: str


# In order of preference. Two names are all there are: other engines come as Backend objects.
_ENGINES = (
    _Engine("native", "gitfleet_native", "NativeBackend", "gitfleet-native", "pip install 'gitfleet[native]'"),
    _Engine("python", "gitfleet_py", "PythonBackend", "gitfleet-py", "pip install gitfleet"),
)
_BY_NAME = {engine.name: engine for engine in _ENGINES}


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """One engine, as ``GitFleet.backends()`` lists it.

    Attributes:
        name: ``native`` or ``python``.
        installed: whether its package is there.
        usable: whether it loads.
        version: its own words about itself; None when it is not usable.
        reason: why it is not usable; None when it is.
        remedy: the command that mends it; None when it is usable.
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
    """The class of the engine to use.

    Args:
        name: ``native`` or ``python``; None takes what the environment variable GITFLEET_BACKEND names, or else the
            first of native and python that loads.
        use_python_impl: the same as ``python``.

    Raises:
        ConfigurationError: an unknown name, or two that contradict each other.
        BackendUnavailableError: what was asked for can't be had, or nothing is there.
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
            f"the {name} engine, asked for by {source}, can't be used: {unusable.reason}. To mend it: {unusable.remedy}"
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
    raise BackendUnavailableError(f"no engine can be used ({'; '.join(tried)}). To mend it: {' or '.join(remedies)}")


def _warn_once(engine: _Engine, unusable: _Unusable) -> None:
    if engine.name not in _warned:
        _warned.add(engine.name)
        what = f"the {engine.name} engine is installed but does not load ({unusable.reason})"
        message = f"{what}; falling back to another one. To mend it: {unusable.remedy}"
        warnings.warn(message, BackendWarning, stacklevel=6)  # the line that makes the client


def _load(engine: _Engine) -> type[Backend]:
    if engine.name not in _loaded:
        _loaded[engine.name] = _import(engine)
    return _loaded[engine.name]


def _import(engine: _Engine) -> type[Backend]:
    # What is installed already pip leaves alone, however broken it is.
    again = f"pip install --force-reinstall --no-deps {engine.distribution}"
    # importlib.metadata would tell too, but costs 27 ms; a plain import says the same.
    try:
        module = importlib.import_module(engine.module)
        found = getattr(module, engine.class_name)
    except ModuleNotFoundError as error:
        if error.name == engine.module:
            reason = f"{engine.distribution} is not installed"
            raise _Unusable(reason, remedy=engine.command, installed=False) from error
        reason = f"{engine.distribution} needs {error.name}, which is not installed"
        raise _Unusable(reason, remedy=engine.command) from error
    except Exception as error:  # whatever a broken installation raises, the other engine may still work
        raise _Unusable(f"{type(error).__name__}: {error}", remedy=again) from error
    protocol = getattr(found, "protocol", None)
    if protocol != PROTOCOL:
        raise _Unusable(
            f"{engine.distribution} speaks protocol {protocol}, this gitfleet-api speaks protocol {PROTOCOL}: "
            "install the same version of both",
            remedy=f"pip install --upgrade gitfleet-api {engine.distribution}",
        )
    if not (isinstance(found, type) and issubclass(found, Backend)):
        raise _Unusable(f"{engine.module}.{engine.class_name} is not a Backend", remedy=again)
    return found


def backends() -> list[BackendInfo]:
    """Every engine GitFleet knows, in order of preference, and whether it can be used; raises and warns nothing."""
    found: list[BackendInfo] = []
    for engine in _ENGINES:
        try:
            version = _load(engine).version()
        except _Unusable as unusable:
            found.append(BackendInfo(engine.name, unusable.installed, False, None, unusable.reason, unusable.remedy))
        else:
            found.append(BackendInfo(engine.name, True, True, version, None))
    return found
