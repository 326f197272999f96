"""The parts of ``gitfleet api`` that REST and GraphQL share: fields, rows of any type, and parts of a response."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated

from gitfleet_api import JsonPath
from gitfleet_api.http.urls import QueryValue

from ..exit_codes import CommandError, ExitCode
from ..text_files import read_text

__all__ = ["ApiField", "PlainRow", "Row", "parse_field", "read_json", "select_part"]

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass
class PlainRow:
    """A row of any JSON type."""

    value: Annotated[object, JsonPath("")]


@dataclass
class Row(PlainRow):
    """A JSON object. One with an ``id`` that moved to another page, and is equal there, is returned only once."""

    id: Annotated[object, JsonPath("id")] = None


@dataclass(frozen=True, slots=True)
class ApiField:
    """A field of the command line.

    Attributes:
        key: its name.
        value: its value in JSON, converted by the rules of ``gh``.
        text: its value in a path or a query. A number keeps its digits: ``007`` may be the name of a branch.
    """

    key: str
    value: object
    text: QueryValue


def parse_field(text: str, *, typed: bool) -> ApiField:
    """Parse ``key=value``. A typed value is converted by the rules of ``gh``.

    Raises:
        CommandError: it has another form, or its file cannot be read.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise CommandError(f"{text!r} is not a field: use a form like owner=python")
    if not typed:
        return ApiField(key, value, value)
    if value.startswith("@"):
        read = _read(value[1:])
        return ApiField(key, read, read)
    if value in _CONSTANTS:
        return ApiField(key, _CONSTANTS[value], _CONSTANTS[value])
    is_integer = re.fullmatch(r"-?[0-9]{1,19}", value) and -(2**63) <= int(value) < 2**63
    return ApiField(key, int(value) if is_integer else value, value)


def _read(path: str) -> str:
    try:
        return read_text(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8 or UTF-16"
        raise CommandError(f"cannot read {path}: {reason}") from None


def select_part(body: object, keys: tuple[str, ...]) -> object:
    """Return the part that --at names. Unlike a missing field of a row, which is null, a missing part is an error."""
    for number, key in enumerate(keys):
        if not isinstance(body, dict) or key not in body:
            found = f"has {', '.join(body)}" if isinstance(body, dict) else "is not an object"
            where = ".".join(keys[:number]) if number else "the response"
            raise CommandError(f"--at {'.'.join(keys)}: no such part, {where} {found}", ExitCode.FAILED)
        body = body[key]
    return body


def read_json(path: str) -> object:
    """Return the JSON of --input."""
    try:
        return json.loads(_read(path))
    except ValueError as error:
        raise CommandError(f"--input {path} is not JSON: {error}") from None
