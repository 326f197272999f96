"""Run in an environment with gitfleet-api, gitfleet-native and the test tools only."""

from __future__ import annotations

import importlib.util
import pkgutil

import gitfleet_native
from gitfleet_api import BackendUnavailableError, GitHubClient, backends


def main() -> None:
    for absent in ("httpx", "gitfleet_py", "GitFleet"):
        if importlib.util.find_spec(absent) is not None:
            raise SystemExit(f"{absent} is installed, so this check proves nothing")
    for module in pkgutil.iter_modules(gitfleet_native.__path__, "gitfleet_native."):
        if module.name != "gitfleet_native.gitfleet_ffi":  # the library, which is no module of Python
            importlib.import_module(module.name)
    if not GitHubClient()._use_rust:
        raise SystemExit("the client does not use the native engine")
    try:
        GitHubClient(use_python_impl=True)
    except BackendUnavailableError as error:
        if "pip install gitfleet" not in str(error):
            raise SystemExit(f"the error does not name the package to install: {error}") from None
        print(f"native only: {backends()[0].version}; asked for the other: {error}")
    else:
        raise SystemExit("use_python_impl=True returned a client without the Python engine")


main()
