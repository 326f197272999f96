"""Decodes the binary column format, which ``BinaryColumns`` in the Rust sources (``layout.rs``) describes."""

from __future__ import annotations

from gitfleet_api.backend import loads_columns

__all__ = ["read_binary"]

_WORD = 8
_HEAD = 2 * _WORD
_CHOICES, _TEXTS = 1, 2


def read_binary(payload: bytes, width: int) -> list[list[object]]:
    """Decode columns from the library's binary format.

    Args:
        payload: the bytes.
        width: number of columns.

    Returns:
        ``width`` lists, each with one value per row.

    Raises:
        DecodeFailure: values nest too deeply for the interpreter's remaining stack.
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
        # Repeating a list is one call in C, and most of these columns have only one choice.
        return choices * rows if len(choices) == 1 else list(map(choices.__getitem__, data))
    if form == _TEXTS:
        return str(data, "utf-8").split("\0")  # type: ignore[return-value]  # list[str] is not a list[object]
    return data.cast("q").tolist()  # type: ignore[return-value]
