"""Run in an environment with gitfleet-api only: there is no engine, and the error names the packages to install."""

from __future__ import annotations

from gitfleet_api import BackendUnavailableError, GitHubClient


def main() -> None:
    for arguments in ({}, {"backend": "native"}, {"backend": "python"}, {"use_python_impl": True}):
        try:
            GitHubClient(**arguments)
        except BackendUnavailableError as error:
            if "pip install" not in str(error) or "is not installed" not in str(error):
                raise SystemExit(f"{arguments}: the error does not name the package to install: {error}") from None
            print(f"{arguments}: {error}")
        else:
            raise SystemExit(f"{arguments}: a client was created without an engine")


main()
