"""Lazy dataclasses behave as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
import threading
import weakref
from typing import Any

import pytest

from gitfleet_api._internal.lazy_dataclass import dataclass, field, has_standard_new


def _classes(decorator: Any) -> tuple[Any, Any, Any]:
    @decorator(frozen=True, slots=True, weakref_slot=True)
    class Base:
        """A base class."""

        name: str
        size: int = 3
        tags: list[str] = field(default_factory=list, repr=False, compare=False)

        def __post_init__(self) -> None:
            if self.size < 0:
                raise ValueError("size")

        @property
        def twice(self) -> int:
            return self.size * 2

    @decorator(frozen=True, slots=True)
    class Derived(Base):
        """A derived class."""

        size: int = 4
        more: str | None = None

    @decorator(frozen=True, slots=True, weakref_slot=True)
    class Plain:
        """A class without default factories."""

        name: str
        size: int = 3
        tags: Any = None

        def __post_init__(self) -> None:
            if self.size < 0:
                raise ValueError("size")

        @property
        def twice(self) -> int:
            return self.size * 2

    return Base, Derived, Plain


@dataclass(frozen=True, slots=True)
class Importable:
    """A class at module level, which pickle requires."""

    a: int
    b: tuple[str, ...] = ()


@pytest.fixture(params=[0, 1, 2], ids=["base", "derived", "plain"])
def both(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    index: int = request.param
    return _classes(dataclass)[index], _classes(dataclasses.dataclass)[index]


def _refused(cls: Any, *values: object, **named: object) -> str:
    with pytest.raises(TypeError) as caught:
        cls(*values, **named)
    return str(caught.value)


ASPECTS = {
    "fields": lambda cls: [
        (item.name, item.type, item.default, item.default_factory, item.repr, item.compare, item.init)
        for item in dataclasses.fields(cls)
    ],
    "signature": lambda cls: str(inspect.signature(cls)),
    "params": lambda cls: (cls.__dataclass_params__.frozen, cls.__dataclass_params__.eq),
    "match_args": lambda cls: cls.__match_args__,
    "slots": lambda cls: cls.__slots__,
    "doc": lambda cls: cls.__doc__,
    "annotations": lambda cls: cls.__annotations__,
    "names": lambda cls: sorted(set(vars(cls)) - {"__annotations_cache__"}),
    "repr": lambda cls: repr(cls("a", tags=["x"])),
    "equal": lambda cls: (cls("a") == cls("a", tags=["x"]), cls("a") == cls("b"), cls("a") == "a"),
    "hash": lambda cls: hash(cls("a")) == hash(cls("a", tags=("x",))),
    "default": lambda cls: (cls("a").tags, cls("a").tags is cls("a").tags),
    "property": lambda cls: cls("a").twice,
    "replace": lambda cls: dataclasses.replace(cls("a"), size=9).size,
    "asdict": lambda cls: dataclasses.asdict(cls("a")),
    "copy": lambda cls: copy.copy(cls("a", 5)) == cls("a", 5),
    "deepcopy": lambda cls: copy.deepcopy(cls("a", tags=["x"])).tags,
    "weakref": lambda cls: weakref.ref(cls) is not None,
    "no dict": lambda cls: hasattr(cls("a"), "__dict__"),
    "constructor": lambda cls: (
        cls.__init__.__qualname__,
        cls.__init__.__name__,
        cls.__init__.__module__,
        cls.__init__.__annotations__,
        cls.__init__.__defaults__,
    ),
    "missing": _refused,
    "unknown": lambda cls: _refused(cls, "a", colour=1),
}


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_lazy_dataclass_equals_a_standard_one(both: tuple[Any, Any], aspect: str) -> None:
    lazy, standard = both
    assert ASPECTS[aspect](lazy) == ASPECTS[aspect](standard)
    assert ASPECTS[aspect](lazy) == ASPECTS[aspect](standard)  # generated now


@pytest.mark.parametrize("name", ["size", "unknown"])
def test_a_lazy_dataclass_rejects_changes(both: tuple[Any, Any], name: str) -> None:
    lazy, _ = both
    item = lazy("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(item, name, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(item, name)
    assert item.size in (3, 4)


def test_a_plain_subclass_may_have_further_attributes() -> None:
    class Child(_classes(dataclass)[0]):  # type: ignore[misc]
        pass

    item = Child("a")
    item.other = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        item.size = 1
    assert (item.other, item.size) == (1, 3)


def test_a_standard_dataclass_may_inherit_from_a_lazy_one() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Child(_classes(dataclass)[0]):  # type: ignore[misc]
        extra: int = 0

    assert [item.name for item in dataclasses.fields(Child)] == ["name", "size", "tags", "extra"]
    assert Child("a", extra=2) == Child("a", 3, extra=2)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_post_init_runs(index: int) -> None:
    with pytest.raises(ValueError, match="size"):
        _classes(dataclass)[index]("a", -1)


def test_a_lazy_dataclass_can_be_matched_by_position() -> None:
    match Importable(1, ("x",)):
        case Importable(a, b):
            assert (a, b) == (1, ("x",))


def test_a_lazy_dataclass_can_be_pickled_before_its_methods_are_generated() -> None:
    copied = pickle.loads(pickle.dumps(Importable(1, ("x",))))  # noqa: S301  created here
    assert copied == Importable(1, ("x",))
    program = "import pickle, sys; from gitfleet_api import Timeout; print(pickle.loads(sys.stdin.buffer.read()))"
    from gitfleet_api import Timeout

    done = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(Timeout(1.0)), stdout=subprocess.PIPE, check=True
    )
    assert done.stdout.decode().strip() == repr(Timeout(1.0))


def test_a_lazy_dataclass_that_is_not_frozen_can_be_changed() -> None:
    @dataclass(slots=True, eq=False)
    class Open:
        a: int = 1

    item = Open()
    item.a = 2
    assert (item.a, repr(item).endswith("Open(a=2)")) == (2, True)
    with pytest.raises(AttributeError):
        item.b = 1  # type: ignore[attr-defined]


def test_threads_that_use_a_class_concurrently_see_the_same_methods() -> None:
    for _ in range(20):
        lazy, *_ = _classes(dataclass)
        start, results = threading.Barrier(4), []

        def work(lazy: Any = lazy, start: threading.Barrier = start, results: list[Any] = results) -> None:
            start.wait()
            results.append((lazy("a"), hash(lazy("a")), repr(lazy("a")), len(dataclasses.fields(lazy))))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 4
        assert len(set(results)) == 1


def test_methods_are_generated_on_first_use() -> None:
    lazy, *_ = _classes(dataclass)
    assert has_standard_new(lazy)
    assert dataclasses.is_dataclass(lazy)
    assert has_standard_new(lazy)
    lazy("a")
    assert not has_standard_new(lazy)


def test_a_lazy_dataclass_must_have_slots_and_be_frozen() -> None:
    with pytest.raises(TypeError, match="slots"):
        dataclass(frozen=True, slots=False)
    with pytest.raises(TypeError, match="frozen"):
        dataclass(slots=True)
