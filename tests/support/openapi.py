"""GitHub's own description of its API: whether it knows a request."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from support.recorded import FOLDER

__all__ = ["Description"]

_FILE = FOLDER / "github" / "openapi" / "api.github.com.get-subset.openapi3.json"
_PAGED = ("per_page", "page")
_FURTHER: dict[str, tuple[str, ...]] = {
    "/repos/{owner}/{repo}/branches/{branch}/protection": (),
    "/repos/{owner}/{repo}/rules/branches/{branch}": _PAGED,
    "/repos/{owner}/{repo}/actions/runs": ("branch", "created", *_PAGED),
    "/repos/{owner}/{repo}/contents": ("ref",),
    "/repos/{owner}/{repo}/contents/{folder}/{file}": ("ref",),
    "/repos/{owner}/{repo}/environments": _PAGED,
    "/repos/{owner}/{repo}/keys": _PAGED,
    "/repos/{owner}/{repo}/teams": _PAGED,
    "/search/code": ("q", *_PAGED),
}
"""Endpoints that the subset in the file lacks, and their parameters, as GitHub's documentation has them."""
_SCHEMAS: dict[str, dict[str, object]] = {name: {"type": "integer"} for name in _PAGED}


class Description:
    """The part of GitHub's OpenAPI description that is about reading."""

    @staticmethod
    def is_there() -> bool:
        """Whether there is one to read."""
        return _FILE.is_file()

    def templates(self) -> list[str]:
        """The paths that it describes."""
        return list(self._document["paths"])

    def faults(self, method: str, target: str) -> list[str]:
        """What the description does not know of a request, below the root of the API; nothing when it is right."""
        parts = urlsplit(target)
        found = [template for template in self._document["paths"] if _pattern(template).fullmatch(parts.path)]
        if method != "GET" or not found:
            return [f"no such endpoint: {method} {parts.path}"]
        operation = self._document["paths"][found[0]]["get"]
        described = [self._resolved(parameter) for parameter in operation.get("parameters", [])]
        known = {parameter["name"]: parameter["schema"] for parameter in described if parameter["in"] == "query"}
        faults = []
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            if name not in known:
                faults.append(f"{found[0]} has no parameter {name!r}, but {sorted(known)}")
            elif not _fits(value, known[name]):
                faults.append(f"{found[0]}: {name}={value!r} is not {known[name]}")
        return faults

    @property
    def _document(self) -> Any:
        return _parsed()

    def _resolved(self, item: Any) -> Any:
        while "$ref" in item:
            found = self._document
            for key in item["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            item = found
        return item


@cache
def _parsed() -> Any:
    document = json.loads(_FILE.read_text(encoding="utf-8"))
    for path, names in _FURTHER.items():
        assert path not in document["paths"]
        parameters = [{"in": "query", "name": name, "schema": _SCHEMAS.get(name, {})} for name in names]
        document["paths"][path] = {"get": {"parameters": parameters}}
    return document


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def _fits(value: str, schema: Any) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    if schema.get("type") == "integer":
        return value.isdecimal()
    if schema.get("format") == "date-time":
        return datetime.fromisoformat(value).tzinfo is not None
    return bool(value)
