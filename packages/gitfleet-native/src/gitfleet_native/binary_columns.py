"""Reads the columns of many rows as the library lays them out: see ``Format`` in its Rust sources."""

from __future__ import annotations

from gitfleet_api.backend import loads_columns

__all__ = ["read_binary"]

_WORD = 8
_HEAD = 2 * _WORD
_CHOICES, _TEXTS = 1, 2


def read_binary(payload: bytes, width: int) -> list[list[object]]:
    """The columns, ``width`` of them.

    Raises:
        DecodeFailure: values nest too deeply for what is left of the interpreter's stack.
    """
    view = memoryview(payload)
    rows, json_size = view[:_HEAD].cast("Q")
    json_at = _HEAD + 3 * _WORD * width
    words = iter(view[_HEAD:json_at].cast("Q").tolist())
    at = json_at + json_size
    columns = loads_columns(payload[json_at:at])
    for index, (form, nulls, size) in enumerate(zip(words, words, words, strict=True)):
        start = at + _WORD * nulls
        missing = view[at:start].cast("Q")
        at = start + size
        if form:
            columns[index] = _column(form, view[start:at], columns[index], rows)
            for row in missing:
                columns[index][row] = None
    return columns


def _column(form: int, data: memoryview, choices: list[object], rows: int) -> list[object]:
    if form == _CHOICES:
        # A list in C, and mostly there is but one choice.
        return choices * rows if len(choices) == 1 else list(map(choices.__getitem__, data))
    if form == _TEXTS:
        return str(data, "utf-8").split("\0")  # type: ignore[return-value]  # lists of text are not lists of objects
    return data.cast("q").tolist()  # type: ignore[return-value]
