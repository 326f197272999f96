"""The crates that are linked into the native engine, for their notices and for the software bill of materials."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT_CRATE = "gitfleet-ffi"
_TEXTS = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


@dataclass(frozen=True, slots=True)
class Crate:
    """A crate."""

    name: str
    """Its name."""
    version: str
    """Its version."""
    licence: str
    """Its SPDX expression."""
    repository: str | None
    """URL of its sources."""
    is_ours: bool
    """Whether it belongs to this project."""
    folder: Path
    """Where its sources are."""
    needs: tuple[tuple[str, str], ...]
    """Name and version of each crate that it links."""


def linked_crates(rust: Path, platforms: Sequence[str]) -> list[Crate]:
    """Return the crates of the library on any of some platforms, sorted by name and version.

    Procedural macros and build scripts run during the build, and tests are separate programs: they are not linked.

    Args:
        rust: Folder of the workspace.
        platforms: Target triples of rustc.
    """
    found: dict[tuple[str, str], Crate] = {}
    for platform in platforms:
        for crate in _linked_on(rust, platform):
            key = crate.name, crate.version
            former = found.get(key)
            needs = crate.needs if former is None else tuple(sorted({*former.needs, *crate.needs}))
            found[key] = Crate(*key, crate.licence, crate.repository, crate.is_ours, crate.folder, needs)
    return [found[key] for key in sorted(found)]


def texts_of(crate: Crate) -> Iterator[str]:
    """Return the texts of a crate's licences and notices. Of licences to choose from it is MIT, if that is one."""
    names = sorted(path.name for path in crate.folder.iterdir() if path.name.upper().startswith(_TEXTS))
    # Of "(MIT OR Apache-2.0) AND Unicode-3.0", all texts: each part of AND has its text.
    choices = {choice.strip("() ") for choice in crate.licence.split(" OR ")} if " AND " not in crate.licence else ()
    chosen = [name for name in names if "MIT" in name.upper() and "MIT" in choices]
    for name in chosen or names:
        lines = (crate.folder / name).read_text("utf-8").splitlines()
        yield "\n".join(line.rstrip() for line in lines).strip()


def _linked_on(rust: Path, platform: str) -> Iterator[Crate]:
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={platform}"]
    done = subprocess.run(command, cwd=rust, stdout=subprocess.PIPE, check=True)  # noqa: S603
    metadata: dict[str, Any] = json.loads(done.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    links = {node["id"]: _links(node, packages) for node in metadata["resolve"]["nodes"]}
    waiting = [identity for identity, package in packages.items() if package["name"] == ROOT_CRATE]
    seen: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity not in seen:
            seen.add(identity)
            waiting += links[identity]
            yield _crate(packages[identity], [packages[linked] for linked in links[identity]])


def _links(node: dict[str, Any], packages: dict[str, Any]) -> list[str]:
    return [
        needed["pkg"]
        for needed in node["deps"]
        if any(kind["kind"] is None for kind in needed["dep_kinds"])
        and not any("proc-macro" in target["kind"] for target in packages[needed["pkg"]]["targets"])
    ]


def _crate(package: dict[str, Any], needs: list[dict[str, Any]]) -> Crate:
    if not package["license"]:
        raise SystemExit(f"{package['name']} {package['version']} names no licence")
    return Crate(
        package["name"],
        package["version"],
        " OR ".join(part.strip() for part in package["license"].split("/")),  # an old form of OR
        package["repository"],
        package["source"] is None,
        Path(package["manifest_path"]).parent,
        tuple(sorted((need["name"], need["version"]) for need in needs)),
    )
