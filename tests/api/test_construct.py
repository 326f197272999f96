# ruff: noqa: D101, D102  the tests explain each class
"""Objects of user classes run the code of their class; plain dataclasses take a fast path with the same result."""

from __future__ import annotations

import gc
import pickle
import weakref
from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, dataclass, field, make_dataclass
from typing import Annotated, Any, ClassVar, Self

import pytest

from gitfleet_api import ConfigurationError, DecodeFailure, JsonPath, ProviderType
from gitfleet_api.backend.apply import project
from gitfleet_api.decoding.construct import Constructor, constructor_for
from gitfleet_api.decoding.decoder_cache import decoder_for
from support.reading import read, read_all


@dataclass
class Plain:
    a: int
    b: str = "b"
    kind: ClassVar[str] = "plain"


@dataclass(frozen=True)
class Frozen:
    a: int
    b: str = "b"


@dataclass(frozen=True, slots=True)
class FrozenSlots:
    a: int
    b: str = "b"


@dataclass(slots=True, order=True, weakref_slot=True)
class Slots:
    a: int
    b: str = "b"


@dataclass(kw_only=True, unsafe_hash=True)
class Keywords:
    b: str = "b"
    a: int


@dataclass
class Later:
    a: int
    _: KW_ONLY
    b: str = "b"


@pytest.mark.parametrize("model", [Plain, Frozen, FrozenSlots, Slots, Keywords, Later])
def test_a_class_without_custom_code_is_filled_without_calling_it(model: Any) -> None:
    assert type(constructor_for(model, ["b", "a"] if model is Keywords else ["a", "b"], {})) is not Constructor
    found = read(model, {"a": 1})
    assert type(found) is model
    assert found == model(a=1)
    assert repr(found) == repr(model(a=1))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  created above


@pytest.mark.parametrize("model", [Frozen, FrozenSlots])
def test_frozen_objects_are_frozen(model: Any) -> None:
    found = read(model, {"a": 1})
    with pytest.raises(FrozenInstanceError):
        found.a = 2
    with pytest.raises(FrozenInstanceError):
        del found.a
    assert hash(found) == hash(model(1))


def test_slots_have_no_dict() -> None:
    assert not hasattr(read(FrozenSlots, {"a": 1}), "__dict__")
    assert weakref.ref(read(Slots, {"a": 1})) is not None


@dataclass
class Checked:
    a: int
    double: int = field(init=False)

    def __post_init__(self) -> None:
        if self.a < 0:
            raise ValueError("negative")
        if self.a == 0:
            raise LookupError("nothing")
        self.double = 2 * self.a


@dataclass(frozen=True, slots=True)
class FrozenChecked:
    a: int
    b: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "b", self.b.upper())


class Inherits(Checked):
    pass


def test_post_init_runs() -> None:
    assert read(Checked, {"a": 2, "double": 9}).double == 4
    assert read(Inherits, {"a": 2}).double == 4
    assert read(FrozenChecked, {"a": 2, "b": "x"}).b == "X"


def test_values_that_a_class_rejects_are_a_failure_with_the_row() -> None:
    with pytest.raises(DecodeFailure, match="row 1: Checked rejected the values: ValueError: negative") as caught:
        read_all(Checked, [{"a": 1}, {"a": -1}])
    assert (caught.value.row, caught.value.field, caught.value.code) == (1, None, "decode_shape")


def test_other_exceptions_of_a_class_pass() -> None:
    with pytest.raises(LookupError, match="nothing"):
        read(Checked, {"a": 0})


@dataclass
class Box:
    checked: Checked | None
    several: list[Checked] = field(default_factory=list)


def test_nested_objects_are_checked_too() -> None:
    assert read(Box, {"checked": {"a": 1}, "several": [{"a": 2}]}) == Box(Checked(1), [Checked(2)])
    with pytest.raises(DecodeFailure, match="row 1: Checked rejected") as caught:
        read_all(Box, [{"checked": None}, {"checked": {"a": -1}}])
    assert caught.value.row == 1
    with pytest.raises(DecodeFailure, match=r'row 0: "several" .*row 1: Checked rejected'):
        read(Box, {"several": [{"a": 1}, {"a": -1}]})


@dataclass
class CustomInit:
    a: int
    b: str

    def __init__(self, b: str, a: int = 0) -> None:
        self.a, self.b = a + 1, b


class OtherInit(Plain):
    def __init__(self, number: int) -> None:
        super().__init__(number)


@dataclass
class CustomNew:
    a: int

    def __new__(cls, a: int) -> Self:
        found = super().__new__(cls)
        found.__dict__["seen"] = a
        return found


@dataclass
class CustomSetter:
    a: int

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, [value])


@dataclass
class HasProperty:
    a: int
    size: int = 5

    @property
    def double(self) -> int:
        return 2 * self.a


