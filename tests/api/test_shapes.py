# ruff: noqa: D101  the tests say what each class is for
"""A user's dataclass says by its annotations what it takes of a JSON object."""

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
    """What a field of this annotation becomes for a JSON value."""
    return read(make_dataclass("One", [("field", annotation)]), {"field": value}).field


NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
TAKEN: list[tuple[Any, object, object]] = [
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
    (Literal["a", None], None, None),  # noqa: PYI061  as people write it
    (Any, {"a": [1]}, {"a": [1]}),
    (Any, None, None),
    (object, 1.5, 1.5),
    (Optional[int], None, None),  # noqa: UP045  as people write it
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
    (Union[int, float], 1.5, 1.5),  # noqa: UP007  as people write it
    (str | Point, {"x": 1}, Point(1)),
    (str | Point | None, "a", "a"),
    (list[str | Point], ["a", {"x": 1}], ["a", Point(1)]),
    (bool | datetime, 1714564800, NOON),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), TAKEN)
def test_an_annotation_says_what_becomes_of_a_value(annotation: object, value: object, expected: object) -> None:
    found = one(annotation, value)
    assert found == expected
    assert type(found) is type(expected)


WRONG: list[tuple[Any, object]] = [
    *((str, value) for value in (1, True, [], {}, None)),
    *((int, value) for value in ("1", 1.0, True, None)),
    *((float, value) for value in ("1", True, 10**400)),
    *((bool, value) for value in (0, "true", None)),
    *((datetime, value) for value in ("yesterday", True, [], None, 1e300)),
    *((date, value) for value in ("2024-05-01T12:00:00Z", 1, "x")),
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


@pytest.mark.parametrize(("annotation", "value"), WRONG)
def test_a_value_of_another_type_is_refused_and_the_place_is_named(annotation: object, value: object) -> None:
    with pytest.raises(DecodeFailure) as caught:
        one(annotation, value)
    assert caught.value.code == "decode_shape"
    assert caught.value.row == 0
    assert "field" in str(caught.value)


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
        Literal[None],  # noqa: PYI061  as people write it
    ),
    *(str | datetime, int | datetime, str | Color, Point | dict, list[int] | set[int], Point | Mapping[str, int]),
    *(str | bytes, list[bytes], dict[str, bytes], list[Annotated[str, JsonPath("a")]], Annotated[str, JsonPath]),
    *(Annotated[str, JsonPath("a"), JsonPath("b")], typing.NamedTuple("N", [("a", int)]), typing.Callable[[], int]),
    *(typing.TypedDict("D", {"a": int}), enum.Enum("Empty", [])),  # type: ignore[misc]
]


@pytest.mark.parametrize("annotation", UNDECODABLE, ids=repr)
def test_an_annotation_that_json_has_nothing_for_is_refused_by_class_and_field(annotation: object) -> None:
    with pytest.raises(ConfigurationError, match=r"\bOne\b"):
        one(annotation, None)


def test_the_refusal_tells_what_can_be_decoded() -> None:
    with pytest.raises(
        ConfigurationError, match=r"One\.field: can't decode bytes from JSON; can: str, int, .*dataclass"
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


def test_a_json_path_says_where_a_value_lies() -> None:
    row = {
        "id": 7,
        "actor": {"login": "octocat"},
        "a.b": {"c": "here"},
        "deep": {"deeper": 4, "point": {"x": 1}},
    }
    assert read(Placed, row) == Placed(7, "octocat", "here", 4, row, Point(1))


def test_what_is_null_or_missing_on_the_way_makes_a_value_missing() -> None:
    assert read(Placed, {"id": 7, "actor": None, "deep": None}) == Placed(
        7, None, whole={"id": 7, "actor": None, "deep": None}
    )


@pytest.mark.parametrize("path", [".a", "a.", "a..b", ("a", ""), ("a", 1), 5, None, ["a"]])
def test_a_path_with_empty_keys_is_refused(path: Any) -> None:
    with pytest.raises(ConfigurationError, match="JsonPath"):
        JsonPath(path)


def test_a_path_that_no_engine_takes_is_refused_by_class_and_field() -> None:
    for path in (".".join("a" * 33), "\udc00"):
        with pytest.raises(ConfigurationError, match=r"One\.field: a "):
            one(Annotated[str, JsonPath(path)], None)


@dataclass
class Word:
    text: Annotated[str, JsonPath("")]


def test_rows_need_not_be_objects() -> None:
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


def test_a_default_stands_for_what_is_missing_or_null() -> None:
    assert read(Defaults, {}) == Defaults()
    assert read(Defaults, dict.fromkeys(("count", "names", "maybe", "point", "points"))) == Defaults()
    assert read(Defaults, {"count": 0, "names": ["a"], "maybe": ""}) == Defaults(0, ["a"], "")


def test_a_default_that_can_change_is_made_anew_for_each_row() -> None:
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
class Holds:
    required: Options
    maybe: Options | None = None


def test_an_object_in_which_nothing_is_known_is_an_object() -> None:
    assert read(Holds, {"required": {}, "maybe": {"a": None}}) == Holds(Options(), Options())
    assert read(Holds, {"required": {"b": "x"}, "maybe": None}) == Holds(Options(b="x"))
    with pytest.raises(DecodeFailure, match='"required" is missing'):
        read(Holds, {"required": None})


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)
    parent: Tree | None = None
    by_name: dict[str, Tree] | None = None


