"""From columns to objects: the row builder that both engines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from ..backend.project import project
from ..backend.projection import Column, Columns, Kind, Projection
from ..errors import ConfigurationError, DecodeFailure
from .construct import constructor_for
from .fields import ColumnField, ConstantField, FactoryField, FieldReader, MultiColumnField, NestedField, at_row
from .shapes import FieldSpec, Shape, field_specs, own_shape
from .type_hints import is_library_model, owner_of

__all__ = ["RowDecoder"]

T = TypeVar("T")

_EXACT = ("str", "int", "bool")
"""Kinds of columns whose equal values are the same: of others, 1 equals 1.0 and True."""
_EXACT_TYPES = frozenset((str, int, type(None)))
"""The same of the values in a column of another kind."""
_NAMES = (str, int)
_MAX_SHARED = 256
"""Objects that are kept to be given again in later rows."""
_MAX_PROJECTIONS = 64
"""Places in answers for which one decoder keeps what engines need; users may make them up in a loop."""


class RowDecoder(Generic[T]):
    """Reads rows into objects of one model; made once, used for every page.

    Args:
        shape: where the fields lie.
        model: the class of the objects; the one of ``shape``.
        constants: values of fields that are the same in every row.
        include_raw: fill ``raw_data`` with the provider's own object.

    Raises:
        ConfigurationError: the model can't be read from JSON; says why.
    """

    def __init__(
        self,
        model: type[T],
        shape: Shape,
        constants: Mapping[str, object],
        *,
        include_raw: bool = False,
        known: _Known | None = None,
    ) -> None:
        known = _Known(constants) if known is None else known
        if not include_raw:
            known.decoders[shape] = self  # before its fields are looked at: they may hold the model itself
        columns: list[Column] = []
        self._shape = shape
        self._rows = _ObjectDecoder(shape, known, (), columns, (), include_raw=include_raw)
        self._columns = tuple(columns)
        self._identity = _identity(shape, known.plans(shape))
        self._projections: dict[tuple[tuple[str, ...], bool], Projection] = {}

    @property
    def model(self) -> type[T]:
        """The class of the objects."""
        return self._shape.model  # type: ignore[no-any-return]

    @property
    def is_library_model(self) -> bool:
        """Whether it is one of the library's own models, of which no code of others runs when it is made."""
        return is_library_model(owner_of(self._shape.model))

    def _adopt(self, other: RowDecoder[Any]) -> None:
        """Read the same values as another decoder."""
        self._shape, self._rows, self._columns = other._shape, other._rows, other._columns
        self._identity, self._projections = other._identity, other._projections

    def projection(self, at: tuple[str, ...] = (), *, many: bool) -> Projection:
        """What an engine has to decode for :meth:`build`; the same object for equal arguments."""
        found = self._projections.get((at, many))
        if found is None:
            if len(self._projections) >= _MAX_PROJECTIONS:
                self._projections.clear()
            found = self._projections[at, many] = Projection(self._columns, at, many)
        return found

    def identity(self, row: T) -> object:
        """What tells ``row`` from others of the same listing, or None when nothing does."""
        found = None if self._identity is None else getattr(row, self._identity, None)
        return found if isinstance(found, _NAMES) else None

    def build(self, columns: Columns) -> list[T]:
        """An object for each row.

        Raises:
            DecodeFailure: a required value is missing, or one can't be converted; says which and in which row.
        """
        try:
            return self._rows.build(columns, len(columns[0]))
        except RecursionError:
            what = "objects inside each other, too many for what is left of the interpreter's stack"
            raise DecodeFailure("decode_shape", what) from None

    def one(self, value: object) -> T:
        """Return the object of a JSON value inside a row.

        Raises:
            ValueError: The value does not have the shape of the model.
        """
        try:
            return self._rows.build(project(value, self.projection(many=False)), 1)[0]  # type: ignore[no-any-return]
        except DecodeFailure as failure:
            raise ValueError(failure.message.removeprefix("row 0: ")) from None

    def many(self, value: object) -> list[T]:
        """Return the objects of a JSON array inside a row.

        Raises:
            ValueError: The array, or one of its items, does not have the shape of the model.
        """
        try:
            columns = project(value, self.projection(many=True))
            return self._rows.build(columns, len(columns[0]))
        except DecodeFailure as failure:
            raise ValueError(failure.message) from None


