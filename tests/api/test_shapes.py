# ruff: noqa: D101  the tests explain each class
"""The annotations of a user's dataclass decide how a JSON object is decoded."""

from __future__ import annotations

import enum
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Final, Generic, Literal, NewType, Optional, TypeVar, Union

import pytest

from gitfleet_api import ConfigurationError, DecodeFailure, JsonPath, ProviderType
from support.reading import read, read_all

T = TypeVar("T")
Login = NewType("Login", str)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Lenient(enum.Enum):
    OTHER = "other"

    @classmethod
    def _missing_(cls, _value: object) -> Lenient:
        return cls.OTHER


@dataclass
class Point:
    x: int
    y: int = 0


def one(annotation: object, value: object) -> Any:
    """Return the value of a field with this annotation for a JSON value."""
    return read(make_dataclass("One", [("field", annotation)]), {"field": value}).field


NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
VALID: list[tuple[Any, object, object]] = [
    (str, "", ""),
    (int, 2**70, 2**70),
    (float, 3, 3.0),
    (float, 1.5, 1.5),
    (bool, False, False),
    (datetime, "2024-05-01T12:00:00Z", NOON),
    (datetime, "2024-05-01T12:00:00", NOON),
    (datetime, "2024-05-01T14:00:00+02:00", NOON.astimezone(timezone(timedelta(hours=2)))),
    (datetime, 1714564800, NOON),
    (datetime, 1714564800000, NOON),
    (date, "2024-05-01", date(2024, 5, 1)),
    (Color, "red", Color.RED),
    (Level, 2, Level.HIGH),
    (Lenient, [], Lenient.OTHER),
    (Literal["a", 1, True], 1, 1),
    (Literal["a", 1, True], True, True),
    (Literal["a", None], None, None),  # noqa: PYI061  a common spelling
    (Any, {"a": [1]}, {"a": [1]}),
    (Any, None, None),
    (object, 1.5, 1.5),
    (Optional[int], None, None),  # noqa: UP045  a common spelling
    (int | None, 5, 5),
    (Login, "octocat", "octocat"),
    (Final[int], 3, 3),
    (Annotated[int, "whatever"], 3, 3),
    (list, [1, "a"], [1, "a"]),
    (list[str], ["a"], ["a"]),
    (list[str | None], ["a", None], ["a", None]),
    (list[Any], [1, None], [1, None]),
    (list[Color], ["red"], [Color.RED]),
    (list[list[int]], [[1], []], [[1], []]),
    (tuple[int, ...], [1, 2], (1, 2)),
    (set[str], ["a", "a"], {"a"}),
    (frozenset[int], [1], frozenset({1})),
    (Sequence[datetime], ["2024-05-01T12:00:00Z"], [NOON]),
    (dict, {"a": 1}, {"a": 1}),
    (dict[str, object], {"a": None}, {"a": None}),
    (dict[str, int], {"a": 1}, {"a": 1}),
    (dict[str, int | None], {"a": None}, {"a": None}),
    (dict[Color, Level], {"red": 1}, {Color.RED: Level.LOW}),
    (Mapping[str, list[float]], {"a": [1]}, {"a": [1.0]}),
    (Point, {"x": 1, "z": 9}, Point(1)),
    (Point | None, None, None),
    (list[Point], [{"x": 1}, {"x": 2, "y": 3}], [Point(1), Point(2, 3)]),
    (tuple[Point, ...], [], ()),
    (list[Point | None], [None, {"x": 1}], [None, Point(1)]),
    (list[list[Point]], [[{"x": 1}]], [[Point(1)]]),
    (dict[str, Point], {"a": {"x": 1}}, {"a": Point(1)}),
    (dict[str, list[Point]], {"a": [{"x": 1}]}, {"a": [Point(1)]}),
    (str | int, "a", "a"),
    (str | int, 1, 1),
    (int | float, 1, 1),
    (Union[int, float], 1.5, 1.5),  # noqa: UP007  a common spelling
    (str | Point, {"x": 1}, Point(1)),
    (str | Point | None, "a", "a"),
    (list[str | Point], ["a", {"x": 1}], ["a", Point(1)]),
    (bool | datetime, 1714564800, NOON),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), VALID)
def test_a_value_is_converted_to_its_annotation(annotation: object, value: object, expected: object) -> None:
    found = one(annotation, value)
    assert found == expected
    assert type(found) is type(expected)


