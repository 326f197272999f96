"""Files: formats by their ending, typed columns and compression."""

from __future__ import annotations

import csv
import gzip
import io
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from GitFleet import GitHubClient
from GitFleet.cli.output.gzip_stream import GzipStream
from GitFleet.cli.output.rows import OutputField
from GitFleet.cli.output.target import Output
from GitFleet.cli.output.writers import create_writer
from GitFleet.cli.resources import RESOURCES, Filters, Resource
from support.command_line import CommandLine
from support.raw_server import RawServer, always, http_response
from support.running import run


def _records(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("name", ["x.yaml", "x.parqet", "x.csv.bz2", "x.yaml.gz", "x.parquet.gz", "x.xlsx.gz"])
def test_an_unknown_ending_is_one_line_before_the_first_request(
    gitfleet: CommandLine, tmp_path: Path, name: str
) -> None:
    done = gitfleet.run("repos", "github:small", "-o", str(tmp_path / name))
    assert done.code == 2
    assert done.error.startswith(f"gitfleet: {tmp_path / name}: ")
    if "parquet" not in name and "xlsx" not in name:
        assert "known: .csv, .tsv, .jsonl, .ndjson, .json, .md, .txt, .parquet, .xlsx" in done.error
    assert ("did you mean .parquet?" in done.error) == (name == "x.parqet")
    assert gitfleet.forge.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_file_without_another_ending_has_the_default_format(gitfleet: CommandLine, tmp_path: Path) -> None:
    assert gitfleet.run("repos", "github:octo-user", "--fields", "name", "-o", str(tmp_path / "x.gz")).code == 0
    assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == b'{"name": "busy"}\n'


def test_format_overrides_an_unknown_ending(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "x.data"
    assert gitfleet.run("repos", "github:small", "--format", "csv", "-o", str(path), "--fields", "name").code == 0
    assert path.read_text().startswith("name\ntool-000\n")


def test_tsv_separates_by_tabs_and_escapes_formulas(
    gitfleet: CommandLine, tmp_path: Path, hostile: dict[str, str]
) -> None:
    path = tmp_path / "x.tsv"
    arguments = ("repos", "github:weird", "--fields", "name,description", "-o", str(path))
    assert gitfleet.run(*arguments, "--csv-exact").code == 0
    header, *rows = _records(path.read_bytes().decode(), "\t")
    assert header == ["name", "description"]
    assert dict(rows) == hostile
    assert gitfleet.run(*arguments).code == 0
    safe = dict(_records(path.read_bytes().decode(), "\t"))
    assert safe["formula"] == f"'{hostile['formula']}"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "tsv", "json", "md"])
def test_compressed_files_have_the_content_of_the_others_and_are_deterministic(
    gitfleet: CommandLine, tmp_path: Path, ending: str
) -> None:
    contents = set()
    for name in (f"a.{ending}.gz", f"b.{ending}.gz", f"c.{ending}"):
        assert gitfleet.run("repos", "github:acme", "-o", str(tmp_path / name)).code == 0
        contents.add((tmp_path / name).read_bytes())
    assert len(contents) == 2
    compressed = (tmp_path / f"a.{ending}.gz").read_bytes()
    assert gzip.decompress(compressed) == (tmp_path / f"c.{ending}").read_bytes()
    assert compressed[4:8] == bytes(4)  # the time
    assert len(compressed) * 4 < len(gzip.decompress(compressed))


def test_compression_depends_on_the_data_only() -> None:
    data = bytes(range(256)) * 2000
    results = set()
    for size in (1, 7, 1000, 65_536, 200_000, len(data)):
        stream = GzipStream()
        pieces = [stream.add(data[start : start + size]) for start in range(0, len(data), size)]
        results.add(b"".join([*pieces, stream.end()]))
    assert len(results) == 1
    assert gzip.decompress(results.pop()) == data


@pytest.mark.parametrize(
    "resource", [item for item in RESOURCES if item.of != "call"], ids=lambda resource: resource.command
)
def test_parquet_equals_to_parquet_of_the_listing(gitfleet: CommandLine, tmp_path: Path, resource: Resource) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["octo-user", "busy"] if resource.of == "repository" else ["acme"]

    async def write() -> None:
        async with GitHubClient(gitfleet.forge.token, gitfleet.forge.url) as client:
            await resource.listing(client, names, Filters()).to_parquet(tmp_path / "library.parquet")

    run(write())
    path = tmp_path / "x.parquet"
    assert gitfleet.run(resource.command, f"github:{'/'.join(names)}", "-o", str(path)).code == 0
    found, wanted = parquet.read_table(path), parquet.read_table(tmp_path / "library.parquet")
    assert wanted.num_rows > 0
    for name in resource.extra:
        assert found.column(name).to_pylist() == ["/".join(names)] * wanted.num_rows
        found = found.drop_columns([name])
    assert found.schema == wanted.schema
    assert found.to_pylist() == wanted.to_pylist()


