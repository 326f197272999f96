"""Datasette and DuckDB read a mirror, as the documentation shows it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gitfleet_mirror import Mirror
from gitfleet_mirror.export import EXPORTED, export
from gitfleet_mirror.schema.views import VIEWS
from support.mirror_fleet import HOSTILE, write_fleet

METADATA = Path(__file__).parents[2] / "docs" / "_static" / "datasette.json"
PATIENCE = 30.0
UNIONS = {"activity_by_month", "problems"}
"""Views that DuckDB cannot read: it encloses the parts of a UNION in parentheses, which SQLite refuses."""


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "fleet.sqlite"
    write_fleet(path, 40)
    return path


class _Site:
    """A running Datasette."""

    def __init__(self, url: str) -> None:
        self._url = url

    def text(self, path: str) -> str:
        """Return a page."""
        with urllib.request.urlopen(f"{self._url}{path}", timeout=PATIENCE) as response:  # noqa: S310  to this machine
            found: str = response.read().decode()
        return found

    def data(self, path: str, **arguments: str) -> Any:
        """Return a page as JSON."""
        return json.loads(self.text(f"{path}.json?{urllib.parse.urlencode(arguments)}"))


@pytest.fixture(scope="module", params=["without configuration", "with the metadata"])
def datasette(mirror: Path, request: pytest.FixtureRequest) -> Iterator[_Site]:
    pytest.importorskip("datasette", reason="datasette is not installed; nox -s docs brings it")
    with closing(socket.socket()) as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    options = ["--metadata", str(METADATA)] if request.param == "with the metadata" else []
    command = [sys.executable, "-m", "datasette", str(mirror), "--port", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        site = _Site(f"http://127.0.0.1:{port}")
        try:
            _wait(process, site)
            yield site
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], site: _Site) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            site.text("/-/versions.json")
        except urllib.error.URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Datasette does not respond")


def test_datasette_lists_the_tables_and_views(datasette: _Site) -> None:
    found = datasette.data("/fleet")
    shown = {table["name"] for table in found["tables"] if not table["hidden"]}
    assert {name for name in shown if not name.startswith("_")} == set(EXPORTED)
    assert {view["name"] for view in found["views"] if not view["name"].startswith("_")} == set(VIEWS)


def test_datasette_shows_rows_and_filters_them(datasette: _Site, mirror: Path) -> None:
    (expected,) = Mirror(mirror).query("SELECT count(*) AS n FROM repository WHERE archived")
    found = datasette.data("/fleet/repository", _shape="array", archived="1", _size="max")
    assert len(found) == expected["n"] > 0


def test_datasette_shows_text_of_servers_as_text(datasette: _Site) -> None:
    page = datasette.text("/fleet/repository?_size=max")
    assert "&lt;script&gt;" in page
    assert not [text for text in HOSTILE if "<" in text and text in page]


def test_datasette_links_rows_to_their_repositories(datasette: _Site) -> None:
    assert 'href="/fleet/repository/github' in datasette.text("/fleet/repository?_size=1")


@pytest.mark.parametrize("view", VIEWS)
def test_datasette_shows_each_view(datasette: _Site, mirror: Path, view: str) -> None:
    columns = datasette.data(f"/fleet/{view}", _size="1")["columns"]
    with closing(Mirror(mirror).connect()) as connection:
        assert columns == [item[0] for item in connection.execute(f'SELECT * FROM "{view}" LIMIT 0').description]  # noqa: S608


@pytest.mark.parametrize("name", json.loads(METADATA.read_text("utf-8"))["databases"]["fleet"]["queries"])
def test_the_queries_of_the_metadata_have_rows(datasette: _Site, name: str) -> None:
    if not datasette.data("/-/metadata"):
        with pytest.raises(urllib.error.HTTPError):
            datasette.data(f"/fleet/{name}")
        return
    assert datasette.data(f"/fleet/{name}", _shape="array", words="the OR a OR http OR fix OR issue")


def test_duckdb_reads_the_file(mirror: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed; nox -s docs brings it")
    # DuckDB downloads its extension; the package that brings it needs no network.
    extensions = pytest.importorskip("duckdb_extensions")
    with closing(duckdb.connect()) as connection:
        extensions.import_extension("sqlite_scanner", con=connection)
        connection.execute(f"ATTACH '{mirror}' AS fleet (TYPE sqlite, READ_ONLY)")
        for table in EXPORTED:
            (count,) = connection.execute(f'SELECT count(*) FROM fleet."{table}"').fetchone()  # noqa: S608
            (expected,) = Mirror(mirror).query(f'SELECT count(*) AS n FROM "{table}"')  # noqa: S608
            assert count == expected["n"], table
        for view in VIEWS.keys() - UNIONS:
            (count,) = connection.execute(f'SELECT count(*) FROM fleet."{view}"').fetchone()  # noqa: S608
            (expected,) = Mirror(mirror).query(f'SELECT count(*) AS n FROM "{view}"')  # noqa: S608
            assert count == expected["n"], view
        states = connection.execute("SELECT state, count(*) FROM fleet.issue GROUP BY state ORDER BY state").fetchall()
    expected = Mirror(mirror).query("SELECT state, count(*) AS n FROM issue GROUP BY state ORDER BY state")
    assert states == [(row["state"], row["n"]) for row in expected] != []


def test_duckdb_joins_the_parquet_files(mirror: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed; nox -s docs brings it")
    export(mirror, tmp_path / "tables")
    query = (
        "SELECT r.full_name, count(*) AS n FROM {0} AS i JOIN {1} AS r "
        "ON r.provider = i.provider AND r.id = i.repository_id GROUP BY 1 ORDER BY 1"
    )
    with closing(duckdb.connect()) as connection:
        files = [f"'{tmp_path}/tables/{table}.parquet'" for table in ("issue", "repository")]
        found = connection.execute(query.format(*files)).fetchall()
        (kind,) = connection.execute(f"SELECT typeof(created_at) FROM {files[0]} LIMIT 1").fetchone()  # noqa: S608
    expected = Mirror(mirror).query(query.format("issue", "repository"))
    assert found == [tuple(row.values()) for row in expected] != []
    assert kind == "TIMESTAMP WITH TIME ZONE"