class _Known:
    """What one decoder and those of everything inside of it share: each dataclass is looked at once."""

    def __init__(self, constants: Mapping[str, object]) -> None:
        self.constants = constants
        self.decoders: dict[Shape, RowDecoder[Any]] = {}
        self._shapes: dict[object, Shape] = {}
        self._plans: dict[Shape, list[FieldSpec]] = {}

    def shape(self, nested: Any) -> Shape:
        """The shape of what is nested: a Shape, or else a dataclass."""
        if isinstance(nested, Shape):
            return nested
        if nested not in self._shapes:
            self._shapes[nested] = own_shape(nested)
        return self._shapes[nested]

    def plans(self, shape: Shape) -> list[FieldSpec]:
        """The plans of a shape's fields."""
        if shape not in self._plans:
            if shape.own:
                self._shapes.setdefault(shape.model, shape)
            self._plans[shape] = field_specs(shape, self.decoder)
        return self._plans[shape]

    def decoder(self, nested: Any) -> RowDecoder[Any]:
        """The decoder of what is nested, for values that do not come in columns."""
        shape = self.shape(nested)
        found = self.decoders.get(shape)
        return RowDecoder(shape.model, shape, self.constants, known=self) if found is None else found


def _identity(shape: Shape, plans: list[FieldSpec]) -> str | None:
    if shape.own:
        return next((plan.name for plan in plans if plan.path == ("id",) and plan.kind in ("int", "str")), None)
    return shape.identity if any(plan.name == shape.identity for plan in plans) else None