class Failure(Exception):
    pass


@dataclass
class AnError(Failure):
    a: int


class Registered:
    known: ClassVar[list[type]] = []

    def __init_subclass__(cls) -> None:
        Registered.known.append(cls)


@dataclass
class RegisteredModel(Registered):
    a: int


class Shape(ABC):
    @abstractmethod
    def area(self) -> int: ...


@dataclass
class Square(Shape):
    a: int

    def area(self) -> int:
        return self.a**2


@dataclass
class Unfinished(Shape):
    a: int


def test_custom_constructors_are_called() -> None:
    assert read(CustomInit, {"a": 1, "b": "x"}).a == 2
    assert read(CustomNew, {"a": 1}).seen == 1
    assert read(CustomSetter, {"a": 1}).a == [1]
    assert read(HasProperty, {"a": 2}).double == 4
    assert read(AnError, {"a": 2}).a == 2
    assert read(Square, {"a": 2}).area() == 4


def test_init_subclass_of_a_model_does_not_run() -> None:
    before = list(Registered.known)
    assert read(RegisteredModel, {"a": 1}) == RegisteredModel(1)
    assert Registered.known == before


def test_a_class_that_cannot_be_constructed_from_its_fields_is_rejected() -> None:
    with pytest.raises(ConfigurationError, match="OtherInit can't be constructed from its fields"):
        read(OtherInit, {})
    with pytest.raises(ConfigurationError, match="Unfinished is abstract"):
        read(Unfinished, {})


@dataclass
class WithInitVar:
    a: int
    scale: InitVar[int] = 1


@dataclass
class OnlyComputed:
    a: int = field(init=False, default=0)


def test_fields_that_a_response_cannot_fill_are_rejected() -> None:
    with pytest.raises(ConfigurationError, match=r"WithInitVar\.scale is an InitVar"):
        read(WithInitVar, {"a": 1})
    with pytest.raises(ConfigurationError, match="OnlyComputed has no field that a response could fill"):
        read(OnlyComputed, {"a": 1})


def test_decoders_of_classes_created_in_a_loop_are_evicted() -> None:
    alive = weakref.WeakSet[type]()
    for number in range(600):
        model = make_dataclass(f"Model{number}", [("a", int)])
        alive.add(model)
        assert read(model, {"a": number}).a == number
    del model
    gc.collect()
    assert len(alive) <= 300


def test_a_decoder_and_its_projections_are_cached() -> None:
    first = decoder_for(Plain, ProviderType.GITHUB, include_raw=False)
    assert decoder_for(Plain, ProviderType.GITHUB, include_raw=False) is first
    assert decoder_for(Plain, ProviderType.GITLAB, include_raw=False) is not first
    assert first.projection(("x",), many=True) is first.projection(("x",), many=True)
    for number in range(1000):
        first.projection((str(number),), many=True)
    assert len(first._projections) <= 64


@dataclass
class ById:
    id: int


@dataclass
class Renamed:
    number: Annotated[int, JsonPath("id")]


@dataclass
class Elsewhere:
    id: Annotated[int, JsonPath("user.id")]


@dataclass
class NoNumber:
    id: list[int]


@dataclass
class File:
    id: str


@dataclass
class Counted:
    id: int
    n: Any = None


@pytest.mark.parametrize(
    ("model", "row", "has_key"),
    [
        (ById, {"id": 5}, True),
        (Renamed, {"id": 5}, True),
        (Elsewhere, {"user": {"id": 5}}, False),
        (NoNumber, {"id": [5]}, False),
    ],
)
def test_a_row_of_a_user_is_recognized_if_it_has_the_value_at_the_path_id(
    model: Any, row: object, has_key: bool
) -> None:
    ((name, _),) = _keys(model, [row])
    assert name == (5 if has_key else None)


def test_rows_of_a_user_have_equal_keys_only_if_everything_is_equal() -> None:
    rows: list[object] = [{"id": 5, "n": 1}, {"id": 5, "n": 1}, {"id": 5, "n": True}, {"id": 5, "n": 1.0}, {"id": 5}]
    same, again, *others = _keys(Counted, rows)
    assert same == again
    assert len({same, *others}) == 4


def test_files_with_equal_content_are_two_rows_even_if_the_class_has_no_path() -> None:
    one, other = _keys(File, [{"id": "b10b", "path": "LICENSE"}, {"id": "b10b", "path": "src/LICENSE"}])
    assert one != other


def _keys(model: Any, rows: list[object]) -> list[Any]:
    decoder = decoder_for(model, ProviderType.GITHUB, include_raw=False)
    found = decoder.keys(project(rows, decoder.projection(many=True)))
    return [(None, None)] * len(rows) if found is None else list(zip(*found, strict=True))
