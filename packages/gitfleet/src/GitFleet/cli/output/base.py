"""The base class of writers: one class per output format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from .rows import OutputField, value_at
from .target import Output

__all__ = ["Writer"]


class Writer(ABC):
    """Base class of writers.

    Args:
        output: the destination.
        columns: the fields to write; None writes whole rows.
    """

    buffers_rows: ClassVar[bool] = False
    """Whether nothing is written before the last row."""

    def __init__(self, output: Output, columns: Sequence[OutputField] | None) -> None:
        self._output = output
        self._columns = columns

    @property
    def notes(self) -> list[str]:
        """What a person should know after the last row, in lines for stderr."""
        return []

    @abstractmethod
    async def write_rows(self, rows: Sequence[object]) -> None:
        """Write a page of rows."""

    async def end(self) -> None:
        """Write the end of the format, after the last row."""
        return

    def _selected(self, row: object) -> object:
        if self._columns is None:
            return row
        return {column.name: value_at(row, column.path) for column in self._columns}

    def _cells(self, row: object) -> list[object]:
        return [value_at(row, column.path) for column in self._columns or ()]

    def _names(self) -> list[str]:
        return [column.name for column in self._columns or ()]
