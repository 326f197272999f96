"""Create the environments of ``nox -s bench`` and print the path of each interpreter, one per line.

The first has the clients that GitFleet is compared with, the second has gitfleet-py[fast].
Build the packages before (tools/build_packages.py). With ``--mirror`` it creates the one of ``nox -s mirror_scale``,
which has github-to-sqlite, and needs no packages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from build_packages import BUILD, ROOT, WHEELS, create_environment, install

# githubkit 0.16 allows hishel 2.0, but cannot be imported with it.
PEERS = (
    *("PyGithub", "github3.py", "githubkit", "hishel<2", "gidgethub", "ghapi", "python-gitlab", "pyreqwest"),
    *("httpx", "httpx2", "aiohttp", "msgspec", "uvloop", "trustme", "matplotlib"),
)
MIRROR_PEERS = ("github-to-sqlite",)
OURS = ("gitfleet", "gitfleet-api", "gitfleet-fleet", "gitfleet-mirror", "gitfleet-py", "gitfleet-testing")


def version() -> str:
    """The version of the packages in this tree."""
    return (ROOT / "packages/gitfleet-api/src/gitfleet_api/_version.py").read_text("utf-8").split('"')[-2]


def wheels(*names: str) -> list[str]:
    """Paths of built wheels."""
    return [str(path) for name in names for path in WHEELS.glob(f"{name.replace('-', '_')}-{version()}-*.whl")]


def _kept(name: str, requirements: tuple[str, ...]) -> Path:
    """An environment that is kept until its requirements change."""
    folder = BUILD / name
    python, stamp = folder / "bin" / "python", folder / "peers.txt"
    if not stamp.exists() or stamp.read_text("utf-8") != "\n".join(requirements):
        create_environment(folder, *requirements)
        stamp.write_text("\n".join(requirements), "utf-8")
    return python


def peers() -> Path:
    """The environment of the other clients: kept until the list changes, but with the forge as it is now."""
    python = _kept("bench-venv", PEERS)
    testing = wheels("gitfleet-testing")
    install(python, *testing)
    # An older build of the same version may be installed.
    install(python, "--force-reinstall", "--no-deps", *testing)
    return python


def fast() -> Path:
    """A new environment with gitfleet-py[fast]."""
    (engine,) = wheels("gitfleet-py")
    return create_environment(BUILD / "bench-fast-venv", f"{engine}[fast]", *wheels("gitfleet", "gitfleet-api"))


def main() -> int:
    """Create the environments of a session."""
    if sys.argv[1:] == ["--mirror"]:
        print(_kept("bench-mirror-venv", MIRROR_PEERS))
        return 0
    print(peers())
    print(fast())
    return 0


if __name__ == "__main__":
    sys.exit(main())