INVALID: list[tuple[Any, object]] = [
    *((str, value) for value in (1, True, [], {}, None)),
    *((int, value) for value in ("1", 1.0, True, None)),
    *((float, value) for value in ("1", True, 10**400)),
    *((bool, value) for value in (0, "true", None)),
    *((datetime, value) for value in ("yesterday", True, [], None, 1e300, "", "10000-01-01T00:00:00Z")),
    *((date, value) for value in ("2024-05-01T12:00:00Z", 1, "x", "0000-01-01")),
    *((Color, value) for value in ("green", 1, ["red"], None)),
    *((Level, value) for value in ("1", True, 1.0, 3)),
    *((Literal["a", 1], value) for value in ("b", True, 1.0, 2, None)),
    *((list[str], value) for value in ([1], [None], "a", {}, {"a": 1}, None)),
    *((tuple[int, ...], value) for value in ([1, True], ["1"])),
    *((dict[str, int], value) for value in ({"a": "1"}, {"a": None}, [])),
    *((dict[Color, int], value) for value in ({"green": 1},)),
    *((Point, value) for value in ({}, {"y": 1}, {"x": "1"}, [], 1, None)),
    *((Point | None, value) for value in ({"y": 1}, {"x": "1"}, [], 1)),
    *((list[Point], value) for value in ([{}], [None], [1], {"x": 1}, [{"x": 1}, {"x": "2"}])),
    *((dict[str, Point], value) for value in ({"a": {}}, {"a": None}, [{"x": 1}])),
    *((str | int, value) for value in (1.0, True, [], None)),
    *((str | Point, value) for value in (1, {})),
]


@pytest.mark.parametrize(("annotation", "value"), INVALID)
def test_a_value_of_another_type_is_rejected_with_its_row_and_field(annotation: object, value: object) -> None:
    with pytest.raises(DecodeFailure) as caught:
        one(annotation, value)
    assert caught.value.code == "decode_shape"
    assert caught.value.row == 0
    assert "field" in str(caught.value)


UNREPRESENTABLE: list[tuple[Any, object, object]] = [
    *((datetime | None, value, None) for value in ("0000-12-31T00:00:00Z", "292278994-08-17T07:12:55Z", "", 1e300)),
    *((datetime | None, value, None) for value in ("2016-12-31T23:59:60Z", "2020-01-01T00:00:00+518:00", -1e12)),
    *((datetime | None, value, None) for value in ("0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00")),
    *((date | None, value, None) for value in ("0000-01-01", "10000-01-01", "")),
    (list[datetime | None], ["2024-05-01T12:00:00Z", "10000-01-01T00:00:00Z"], [NOON, None]),
    (list[datetime] | None, ["10000-01-01T00:00:00Z"], None),
    (dict[str, datetime | None], {"a": "0000-01-01T00:00:00Z"}, {"a": None}),
    (dict[str, date] | None, {"a": "10000-01-01"}, None),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), UNREPRESENTABLE)
def test_an_optional_value_that_python_cannot_represent_is_none(
    annotation: object, value: object, expected: object
) -> None:
    assert one(annotation, value) == expected


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (datetime | None, "yesterday"),
        (datetime | None, "2024-05-01T12:00:00 (about)"),
        (datetime | None, True),
        (date | None, "2024-05-01T12:00:00Z"),
        (date | None, 0),
        (list[datetime | None], ["yesterday"]),
    ],
)
def test_an_optional_value_of_another_form_is_rejected(annotation: object, value: object) -> None:
    with pytest.raises(DecodeFailure):
        one(annotation, value)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "0001-01-01T03:00:00+02:00"])
def test_the_first_and_last_times_of_the_calendar_are_kept(text: str) -> None:
    assert one(datetime | None, text) == datetime.fromisoformat(text)


UNDECODABLE: list[Any] = [
    *(bytes, complex, type(None), Ellipsis, 5, "int | 'nothing'", type, range, timedelta, str.upper),
    *(
        tuple[int, str],
        tuple[()],
        dict[int, str],
        dict[Point, str],
        T,
        list[T],
        type[int],
        Literal[b"x"],
        Literal[None],  # noqa: PYI061  a common spelling
    ),
    *(str | datetime, int | datetime, str | Color, Point | dict, list[int] | set[int], Point | Mapping[str, int]),
    *(str | bytes, list[bytes], dict[str, bytes], list[Annotated[str, JsonPath("a")]], Annotated[str, JsonPath]),
    *(Annotated[str, JsonPath("a"), JsonPath("b")], typing.NamedTuple("N", [("a", int)]), typing.Callable[[], int]),
    *(typing.TypedDict("D", {"a": int}), enum.Enum("Empty", [])),  # type: ignore[misc]
]


