"""Run in an environment with ``gitfleet`` only: checks the installed distributions, and that they work."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import pkgutil
import subprocess
import sys
import sysconfig
from pathlib import Path

# gitfleet-api, gitfleet-py, aiohappyeyeballs, httpx and the five that httpx needs. One of those, anyio, needs
# typing_extensions as well on every Python before 3.15 (see docs/decisions.md).
MOST = 9
BACKPORTS = {"typing-extensions"} if sys.version_info < (3, 15) else set()
OPTIONAL = (
    *("gitfleet_py.decode_msgspec", "gitfleet_py.transport.http2"),  # they need msgspec and h2
    # They need opentelemetry-api.
    *(f"gitfleet_api.telemetry.{name}" for name in ("call_span", "measurements", "recorder")),
    *("GitFleet.demo.job", "GitFleet.demo.interrupted"),  # they need gitfleet-fleet
    *(f"GitFleet.proxy.{name}" for name in ("delivery", "handler", "server", "uploads")),  # they need aiohttp
)
COMPILED = (".so", ".pyd", ".dylib", ".dll")


def _check_command_line() -> None:
    """Check that a command names the missing extra in one sentence; doctor and --version work without it."""
    script = Path(sysconfig.get_path("scripts")) / ("gitfleet.exe" if sys.platform == "win32" else "gitfleet")
    sentence = "gitfleet: the command line needs click and rich: pip install 'gitfleet[cli]'"
    python = [sys.executable, "-P", "-m"]
    for command in ([*python, "GitFleet"], [*python, "gitfleet"], [str(script)]):
        for arguments in ((), ("repos", "github:python")):
            asked = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            if (asked.returncode, asked.stdout, asked.stderr.strip()) != (2, "", sentence):
                raise SystemExit(f"the command line does not name the extra: {asked}")
        subprocess.run([*command, "doctor", "--offline"], capture_output=True, check=True)
        subprocess.run([*command, "--version"], capture_output=True, check=True)


def _import_all_modules() -> None:
    """Import each module except those of the command line and of optional packages."""
    import GitFleet
    import gitfleet_api
    import gitfleet_py

    for package in (GitFleet, gitfleet_api, gitfleet_py):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=_reraise):
            if not module.name.startswith(("GitFleet.cli", "GitFleet.__main__")) and module.name not in OPTIONAL:
                importlib.import_module(module.name)


def _reraise(name: str) -> None:
    if not name.startswith("GitFleet.cli"):
        raise SystemExit(f"{name} cannot be imported")


def main() -> None:
    found = {item.name.lower().replace("_", "-"): item for item in importlib.metadata.distributions()}
    installed = sorted(found.keys() - {"gitfleet", "pip", "setuptools", "wheel"})
    if not {"gitfleet-api", "gitfleet-py", "httpx"} <= set(installed):
        raise SystemExit(f"a dependency of gitfleet is missing: {installed}")
    if len(set(installed) - BACKPORTS) > MOST:
        raise SystemExit(f"gitfleet installs {len(installed)} distributions, more than {MOST}: {installed}")
    compiled = [
        str(file)
        for name in ["gitfleet", *installed]
        for file in found[name].files or ()
        if file.suffix in COMPILED or ".so." in file.name
    ]
    if compiled:
        raise SystemExit(f"compiled files are installed: {compiled}")
    if importlib.util.find_spec("cffi") is not None:
        raise SystemExit("cffi is installed")

    import GitFleet

    if found["gitfleet"].version != GitFleet.__version__:
        raise SystemExit(f"not the gitfleet of this tree: {found['gitfleet'].version}")

    client_class = GitFleet.GitHubClient  # loads the library: `import GitFleet` alone does not
    if {"httpx", "cffi"} & sys.modules.keys():
        raise SystemExit("importing GitFleet imports an HTTP library")
    _import_all_modules()
    client = client_class()
    if client._use_rust:
        raise SystemExit("a native engine is installed")
    _check_command_line()
    print(f"gitfleet installs {len(installed)} distributions, none compiled: {', '.join(installed)}")


main()
