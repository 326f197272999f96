"""Ids that are integers or text: classes of users and models of providers that have both, and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gitfleet_api import DecodeError, IssueInfo, PullRequestInfo, RepoInfo, RepoReference, UserInfo
from gitfleet_api.tables import to_arrow, to_csv, to_dict
from support.clients import MakeClient
from support.raw_server import RawServer, always, http_response
from support.running import run


@dataclass(frozen=True)
class Thing:
    """A row with an id of a provider that has both types."""

    id: int | str
    parent: int | str | None = None


def _fetch(make_client: MakeClient, rows: list[Any], model: type = Thing) -> Any:
    async def main(server: RawServer) -> Any:
        async with make_client(server.url) as client:
            return await client.fetch_all("/things", model)

    with RawServer(always(http_response(rows))) as server:
        return run(main(server))


@pytest.mark.parametrize("count", [1, 3, 40])
def test_an_id_keeps_its_type(make_client: MakeClient, count: int) -> None:
    rows = [{"id": number if number % 2 else f"{{{number}}}", "parent": None} for number in range(count)]
    found = _fetch(make_client, rows)
    assert [thing.id for thing in found] == [row["id"] for row in rows]
    assert [type(thing.id) for thing in found] == [type(row["id"]) for row in rows]


@pytest.mark.parametrize("value", [True, 1.5, [], {}, None])
@pytest.mark.parametrize("count", [1, 40])
def test_an_id_of_another_type_is_an_error_that_says_where(make_client: MakeClient, value: Any, count: int) -> None:
    rows: list[dict[str, Any]] = [{"id": number} for number in range(count)]
    rows[-1]["id"] = value
    with pytest.raises(DecodeError) as caught:
        _fetch(make_client, rows)
    assert (caught.value.row, caught.value.field) == (count - 1, "id")


def _repositories(*ids: int | str) -> list[RepoInfo]:
    return [RepoInfo(found, "r", "o/r", UserInfo(found, "o")) for found in ids]


def test_a_column_of_ids_has_integers_unless_text_occurs() -> None:
    pytest.importorskip("pyarrow")
    numbers, texts, mixed = (to_arrow(_repositories(*ids)) for ids in ((1, 2), ("a", "b"), (1, "b")))
    for name in ("id", "owner_id"):
        assert [str(table.schema.field(name).type) for table in (numbers, texts, mixed)] == [
            "int64",
            "string",
            "string",
        ]
        assert mixed.column(name).to_pylist() == ["1", "b"]
    assert str(to_arrow([], model=RepoInfo).schema.field("id").type) == "int64"


def test_ids_in_lists_of_objects_have_one_type() -> None:
    pytest.importorskip("pyarrow")
    issues = [IssueInfo(1, 1, "t", "open", assignees=(UserInfo(number, "a"), UserInfo("x", "b"))) for number in (1, 2)]
    people = to_arrow(issues).column("assignees").to_pylist()
    assert [[person["id"] for person in row] for row in people] == [["1", "x"], ["2", "x"]]


def test_a_reference_is_two_columns_and_one_object() -> None:
    pull = PullRequestInfo(1, 2, "t", "open", head_repo=RepoReference(9))
    assert to_dict(pull)["head_repo"] == {"id": 9, "full_name": None}
    pytest.importorskip("pyarrow")
    row = to_arrow([pull]).to_pylist()[0]
    assert (row["head_repo_id"], row["head_repo_full_name"], row["base_repo_id"]) == (9, None, None)


def test_csv_has_ids_as_they_are(tmp_path: Any) -> None:
    to_csv(_repositories(7, "{b}"), tmp_path / "x.csv")
    assert [line.partition(",")[0] for line in (tmp_path / "x.csv").read_text("utf-8").splitlines()] == [
        "id",
        "7",
        "{b}",
    ]
