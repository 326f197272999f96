"""The routes of files and folders of the default branch, and of the errors of the file CODEOWNERS."""

from __future__ import annotations

import base64

from ...data.hosts import WEB
from ...data.ids import fake_sha
from ...http.messages import Body, Response, json_response
from .. import errors
from ..urls import Json
from .request_context import RequestContext

__all__ = ["code_owners_errors", "content"]

_DOCS = "https://docs.github.com/rest/repos/contents#get-repository-content"
_RAW = ("application/vnd.github.raw", "application/vnd.github.v3.raw")
_OWNERS_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


def content(context: RequestContext, path: str) -> Response:
    """A file, or the entries of a folder. The media type can request the bytes of a file."""
    if context.repository.empty:
        return errors.failure(404, "This repository is empty.", _DOCS)
    ref = context.parameters.get("ref")
    if ref and context.history.commits_from(context.repository, ref) is None:
        return errors.failure(404, f"No commit found for the ref {ref}", _DOCS)
    files = context.history.files
    if path in files:
        accepted = context.request.headers.get("accept", "")
        if any(kind in accepted for kind in _RAW):
            kind = ("Content-Type", "application/vnd.github.raw+json; charset=utf-8")
            return Response(200, Body(files[path].encode()), (kind,))
        text = {"content": base64.encodebytes(files[path].encode()).decode(), "encoding": "base64"}
        return json_response({**_entry(path, len(files[path].encode()), context), **text})
    folder = f"{path}/" if path else ""
    below = [name.removeprefix(folder) for name in files if name.startswith(folder)]
    if not below:
        return errors.not_found(_DOCS)
    names = sorted({name.partition("/")[0] for name in below})
    sizes = {name: len(files[folder + name].encode()) if folder + name in files else None for name in names}
    return json_response([_entry(folder + name, sizes[name], context) for name in names])


def _entry(path: str, size: int | None, context: RequestContext) -> Json:
    """Return a file, or without a size a folder."""
    sha, ref = fake_sha(context.repository.id, path), context.repository.default_branch
    kind, web = "dir" if size is None else "file", f"{WEB}/{context.repository.full_name}"
    links = {
        "self": f"{context.url}/contents/{path}?ref={ref}",
        "git": f"{context.url}/git/{'trees' if size is None else 'blobs'}/{sha}",
        "html": f"{web}/{'tree' if size is None else 'blob'}/{ref}/{path}",
    }
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": size or 0,
        "url": links["self"],
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": None if size is None else f"{web}/raw/{ref}/{path}",
        "type": kind,
        "_links": links,
    }


def code_owners_errors(context: RequestContext) -> Response:
    """The lines of the file CODEOWNERS that begin with ``***``, which is no pattern."""
    path = next((path for path in _OWNERS_PATHS if path in context.history.files), None)
    if path is None:
        return errors.not_found("https://docs.github.com/rest/repos/repos#list-codeowners-errors")
    lines = enumerate(context.history.files[path].splitlines(), 1)
    found: list[Json] = [
        {
            "line": number,
            "column": 1,
            "kind": "Invalid pattern",
            "source": line,
            "suggestion": "Did you mean `**`?",
            "message": f"Invalid pattern on line {number}: Did you mean `**`?",
            "path": path,
        }
        for number, line in lines
        if line.startswith("***")
    ]
    return json_response({"errors": found})