class _ObjectDecoder:
    """The fields of one dataclass: of the model itself or of one nested in it."""

    def __init__(
        self,
        shape: Shape,
        known: _Known,
        prefix: tuple[str, ...],
        columns: list[Column],
        above: tuple[Shape, ...],
        *,
        include_raw: bool = False,
    ) -> None:
        self._known = known
        self._prefix = prefix
        self._columns = columns
        self._above = (*above, shape)
        self._owner = owner_of(shape.model)
        self._open: dict[str, _ObjectDecoder] = {}
        start = len(columns)
        plans = known.plans(shape)
        sources = {plan.name: self._source(plan, include_raw=include_raw) for plan in plans}
        constants = {name: source.value for name, source in sources.items() if isinstance(source, ConstantField)}
        self._maker = constructor_for(self._owner, list(sources), constants)
        varying = [source for source in sources.values() if not isinstance(source, ConstantField)]
        self._direct = [source.column or 0 for source in varying]
        self._indirect = [(place, source) for place, source in enumerate(varying) if source.column is None]
        self._named = sources
        self._columns_here = range(start, len(columns))  # of what is nested in it, too
        self._shared = self._nothing()
        self._shares = is_library_model(self._owner)
        self._inexact = [index for index in self._columns_here if columns[index].kind not in _EXACT]

    def _source(self, plan: FieldSpec, *, include_raw: bool) -> FieldReader | ConstantField:
        if plan.source == "provider":
            return ConstantField(self._known.constants.get(plan.name, plan.default))
        if plan.source == "default" or (plan.source == "raw" and not include_raw):
            return ConstantField(plan.default) if plan.factory is None else FactoryField(plan.factory)
        path = self._prefix + plan.path
        if plan.nested is not None:
            shape = self._known.shape(plan.nested)
            if self._lies_open(shape):
                rows = self._open[plan.name] = _ObjectDecoder(shape, self._known, path, self._columns, self._above)
                return NestedField(plan, rows.build_optional, ".".join(path))
            plan.convert = self._known.decoder(shape).one
        start = len(self._columns)
        self._add(plan, path, plan.kind if path else "json")
        if plan.more:
            for more in plan.more:
                self._add(plan, self._prefix + more, "json")
            return MultiColumnField(plan, start, ".".join(path))
        return ColumnField(plan, start, ".".join(path))

    def _add(self, plan: FieldSpec, path: tuple[str, ...], kind: Kind) -> None:
        try:
            self._columns.append(Column(path, kind))
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._owner.__name__}.{plan.name}: {error}") from None

    def _lies_open(self, shape: Shape) -> bool:
        """Whether the values of a nested object can be columns of their own, beside those of the object around it.

        One of them must be required: it tells an object that is not there from one that has nothing in it. And an
        object that holds one of its kind would never come to an end.
        """
        if shape in self._above:
            return False
        return any(plan.required and plan.source == "json" and plan.nested is None for plan in self._known.plans(shape))

    def build(self, columns: Columns, count: int) -> list[Any]:
        taken = [columns[index] for index in self._direct]
        for place, source in self._indirect:
            taken[place] = source.take(columns, count)
        return self._maker.make(taken)

    def build_optional(self, columns: Columns, count: int) -> list[Any]:
        """As :meth:`build`, with None for each row in which none of the values is there."""
        shared = self._build_shared(columns, count) if self._shares else None
        if shared is not None:
            return shared
        if any(None not in columns[index] for index in self._columns_here):
            return self.build(columns, count)
        present = [row for row in range(count) if any(columns[index][row] is not None for index in self._columns_here)]
        result: list[Any] = [None] * count
        for row in present:
            try:
                result[row] = self.build([[column[row]] for column in columns], 1)[0]
            except DecodeFailure as failure:
                raise at_row(failure, row) from None
        return result

    def values(self, fields: Sequence[tuple[str, ...]], columns: Columns, count: int) -> list[list[object]]:
        """The values of fields, each named by the attributes that lead to it, without the objects around them."""
        return [self._values(field, columns, count) for field in fields]

    def _values(self, field: tuple[str, ...], columns: Columns, count: int) -> list[object]:
        name, *inner = field
        source, rows = self._named[name], self._open.get(name)
        if inner and rows is not None:
            return rows._optional_values(tuple(inner), columns, count)  # noqa: SLF001  one of the same class
        found = [source.value] * count if isinstance(source, ConstantField) else source.take(columns, count)
        for step in inner:
            found = [None if value is None else getattr(value, step) for value in found]
        return found

    def _optional_values(self, field: tuple[str, ...], columns: Columns, count: int) -> list[object]:
        """As :meth:`build_optional`, None for each row in which none of the values is there."""
        here = self._columns_here
        if any(None not in columns[index] for index in here):
            return self._values(field, columns, count)
        present = [row for row in range(count) if any(columns[index][row] is not None for index in here)]
        found: list[object] = [None] * count
        few = columns.copy()
        few[here.start : here.stop] = [[columns[index][row] for row in present] for index in here]
        try:
            values = self._values(field, few, len(present))
        except DecodeFailure as failure:
            raise at_row(failure, present[failure.row or 0], of=failure.row or 0) from None
        for row, value in zip(present, values, strict=True):
            found[row] = value
        return found

    def _build_shared(self, columns: Columns, count: int) -> list[Any] | None:
        """The objects, equal ones once; None when all are new and different, or something needs a closer look."""
        for index in self._inexact:
            if not _EXACT_TYPES.issuperset(map(type, columns[index])):
                return None
        here = slice(self._columns_here.start, self._columns_here.stop)
        rows = [*zip(*columns[here], strict=True)]
        known = self._shared
        try:
            return [*map(known.__getitem__, rows)]
        except KeyError:
            pass
        new = [row for row in dict.fromkeys(rows) if row not in known]
        if len(new) == count > 1:
            return None
        different = columns.copy()
        different[here] = map(list, zip(*new, strict=True))
        try:
            known.update(zip(new, self.build(different, len(new)), strict=True))
        except DecodeFailure:
            return None  # of which row, the slow way tells
        if len(known) > _MAX_SHARED:
            self._shared = self._nothing()
        return [*map(known.__getitem__, rows)]

    def _nothing(self) -> dict[tuple[object, ...], Any]:
        return {(None,) * len(self._columns_here): None}
