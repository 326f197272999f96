"""Models as tables and documents: Arrow, pandas, Polars, CSV, Parquet, dicts and JSON."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path

import pytest

from gitfleet_api import (
    ConfigurationError,
    GitHubClient,
    IssueInfo,
    ProviderType,
    ReleaseAsset,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    UserInfo,
)
from gitfleet_api.tables import to_arrow, to_csv, to_dict, to_json, to_pandas, to_parquet, to_polars

WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
OWNER = UserInfo(1, "ada", type="User", avatar_url="a", html_url="h", name="not known inside of others")
REPO = RepoInfo(
    2, "n", "ada/n", OWNER, stargazers_count=5, private=False, topics=("x", "ü"), created_at=WHEN, raw_data={"id": 2}
)
LONE = RepoInfo(3, "m", "ada/m")
REPO_COLUMNS = [
    *("id", "name", "full_name"),
    *("owner_id", "owner_login", "owner_type", "owner_avatar_url", "owner_html_url"),
    *("description", "html_url", "clone_url", "ssh_url", "default_branch", "language", "private", "visibility", "fork"),
    *("archived", "stargazers_count", "watchers_count", "forks_count", "open_issues_count", "size", "topics"),
    *("created_at", "updated_at", "pushed_at", "provider_type"),
]


class _Level(Enum):
    LOW = 1


@dataclass
class _Part:
    size: float


@dataclass
class _Own:
    name: str
    level: _Level
    part: _Part | None = None
    parts: list[_Part] = field(default_factory=list)
    extra: dict[str, int] | None = None
    when: datetime | None = None


def test_a_table_has_a_column_for_each_field_and_for_each_field_of_the_owner() -> None:
    pytest.importorskip("pyarrow")
    table = to_arrow([REPO, LONE])
    assert table.column_names == REPO_COLUMNS
    first, second = table.to_pylist()
    assert first["owner_login"] == "ada"
    assert first["topics"] == ["x", "ü"]
    assert first["created_at"] == WHEN
    assert first["provider_type"] == "github"
    assert second["owner_login"] is None
    assert second["stargazers_count"] is None


def test_an_empty_table_has_the_columns_of_its_model() -> None:
    pytest.importorskip("pyarrow")
    assert to_arrow([], model=RepoInfo).schema == to_arrow([REPO]).schema
    assert to_arrow([], model=RepoInfo).num_rows == 0


def test_an_empty_table_requires_a_model() -> None:
    with pytest.raises(ConfigurationError, match="model="):
        to_arrow([])


def test_pandas_columns_have_nullable_types() -> None:
    pytest.importorskip("pandas")
    frame = to_pandas([REPO, LONE])
    assert list(frame.columns) == REPO_COLUMNS
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["stargazers_count"] == "Int64"
    assert kinds["private"] == "boolean"
    assert kinds["created_at"] == "datetime64[us, UTC]"
    assert frame["name"].tolist() == ["n", "m"]
    assert frame["stargazers_count"].isna().tolist() == [False, True]
    assert to_pandas([], model=RepoInfo).dtypes.equals(frame.dtypes)


def test_polars_columns_have_their_types() -> None:
    pl = pytest.importorskip("polars")
    frame = to_polars([REPO, LONE])
    assert frame.columns == REPO_COLUMNS
    assert frame.schema["created_at"] == pl.Datetime("us", "UTC")
    assert frame.schema["topics"] == pl.List(pl.String)
    assert frame["topics"].to_list() == [["x", "ü"], None]
    assert to_polars([], model=RepoInfo).schema == frame.schema


def test_lists_of_objects_are_lists_of_structs() -> None:
    pytest.importorskip("pyarrow")
    issue = IssueInfo(1, 2, "t", "open", assignees=(OWNER,), labels=("bug",))
    row = to_arrow([issue]).to_pylist()[0]
    assert row["assignees"] == [{"id": 1, "login": "ada", "type": "User", "avatar_url": "a", "html_url": "h"}]
    release = ReleaseInfo("v1", assets=(ReleaseAsset("a.zip", size=7),))
    asset = to_arrow([release]).to_pylist()[0]["assets"][0]
    assert asset == {"name": "a.zip", "url": None, "size": 7, "content_type": None, "download_count": None}


def test_user_models_have_tables() -> None:
    pytest.importorskip("pyarrow")
    naive = datetime(2024, 5, 6)  # noqa: DTZ001  user models may contain naive times
    table = to_arrow([_Own("a", _Level.LOW, _Part(1.5), [_Part(2.0)], {"k": 1}, naive), _Own("b", _Level.LOW)])
    assert table.to_pylist() == [
        {
            "name": "a",
            "level": "1",
            "part_size": 1.5,
            "parts": [{"size": 2.0}],
            "extra": '{"k": 1}',
            "when": naive.replace(tzinfo=UTC),
        },
        {"name": "b", "level": "1", "part_size": None, "parts": [], "extra": None, "when": None},
    ]


def test_a_number_that_is_too_large_is_reported_with_its_column() -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(ConfigurationError, match="'stargazers_count'"):
        to_arrow([RepoInfo(1, "n", "f", stargazers_count=2**70)])


@pytest.mark.parametrize("convert", [to_arrow, to_pandas, to_polars, lambda rows: to_csv(rows, io.StringIO())])
def test_a_time_that_has_no_equivalent_in_utc_is_reported(convert: Callable[[list[RepoInfo]], object]) -> None:
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(ConfigurationError, match="outside the years 1 to 9999 in UTC"):
        convert([RepoInfo(1, "n", "f", created_at=early)])


def test_objects_of_two_models_are_rejected() -> None:
    with pytest.raises(ConfigurationError, match="RepoInfo, UserInfo"):
        to_arrow([REPO, OWNER])


def test_objects_of_another_class_than_the_given_one_are_rejected() -> None:
    with pytest.raises(ConfigurationError, match="model=RepoInfo, but there are objects of UserInfo"):
        to_csv([REPO, OWNER], io.StringIO(), model=RepoInfo)


def test_a_base_class_determines_the_columns() -> None:
    out = io.StringIO()
    to_csv([RepoDetails(4, "d", "ada/d", subscribers_count=1), LONE], out, model=RepoInfo)
    names, *rows = csv.reader(io.StringIO(out.getvalue()))
    assert names == REPO_COLUMNS
    assert [row[1] for row in rows] == ["d", "m"]


def test_values_that_are_not_models_are_rejected() -> None:
    with pytest.raises(ConfigurationError, match="not str"):
        to_arrow(["text"])
    with pytest.raises(ConfigurationError, match="a list or another iterable of models"):
        to_arrow(REPO)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="must be a dataclass"):
        to_arrow([], model=["RepoInfo"])  # type: ignore[arg-type]


def test_the_error_for_a_listing_says_to_await_it() -> None:
    listing = GitHubClient().fetch_repositories("ada")
    with pytest.raises(ConfigurationError, match="await it first, or use its own methods"):
        to_pandas(listing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "error", "message"),
    [
        (io.BytesIO(), ConfigurationError, "opened for text, not BytesIO"),
        (5, ConfigurationError, "opened for text, not int"),
        ("no/such/folder/x.csv", FileNotFoundError, "no/such/folder/x.csv"),
        (".", IsADirectoryError, r"'\.'"),
    ],
)
def test_an_unwritable_file_is_rejected_before_the_objects_are_read(
    file: object, error: type[Exception], message: str
) -> None:
    objects = iter([REPO])
    with pytest.raises(error, match=message):
        to_csv(objects, file)  # type: ignore[arg-type]
    assert list(objects) == [REPO]


@pytest.mark.parametrize(("convert", "library"), [(to_arrow, "pyarrow"), (to_pandas, "pandas"), (to_polars, "polars")])
def test_the_error_for_a_missing_library_has_the_pip_command(
    convert: object, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gitfleet\["):
        convert([REPO])  # type: ignore[operator]


def test_csv_has_a_header_and_a_line_for_each_object(tmp_path: Path) -> None:
    to_csv([REPO, LONE], tmp_path / "repos.csv")
    with (tmp_path / "repos.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert list(first) == REPO_COLUMNS
    assert first["created_at"] == "2024-05-06T07:08:09Z"
    assert first["private"] == "false"
    assert json.loads(first["topics"]) == ["x", "ü"]
    assert second["owner_login"] == ""


def test_csv_has_times_in_utc_and_no_empty_fields_in_lists_of_objects() -> None:
    out = io.StringIO()
    to_csv(
        [
            IssueInfo(
                1,
                2,
                "t",
                "open",
                assignees=(UserInfo(7, "bob"),),
                created_at=WHEN.astimezone(timezone(timedelta(hours=2))),
            )
        ],
        out,
    )
    (row,) = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["assignees"] == '[{"id": 7, "login": "bob"}]'
    assert row["created_at"] == "2024-05-06T07:08:09Z"


def test_csv_can_be_written_to_an_open_file() -> None:
    out = io.StringIO()
    to_csv([], out, model=RepoInfo)
    assert out.getvalue().strip().split(",") == REPO_COLUMNS


@pytest.mark.parametrize("write", [to_csv, to_parquet])
def test_a_file_is_unchanged_if_the_objects_raise_an_error(
    write: Callable[[Iterable[object], Path], None], tmp_path: Path
) -> None:
    def broken() -> Iterator[RepoInfo]:
        yield REPO
        raise LookupError

    target = tmp_path / "repos"
    target.write_text("old content")
    with pytest.raises(LookupError):
        write(broken(), target)
    assert target.read_text() == "old content"


def test_a_parquet_file_has_the_rows_of_the_arrow_table(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    to_parquet([REPO, LONE], tmp_path / "repos.parquet")
    assert parquet.read_table(tmp_path / "repos.parquet").to_pylist() == to_arrow([REPO, LONE]).to_pylist()


def test_a_dict_contains_nested_models_as_dicts_and_times_as_datetimes() -> None:
    found = to_dict(REPO)
    assert found["owner"]["login"] == "ada"
    assert found["topics"] == ["x", "ü"]
    assert found["created_at"] == WHEN
    assert found["provider_type"] == "github"
    assert type(found["provider_type"]) is str
    assert found["raw_data"] == {"id": 2}
    assert "raw_data" not in to_dict(LONE)


def test_json_can_be_parsed() -> None:
    assert json.loads(to_json(REPO))["created_at"] == "2024-05-06T07:08:09Z"
    assert [row["id"] for row in json.loads(to_json([REPO, LONE]))] == [2, 3]
    assert json.loads(to_json([])) == []


@pytest.mark.parametrize("other", ["text", 5, RepoInfo, ["text"]])
def test_to_json_rejects_values_that_are_not_models(other: object) -> None:
    with pytest.raises(ConfigurationError, match="takes a model"):
        to_json(other)


def test_the_provider_is_a_text_column() -> None:
    pytest.importorskip("pyarrow")
    assert to_arrow([RepoInfo(1, "n", "f", provider_type=ProviderType.GITLAB)])["provider_type"].to_pylist() == [
        "gitlab"
    ]
