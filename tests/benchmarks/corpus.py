"""The bodies: 10,000 repositories in 100 pages, 2,000 single ones, 100,000 in 1,000 pages; also in GitLab's shape.

Shapes and data are gitfleet_testing's. Run as a program it writes them (``python -m benchmarks.corpus FOLDER``): in a
process of its own, because the memory of the one that starts the clients counts towards theirs.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
import urllib.request
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["PAGES", "PER_PAGE", "PUBLIC", "SINGLES", "STREAM_PAGES", "Corpus", "Expected", "checksum", "ensure"]

PER_PAGE = 100
PAGES = 100
SINGLES = 2000
STREAM_PAGES = 1000
PUBLIC = "https://api.github.com"
"""The root of the addresses in the bodies."""
_VERSION = 3
"""Increase it with every change of the files: older folders are written again."""
_SEED = 5
# Nearly all belong to the one organization, a few to users.
_REPOSITORIES = PAGES * PER_PAGE * 11 // 10
_ROW = re.compile(rb'(?:(?<=^\[)|(?<=,))\{"id":(\d+),"node_id":"[^"]*","name":')
_PRIME = 1_000_003
_MODULUS = 2**61


def checksum(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the number of (id, stars) pairs, and a number that depends on all of them but not on their order."""
    rows = total = 0
    for number, stars in pairs:
        rows += 1
        total += number * _PRIME + stars
    return rows, total % _MODULUS


@dataclass(frozen=True, slots=True)
class Expected:
    """The rows that a client must have received."""

    rows: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The corpus in a folder.

    Attributes:
        folder: its place.
        owner: login of the organization.
        body_bytes: of all pages of the GitHub listing together.
        expected: the expected rows by the name of a listing or set.
    """

    folder: Path
    owner: str
    body_bytes: int
    expected: dict[str, Expected]

    @classmethod
    def read(cls, folder: Path) -> Corpus | None:
        """Return the corpus in the folder, or None if there is none of this version."""
        try:
            said = json.loads((folder / "corpus.json").read_text())
        except FileNotFoundError:
            return None
        if said.pop("version") != _VERSION:
            return None
        expected = {name: Expected(**value) for name, value in said.pop("expected").items()}
        return cls(folder=folder, expected=expected, **said)

    def write(self) -> None:
        """Write the description, last of all: a folder without it is not finished."""
        said = {
            "version": _VERSION,
            "owner": self.owner,
            "body_bytes": self.body_bytes,
            "expected": {name: asdict(value) for name, value in self.expected.items()},
        }
        (self.folder / "corpus.json").write_text(json.dumps(said))


def ensure(folder: Path, python: str, environment: dict[str, str]) -> Corpus:
    """Return the corpus in ``folder``; write it first if it is missing."""
    import subprocess

    found = Corpus.read(folder)
    if found is None:
        print("writing the bodies, some 650 MB ...", flush=True)
        command = [python, "-P", "-m", "benchmarks.corpus", str(folder)]
        subprocess.run(command, check=True, env=environment)
        found = Corpus.read(folder)
        assert found is not None
    return found


def make(folder: Path) -> None:
    """Write all files."""
    from gitfleet_testing import Fleet, Forge

    shutil.rmtree(folder, ignore_errors=True)
    fleet = Fleet.generate(
        organizations=1, repositories=_REPOSITORIES, private_share=0, branches=1, contributors=0, seed=_SEED
    )
    owner = next(repository.owner for repository in fleet.repositories if repository.owner.endswith("-labs"))
    with Forge(fleet, gzip=False) as forge:
        root = forge.url.encode()
        get = _Getter(forge.token, root)
        names, github = _github(folder / "github", f"{forge.url}/", owner, get)
        gitlab = _gitlab(folder / "gitlab", f"{forge.url}/api/v4/", owner, get)
    (folder / "names.txt").write_text("\n".join(names))
    size = sum(path.stat().st_size for path in (folder / "github" / "pages").glob("*.json"))
    Corpus(folder, owner, size, {**github, **gitlab}).write()


class _Getter:
    """Reads from the forge; the bodies get the addresses of the public service."""

    def __init__(self, token: str, root: bytes) -> None:
        self._token = token
        self._root = root

    def __call__(self, url: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:  # noqa: S310  loopback
            body: bytes = response.read()
        return body.replace(self._root, PUBLIC.encode())


def _github(folder: Path, root: str, owner: str, get: _Getter) -> tuple[list[str], dict[str, Expected]]:
    for name in ("pages", "repos", "stream"):
        (folder / name).mkdir(parents=True)
    (folder / "organization.json").write_bytes(get(f"{root}orgs/{owner}"))
    (folder / "user.json").write_bytes(get(f"{root}users/{owner}"))
    rows = []
    pages = []
    for number in range(1, PAGES + 1):
        body = get(f"{root}orgs/{owner}/repos?per_page={PER_PAGE}&page={number}&sort=created&direction=asc")
        found = json.loads(body)
        assert len(found) == len(_ROW.findall(body)) == PER_PAGE
        rows += found
        pages.append(body)
        path = folder / "pages" / f"{number}.json"
        path.write_bytes(body)
        Path(f"{path}.gz").write_bytes(gzip.compress(body, 6, mtime=0))
    names = [row["name"] for row in rows[:SINGLES]]
    for name in names:
        (folder / "repos" / name).write_bytes(get(f"{root}repos/{owner}/{name}"))
    pairs = [(row["id"], row["stargazers_count"]) for row in rows]
    return names, {
        "list": Expected(*checksum(pairs)),
        "single": Expected(*checksum(pairs[:SINGLES])),
        "cold": Expected(*checksum(pairs[:1])),
        "stream": Expected(*checksum(_stream(folder / "stream", pages, pairs))),
    }


def _stream(folder: Path, pages: list[bytes], pairs: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Write the same pages repeatedly, each time with other ids."""
    highest = max(number for number, _ in pairs)
    for number in range(STREAM_PAGES):
        shift, page = divmod(number, len(pages))

        def moved(found: re.Match[bytes], shift: int = shift) -> bytes:
            old = found[1]
            return found[0].replace(b'"id":' + old, b'"id":%d' % (int(old) + shift * highest), 1)

        (folder / f"{number + 1}.json").write_bytes(_ROW.sub(moved, pages[page]))
        first = page * PER_PAGE
        yield from ((old + shift * highest, stars) for old, stars in pairs[first : first + PER_PAGE])


def _gitlab(folder: Path, root: str, owner: str, get: _Getter) -> dict[str, Expected]:
    for name in ("pages", "projects"):
        (folder / name).mkdir(parents=True)
    rows = []
    for number in range(1, PAGES + 1):
        body = get(f"{root}groups/{owner}/projects?per_page={PER_PAGE}&page={number}&order_by=id&sort=asc")
        found = json.loads(body)
        assert len(found) == PER_PAGE
        rows += found
        (folder / "pages" / f"{number}.json").write_bytes(body)
    for row in rows[:SINGLES]:
        (folder / "projects" / str(row["id"])).write_bytes(get(f"{root}projects/{row['id']}"))
    (folder.parent / "ids.txt").write_text("\n".join(str(row["id"]) for row in rows[:SINGLES]))
    pairs = [(row["id"], row["star_count"]) for row in rows]
    return {
        "gitlab list": Expected(*checksum(pairs)),
        "gitlab single": Expected(*checksum(pairs[:SINGLES])),
    }


if __name__ == "__main__":
    make(Path(sys.argv[1]))