@pytest.mark.parametrize("annotation", UNDECODABLE, ids=repr)
def test_an_annotation_without_a_json_form_is_rejected_with_class_and_field(annotation: object) -> None:
    with pytest.raises(ConfigurationError, match=r"\bOne\b"):
        one(annotation, None)


def test_the_error_for_an_annotation_lists_the_supported_ones() -> None:
    with pytest.raises(
        ConfigurationError, match=r"One\.field: can't decode bytes from JSON; supported: str, int, .*dataclass"
    ):
        one(bytes, "")


@dataclass
class Placed:
    number: Annotated[int, JsonPath("id")]
    login: Annotated[str | None, JsonPath("actor.login")]
    dotted: Annotated[str, JsonPath(("a.b", "c"))] = "nothing"
    late: Annotated[int, JsonPath("deep.deeper")] | None = None
    whole: Annotated[dict[str, Any], JsonPath("")] = field(default_factory=dict)
    point: Annotated[Point | None, JsonPath("deep.point")] = None


def test_a_json_path_selects_a_nested_value() -> None:
    row = {
        "id": 7,
        "actor": {"login": "octocat"},
        "a.b": {"c": "here"},
        "deep": {"deeper": 4, "point": {"x": 1}},
    }
    assert read(Placed, row) == Placed(7, "octocat", "here", 4, row, Point(1))


def test_a_value_is_missing_if_its_path_leads_through_null_or_a_missing_key() -> None:
    assert read(Placed, {"id": 7, "actor": None, "deep": None}) == Placed(
        7, None, whole={"id": 7, "actor": None, "deep": None}
    )


@pytest.mark.parametrize("path", [".a", "a.", "a..b", ("a", ""), ("a", 1), 5, None, ["a"]])
def test_a_path_with_empty_keys_is_rejected(path: Any) -> None:
    with pytest.raises(ConfigurationError, match="JsonPath"):
        JsonPath(path)


def test_a_path_that_engines_do_not_support_is_rejected_with_class_and_field() -> None:
    for path in (".".join("a" * 33), "\udc00"):
        with pytest.raises(ConfigurationError, match=r"One\.field: a "):
            one(Annotated[str, JsonPath(path)], None)


@dataclass
class Word:
    text: Annotated[str, JsonPath("")]


def test_rows_may_be_scalars() -> None:
    assert read_all(Word, ["a", "b"]) == [Word("a"), Word("b")]
    with pytest.raises(DecodeFailure):
        read_all(Word, ["a", 1])


@dataclass
class Defaults:
    count: int = 3
    names: list[str] = field(default_factory=list)
    maybe: str | None = "perhaps"
    nothing: str | None = None
    point: Point = field(default_factory=lambda: Point(9))
    points: list[Point] = field(default_factory=list)


def test_a_missing_or_null_value_becomes_the_default() -> None:
    assert read(Defaults, {}) == Defaults()
    assert read(Defaults, dict.fromkeys(("count", "names", "maybe", "point", "points"))) == Defaults()
    assert read(Defaults, {"count": 0, "names": ["a"], "maybe": ""}) == Defaults(0, ["a"], "")


def test_a_default_factory_runs_for_each_row() -> None:
    first, second = read_all(Defaults, [{}, {"names": None}])
    first.names.append("a")
    first.point.x = 5
    first.points.append(Point(1))
    assert second == Defaults()
    assert read(Defaults, {}) == Defaults()


@dataclass
class Options:
    a: int | None = None
    b: str | None = None


@dataclass
class Container:
    required: Options
    maybe: Options | None = None


def test_an_empty_object_is_not_a_missing_object() -> None:
    assert read(Container, {"required": {}, "maybe": {"a": None}}) == Container(Options(), Options())
    assert read(Container, {"required": {"b": "x"}, "maybe": None}) == Container(Options(b="x"))
    with pytest.raises(DecodeFailure, match='"required" is missing'):
        read(Container, {"required": None})


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)
    parent: Tree | None = None
    by_name: dict[str, Tree] | None = None


def test_a_dataclass_may_be_recursive() -> None:
    row = {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}], "by_name": {"d": {"name": "d"}}}
    assert read(Tree, row) == Tree("a", [Tree("b", [Tree("c")])], by_name={"d": Tree("d")})
    assert read(Tree, {"name": "a", "parent": {"name": "b", "parent": {"name": "c"}}}) == Tree(
        "a", parent=Tree("b", parent=Tree("c"))
    )


