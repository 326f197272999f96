"""What tokens of GitLab can access: scopes, tokens of CI jobs, and the token itself."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

from ..access.tokens import Viewer
from ..data.fleet import Fleet
from ..http.messages import Request, Response, json_response
from . import errors

__all__ = ["SELF", "in_job", "is_allowed", "own_token"]

#: The path at which a token describes itself.
SELF = "/personal_access_tokens/self"
_READING = {"api", "read_api"}
#: Of the paths that the forge has, those that a job token of ``Forge.add_job_token`` can access.
_JOB_PATHS = re.compile(r"/job|/projects/[^/]+/releases(/.*)?")


def is_allowed(viewer: Viewer, request: Request) -> bool:
    """Return whether the scopes of the token include the request."""
    if viewer.scopes is None or request.path == SELF:
        return True
    reads_user = request.path == "/user" and "read_user" in viewer.scopes
    return reads_user or bool(_READING & set(viewer.scopes))


def in_job(viewer: Viewer | None, request: Request) -> Viewer | None:
    """Return the user behind a request with a token of a CI job.

    As on the service, the token is accepted in its own header only, and most paths ignore it.
    """
    if viewer is None or viewer.kind != "job":
        return viewer
    if "job-token" not in request.headers:
        return None
    return viewer if _JOB_PATHS.fullmatch(request.path) else dataclasses.replace(viewer, login=None)


def own_token(fleet: Fleet, viewer: Viewer, *, job: bool) -> Response:
    """Return the description of a personal token."""
    account = None if viewer.login is None or job else fleet.account(viewer.login)
    if account is None:
        return errors.unauthorized()
    if viewer.kind != "personal":
        return errors.no_personal_token()
    ends = None if viewer.expires_at is None else datetime.fromtimestamp(viewer.expires_at, UTC).date().isoformat()
    created = datetime.fromtimestamp(viewer.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    fields = {
        "id": account.id,
        "name": "forge",
        "revoked": False,
        "created_at": created,
        "description": None,
        "scopes": ["api"] if viewer.scopes is None else list(viewer.scopes),
        "user_id": account.id,
        "last_used_at": created,
        "active": True,
        "expires_at": ends,
    }
    return json_response(fields)