def test_parquet_keeps_the_types_of_selected_fields(gitfleet: CommandLine, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    fields = "stars,owner.login,owner,created,private,topics"
    assert gitfleet.run("repos", "github:acme", "--fields", fields, "-o", str(path)).code == 0
    schema = parquet.read_schema(path)
    assert schema.names == fields.split(",")
    assert [str(kind) for kind in schema.types][:5] == ["int64", "string", "string", "timestamp[us, tz=UTC]", "bool"]
    empty = tmp_path / "empty.parquet"
    assert gitfleet.run("repos", "github:void", "--fields", fields, "-o", str(empty)).code == 0
    assert parquet.read_table(empty).num_rows == 0
    assert parquet.read_schema(empty) == schema


def test_the_first_rows_of_any_endpoint_decide_the_types(gitfleet: CommandLine, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    rows = [
        {"a": 1, "b": None, "c": True, "d": "x", "e": [1], "f": 1},
        {"a": 2, "b": 1.5, "c": None, "e": {}, "f": "y"},
    ]
    with RawServer(always(http_response(rows))) as server:
        arguments = ("api", "github", "/x", "--paginate", "--fields", "a,b,c,d,e,f,g", "-o", str(path))
        assert gitfleet.run(*arguments, GITFLEET_GITHUB_URL=server.url).code == 0
    table = parquet.read_table(path)
    assert [str(kind) for kind in table.schema.types] == [
        "int64",
        "double",
        "bool",
        "string",
        "string",
        "string",
        "string",
    ]
    assert table.to_pylist() == [
        {"a": 1, "b": None, "c": True, "d": "x", "e": "[1]", "f": "1", "g": None},
        {"a": 2, "b": 1.5, "c": None, "d": None, "e": "{}", "f": "y", "g": None},
    ]


def test_a_value_of_another_type_in_a_later_group_is_one_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from GitFleet.cli.exit_codes import OutputError

    async def write() -> None:
        output = Output(str(tmp_path / "x.parquet"))
        try:
            field = OutputField("n", ("n",))
            writer = create_writer("parquet", output, [field], all_fields=False, exact=False)
            await writer.write_rows([{"n": 1}] * 10_000)
            await writer.write_rows([{"n": "text"}])
            await writer.end()
        finally:
            output.close()

    with pytest.raises(OutputError, match="field 'n' does not fit into Parquet: integer was expected"):
        run(write())
    assert list(tmp_path.iterdir()) == []


def test_a_parquet_file_appears_when_it_is_complete(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    gitfleet_on.forge.stall("/orgs/acme/repos", seconds=2, when=lambda request: request.query.get("page") == "2")
    target = tmp_path / "x.parquet"
    target.write_text("old")
    with gitfleet_on.start("repos", "github:acme", "-o", str(target)) as process:
        while not any(tmp_path.glob(".x.parquet.*.part")):
            assert process.poll() is None
        assert target.read_text() == "old"
        assert process.wait(60) == 0
    assert parquet.read_table(target).num_rows == 250
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_binary_formats_can_be_written_to_a_pipe(gitfleet: CommandLine, tmp_path: Path, form: str) -> None:
    pytest.importorskip({"parquet": "pyarrow", "xlsx": "xlsxwriter"}[form])
    path = tmp_path / "from-pipe"
    command = gitfleet.command("repos", "github:acme", "--format", form)
    done = subprocess.run(command, env=gitfleet.environment(), capture_output=True, timeout=60, check=True)
    path.write_bytes(done.stdout)
    if form == "parquet":
        assert pytest.importorskip("pyarrow.parquet").read_table(path).num_rows == 250
    else:
        assert zipfile.ZipFile(path).testzip() is None


def test_a_workbook_has_typed_cells_and_no_formulas(
    gitfleet: CommandLine, tmp_path: Path, hostile: dict[str, str]
) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "x.xlsx"
    fields = "name,description,stars,private,created,topics"
    assert gitfleet.run("repos", "github:weird", "--fields", fields, "-o", str(path)).code == 0
    book = openpyxl.load_workbook(path)
    header, *rows = book.active.iter_rows()
    assert [cell.value for cell in header] == fields.split(",")
    found = {row[0].value: row for row in rows}
    assert found["formula"][1].value == hostile["formula"]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n", "b", "d"}
    assert found["formula"][2].value == -1
    assert found["wide"][1].value == hostile["wide"]
    assert isinstance(found["wide"][4].value, datetime)
    assert "\x1b" not in found["escapes"][1].value
    assert book.active.freeze_panes == "A2"


def test_workbooks_of_equal_rows_are_equal_and_leave_no_temporary_files(gitfleet: CommandLine, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for name in ("a.xlsx", "b.xlsx"):
        assert gitfleet.run("repos", "github:acme", "-o", str(tmp_path / name), TMPDIR=str(temporary)).code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert list(temporary.iterdir()) == []


def test_values_beyond_the_limits_of_a_workbook_are_kept_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr("GitFleet.cli.output.xlsx._MAX_ROWS", 4)
    path = tmp_path / "x.xlsx"
    values = [
        2**53 + 1,
        float("nan"),
        datetime.fromisoformat("1705-01-01T00:00:00Z"),
        "x" * 40_000,
        "🚀" * 20_000,
        5,
        6,
    ]

    async def write() -> None:
        output = Output(str(path))
        writer = create_writer("xlsx", output, [OutputField("v", ("v",))], all_fields=False, exact=False)
        await writer.write_rows([{"v": value} for value in values])
        await writer.end()
        output.commit()

    run(write())
    sheets = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in openpyxl.load_workbook(path)]
    assert sheets == [
        ["v", "9007199254740993", "nan", "1705-01-01T00:00:00Z"],
        ["v", "x" * 32_767, "🚀" * 16_383, 5],
        ["v", 6],
    ]


@pytest.mark.parametrize(("form", "package"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_a_missing_package_is_named_before_the_first_request(
    gitfleet: CommandLine, tmp_path: Path, form: str, package: str
) -> None:
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / f"{package}.py").write_text(f"raise ModuleNotFoundError(name={package!r})")
    path = tmp_path / f"x.{form}"
    done = gitfleet.run("repos", "github:small", "-o", str(path), PYTHONPATH=str(tmp_path / "blocked"))
    extra = {"parquet": "arrow"}.get(form, form)
    assert (done.code, done.error) == (2, f"gitfleet: this needs {package}: pip install 'gitfleet[{extra}]'")
    assert gitfleet.forge.requests == []
    assert not path.exists()