def test_a_dataclass_may_hold_its_own_kind() -> None:
    row = {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}], "by_name": {"d": {"name": "d"}}}
    assert read(Tree, row) == Tree("a", [Tree("b", [Tree("c")])], by_name={"d": Tree("d")})
    assert read(Tree, {"name": "a", "parent": {"name": "b", "parent": {"name": "c"}}}) == Tree(
        "a", parent=Tree("b", parent=Tree("c"))
    )


def test_a_tree_without_an_end_is_refused_not_followed() -> None:
    row: dict[str, Any] = {"name": "leaf"}
    for _ in range(5000):
        row = {"name": "a", "parent": row}
    with pytest.raises(DecodeFailure, match="too many"):
        read(Tree, row)


@dataclass
class Left:
    right: Right | None = None


@dataclass
class Right:
    left: Left | None
    n: int


def test_two_dataclasses_may_hold_each_other() -> None:
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


def test_a_generic_dataclass_takes_its_arguments() -> None:
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


def test_inherited_fields_are_filled_as_well() -> None:
    assert read(Derived, {"id": 1, "more": "x"}) == Derived(1, None, more="x")
    found = read(Undecorated, {"id": 1})
    assert type(found) is Undecorated
    assert found.name == "base"


def test_a_class_made_in_a_function_can_name_itself_but_not_its_neighbours() -> None:
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
class OwnProvider:
    provider_type: ProviderType
    x: int
    raw_data: dict[str, object] | None = field(default=None, compare=False)


@dataclass
class Alike:
    provider_type: str
    raw_data: list[int]


def test_the_provider_and_the_whole_row_are_filled_as_in_the_models_of_the_library() -> None:
    assert read(OwnProvider, {"x": 1}).raw_data is None
    found = read(OwnProvider, {"x": 1}, include_raw=True)
    assert (found.provider_type, found.raw_data) == (ProviderType.GITHUB, {"x": 1})


def test_fields_that_are_only_called_alike_are_fields_like_others() -> None:
    row = {"provider_type": "x", "raw_data": [1]}
    assert read(Alike, row, include_raw=True) == Alike("x", [1])


@pytest.mark.parametrize(
    "model", [5, None, int, "Point", Point(1), [Point], list[Point], object(), {}, lambda: Point(1)]
)
def test_what_is_no_dataclass_is_refused(model: object) -> None:
    with pytest.raises(ConfigurationError, match="must be a dataclass"):
        read(model, {})


def test_a_dataclass_without_fields_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Nothing has no fields"):
        read(make_dataclass("Nothing", []), {})
    with pytest.raises(ConfigurationError, match="Nothing has no fields"):
        read(make_dataclass("Nothing", [("provider_type", ProviderType)]), {})
    with pytest.raises(ConfigurationError, match="Nothing has no fields"):
        one(make_dataclass("Nothing", []), {})


@dataclass(frozen=True)
class FrozenPoint:
    x: int


def test_a_set_holds_what_can_be_in_one() -> None:
    assert one(set[FrozenPoint], [{"x": 1}, {"x": 1}]) == {FrozenPoint(1)}
    assert one(frozenset[tuple[int, ...]], [[1], [1]]) == {(1,)}
    for annotation in (set[Point], frozenset[list[int]], set[dict[str, int]], set[Sequence[int]]):
        with pytest.raises(ConfigurationError, match="items can't be in a set"):
            one(annotation, [])
