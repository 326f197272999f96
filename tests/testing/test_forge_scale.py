"""The work of the forge for a page, which must not grow with the fleet."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Fleet, Forge
from gitfleet_testing.data import listed
from gitfleet_testing.data.series import Series

Call = Callable[..., Any]
PAGE = 20
KEYSET = f"/groups/acme/projects?pagination=keyset&order_by=id&per_page={PAGE}"


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("github", f"/orgs/acme/repos?per_page={PAGE}"),
        ("gitlab", f"/groups/acme/projects?per_page={PAGE}"),
        ("gitlab", f"{KEYSET}&sort=asc"),
        ("gitlab", f"{KEYSET}&sort=desc"),
    ],
)
def test_a_further_page_constructs_its_rows_only(
    provider: str, path: str, ask: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repositories("acme", 2_000)
    constructed: list[bool] = []
    scanned: list[int] = []
    construct, between = Series.construct, listed._between

    def counted(self: Series, number: int, *, branches: bool = True) -> Any:
        constructed.append(branches)
        return construct(self, number, branches=branches)

    def counted_id(number: int, *bounds: Any) -> bool:
        scanned.append(number)
        return between(number, *bounds)

    monkeypatch.setattr(Series, "construct", counted)
    monkeypatch.setattr(listed, "_between", counted_id)
    with Forge(fleet) as forge:
        base = forge.url if provider == "github" else forge.gitlab_url
        first = ask(base + path)
        onward = re.search(r'<([^>]+)>; rel="next"', first.headers["link"])
        assert onward is not None
        constructed.clear()
        second = ask(onward[1])
    assert len(second.json()) == PAGE
    assert not {row["id"] for row in first.json()} & {row["id"] for row in second.json()}
    # One more is constructed for the link to the page after it.
    assert PAGE <= len(constructed) <= PAGE + 1
    assert not any(constructed), "rows of a list need no branches"
    assert not scanned


@pytest.mark.parametrize("ids", [list(range(1, 30)), list(range(29, 0, -1)), [5, 9, 2, 7]])
@pytest.mark.parametrize(("after", "before"), [(None, 7), (4, None), (4, 9), (9, 4), (0, 99), (99, None)])
def test_bounds_select_the_same_ids_in_any_order(ids: list[int], after: int | None, before: int | None) -> None:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repositories("acme", 30)
    first = fleet.listed_by("acme")[0].id
    lower, upper = (None if bound is None else first + bound for bound in (after, before))
    found = listed.RepositoryList([first + number for number in ids], fleet._find)
    expected = [number for number in ids if listed._between(number, after, before)]
    assert [row.id - first for row in found.between(lower, upper)] == expected