def test_a_tree_that_is_too_deep_is_rejected() -> None:
    row: dict[str, Any] = {"name": "leaf"}
    for _ in range(5000):
        row = {"name": "a", "parent": row}
    with pytest.raises(DecodeFailure, match="nested too deeply"):
        read(Tree, row)


@dataclass
class Left:
    right: Right | None = None


@dataclass
class Right:
    left: Left | None
    n: int


def test_two_dataclasses_may_contain_each_other() -> None:
    assert read(Left, {"right": {"n": 1, "left": {"right": {"n": 2}}}}) == Left(Right(Left(Right(None, 2)), 1))


@dataclass
class Page(Generic[T]):
    total_count: int
    items: list[T]


@dataclass
class PointPage(Page[Point]):
    note: str = ""


@dataclass
class Twice(Generic[T]):
    pair: Page[T]


def test_a_generic_dataclass_binds_its_arguments() -> None:
    row = {"total_count": 1, "items": [{"x": 1}]}
    assert read(Page[Point], row) == Page(1, [Point(1)])
    assert read(PointPage, row) == PointPage(1, [Point(1)])
    assert read(Twice[Point], {"pair": row}) == Twice(Page(1, [Point(1)]))
    assert read(Page[dict[str, int]], row) == Page(1, [{"x": 1}])
    with pytest.raises(ConfigurationError, match=r"Page\.items: .*a type variable without an argument"):
        read(Page, row)


@dataclass
class Base:
    id: int
    name: str = "base"


@dataclass
class Derived(Base):
    name: str | None = None  # type: ignore[assignment]
    more: str = field(default="", kw_only=True)


class Undecorated(Base):
    pass


def test_inherited_fields_are_filled() -> None:
    assert read(Derived, {"id": 1, "more": "x"}) == Derived(1, None, more="x")
    found = read(Undecorated, {"id": 1})
    assert type(found) is Undecorated
    assert found.name == "base"


def test_a_local_class_can_refer_to_itself_but_not_to_other_local_classes() -> None:
    @dataclass
    class Node:
        n: int
        next: Node | None = None

    @dataclass
    class Neighbour:
        node: Node

    assert read(Node, {"n": 1, "next": {"n": 2}}) == Node(1, Node(2))
    with pytest.raises(ConfigurationError, match=r"Neighbour\.node: the name 'Node' .*can't be found; define it"):
        read(Neighbour, {})


@dataclass
class WithProvider:
    provider_type: ProviderType
    x: int
    raw_data: dict[str, object] | None = field(default=None, compare=False)


@dataclass
class SameNames:
    provider_type: str
    raw_data: list[int]


def test_provider_type_and_raw_data_are_filled_as_in_library_models() -> None:
    assert read(WithProvider, {"x": 1}).raw_data is None
    found = read(WithProvider, {"x": 1}, include_raw=True)
    assert (found.provider_type, found.raw_data) == (ProviderType.GITHUB, {"x": 1})


def test_fields_with_these_names_and_other_types_are_decoded_from_json() -> None:
    row = {"provider_type": "x", "raw_data": [1]}
    assert read(SameNames, row, include_raw=True) == SameNames("x", [1])


@pytest.mark.parametrize(
    "model", [5, None, int, "Point", Point(1), [Point], list[Point], object(), {}, lambda: Point(1)]
)
def test_a_model_that_is_not_a_dataclass_is_rejected(model: object) -> None:
    with pytest.raises(ConfigurationError, match="must be a dataclass"):
        read(model, {})


def test_a_dataclass_without_fields_is_rejected() -> None:
    with pytest.raises(ConfigurationError, match="Nothing has no field"):
        read(make_dataclass("Nothing", []), {})
    with pytest.raises(ConfigurationError, match="Nothing has no field"):
        read(make_dataclass("Nothing", [("provider_type", ProviderType)]), {})
    with pytest.raises(ConfigurationError, match="Nothing has no field"):
        one(make_dataclass("Nothing", []), {})


@dataclass(frozen=True)
class FrozenPoint:
    x: int


def test_items_of_a_set_must_be_hashable() -> None:
    assert one(set[FrozenPoint], [{"x": 1}, {"x": 1}]) == {FrozenPoint(1)}
    assert one(frozenset[tuple[int, ...]], [[1], [1]]) == {(1,)}
    for annotation in (set[Point], frozenset[list[int]], set[dict[str, int]], set[Sequence[int]]):
        with pytest.raises(ConfigurationError, match="items can't be in a set"):
            one(annotation, [])
