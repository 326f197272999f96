"""The versions of GitHub's REST API, and what the newer one no longer sends."""

from __future__ import annotations

import json
from typing import Any

from ..http.messages import Body, Request, Response, dump
from .errors import failure

__all__ = ["HEADER", "OLDEST", "VERSIONS", "in_version", "unknown", "version_of"]

HEADER = "x-github-api-version"
OLDEST = "2022-11-28"
"""The version of a request without the header."""
VERSIONS = (OLDEST, "2026-03-10")

_REMOVED = frozenset(("rate", "merge_commit_sha", "assignee", "has_downloads", "master_branch"))


def version_of(request: Request) -> str:
    """Return the version that a request names, known or not."""
    return request.headers.get(HEADER, OLDEST)


def unknown(version: str) -> Response:
    """400: there is no such version."""
    known = ", ".join(VERSIONS)
    return failure(400, f"'{version}' is not a supported API version. The supported versions are: {known}")


def in_version(response: Response, version: str) -> Response:
    """Return a response as this version of the API sends it.

    Args:
        response: the response of the oldest version.
        version: one of ``VERSIONS``.
    """
    if version == OLDEST or response.body is None or not response.body.length:
        return response
    shown = dump(_without_removed(json.loads(response.body.data)))
    return Response(response.status, Body(shown), response.headers)


def _without_removed(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_removed(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_removed(item) for key, item in value.items() if key not in _REMOVED}
    return value
